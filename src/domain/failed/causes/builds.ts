/** Causes of a build that failed: the source, or the machine that builds. */
import { failureRow } from '../../failures/failures.ts'
import { lookFurther } from '../look.ts'
import { at, inLedger, rests, type CauseRow } from './row.ts'

export const buildCauses: readonly CauseRow[] = [
  {
    id: 'does-not-compile',
    what: 'the program does not compile',
    owner: 'product',
    seen: ({ stage, buildFaults, why, code }) =>
      stage === 'BUILD' && (code === null || failureRow(code)?.kind === 'product')
        ? rests([...buildFaults.map((f) => at('the ledger', `${f.file}:${f.line}: ${f.message}`)), inLedger(why)], 1)
        : null,
    look: lookFurther.compile,
  },
  {
    id: 'cannot-be-built',
    what: 'the machine that builds lacks something, or had no time: not the source',
    owner: 'infra',
    seen: ({ stage, code, why }) =>
      stage === 'BUILD' && code !== null && ['infra', 'transport', 'busy'].includes(failureRow(code)?.kind ?? '')
        ? rests([inLedger(`${code}: ${why}`)], 1)
        : null,
    look: lookFurther.doctor,
  },
]
