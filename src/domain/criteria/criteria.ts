/** Every criterion by its name; the compiler names a missing one. */
import type { CriteriaKind } from '../plan.ts'
import { allPass } from './all-pass.ts'
import type { Criterion } from './criterion.ts'
import { custom } from './custom.ts'
import { improvement } from './improvement.ts'
import { threshold } from './threshold.ts'

export const criteria: { readonly [K in CriteriaKind]: Criterion } = {
  'all-pass': allPass,
  threshold,
  improvement,
  custom,
}
