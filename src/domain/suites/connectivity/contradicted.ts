/** NATs that the attempts contradict: end to end where the two measurements leave no such path. */
import type { Attempt, Pair } from '../../evidence.ts'
import type { Finding } from '../../findings.ts'
import type { Reason } from '../../reason.ts'
import type { Oracle } from './oracle.ts'
import type { Path } from './path.ts'

/** What was measured and what was seen cannot both be so: a path is seen between measured addresses alone. */
export const againstNats = (path: Path, { expected }: Pick<Oracle, 'expected'>): boolean =>
  path.kind === 'end-to-end' && expected === 'relayed'

export const contradictionText = ({ why }: Pick<Oracle, 'why'>): string =>
  `it went end to end, and as measured it could not (${why})`

export const contradiction = ({ pair, id }: Pick<Attempt, 'pair' | 'id'>, oracle: Oracle): Finding => ({
  kind: 'nat-contradicted',
  message: `${pair.from} → ${pair.to}: ${contradictionText(oracle)}`,
  pair,
  attempts: [id],
})

interface Judged {
  readonly subject: { readonly pair: Pair }
  readonly findings: readonly Finding[]
}

/** Once is enough: a NAT that is not what was measured says so of every class that it decided. */
export function contradictedNats(samples: readonly Judged[]): readonly Reason[] {
  const pairs = Map.groupBy(samples, ({ subject: { pair } }) => [pair.from, pair.to].toSorted().join(' and '))
  return [...pairs].flatMap(([ends, all]): readonly Reason[] => {
    const against = all.filter((s) => s.findings.some((f) => f.kind === 'nat-contradicted')).length
    return against === 0
      ? []
      : [
          {
            kind: 'inconclusive',
            text: `${against} of ${all.length} attempts between ${ends} went end to end, where their NATs as measured leave no such path`,
          },
        ]
  })
}
