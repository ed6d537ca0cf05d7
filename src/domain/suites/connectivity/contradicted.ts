/** NATs that the attempts contradict: end to end where the two measurements leave no such path. */
import { volumeOf, type Attempt, type Pair } from '../../evidence.ts'
import type { Finding } from '../../findings.ts'
import type { Reason } from '../../reason.ts'
import type { Oracle } from './oracle.ts'
import type { PairViews } from './flows.ts'
import { handshakeReach, type Path } from './path.ts'

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

/** A path that the two NATs have no part in shows nothing of them. Null: it went through them. */
export function pastNats(attempt: Attempt, { pairClass }: Pick<Oracle, 'pairClass'>, seen: PairViews): string | null {
  const translated = seen.delivered.bytes - seen.byIPv6.bytes
  return pairClass !== 'direct' && seen.byIPv6.packets > 0 && translated < (volumeOf(attempt) || handshakeReach)
    ? pastNatsText
    : null
}

export const pastNatsText = 'it went by IPv6, which no NAT here translates, and shows nothing of these NATs'

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
