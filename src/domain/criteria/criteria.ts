/** Every criterion by its name; the compiler names a missing one. */
import type { CriteriaKind } from '../plan.ts'
import { allPass } from './all-pass.ts'
import { againstBars, type Criterion } from './criterion.ts'
import { improvement } from './improvement.ts'
import { threshold } from './threshold.ts'

/** Refused in a plan; evidence that names it all the same passes nothing. */
const notActing = (kind: CriteriaKind): Criterion => ({
  judge: (groups) => {
    const { groups: results, reasons } = againstBars(groups, () => ({ percent: null, strict: false }))
    return {
      groups: results,
      reasons: [...reasons, { kind: 'inconclusive', text: `criteria ${kind} is not acting yet` }],
    }
  },
})

export const criteria: { readonly [K in CriteriaKind]: Criterion } = {
  'all-pass': allPass,
  threshold,
  improvement,
  custom: notActing('custom'),
}
