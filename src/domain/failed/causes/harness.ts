/** Causes that are ours: no program is blamed, and no fix is tried. */
import { failureRow } from '../../failures/failures.ts'
import { lookFurther } from '../look.ts'
import { inLedger, inVerdict, ofSubject, rests, type CauseRow } from './row.ts'

export const harnessCauses: readonly CauseRow[] = [
  {
    id: 'controls',
    what: 'our own controls or tools did not do what they must',
    owner: 'harness',
    seen: ({ reasons, leftOut }) => {
      const invalid = reasons.filter((r) => r.kind === 'invalid')
      // Controls need two nodes: where one was left out, why it was says more.
      const follows = leftOut.length > 0 && invalid.every((r) => r.text.endsWith(' did not run'))
      return rests(
        invalid.map((r) => inVerdict(r.text)),
        follows ? 0.5 : 1,
      )
    },
    look: lookFurther.doctor,
  },
  {
    id: 'own-fault',
    what: 'a step of vps-test itself broke',
    owner: 'harness',
    seen: ({ code, why, leftOut, hindered, failing, stage }) => {
      if (failureRow(code)?.kind === 'harness') return rests([inLedger(`${code}: ${why}`)], 1)
      const nodes = leftOut.filter((l) => failureRow(l.code)?.kind === 'harness')
      const ours = hindered.filter((f) => f.outcome === 'harness')
      const share = ours.length / Math.max(1, hindered.length)
      return rests(
        [...nodes.map((l) => inLedger(`${l.node}: ${l.code} ${l.why}`)), ...ours.map(ofSubject)],
        failing.length > 0 ? 0.1 : stage === 'TEST' ? share : nodes.length / Math.max(1, leftOut.length),
      )
    },
    look: lookFurther.doctor,
  },
]
