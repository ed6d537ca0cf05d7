/** NATs that the attempts contradict: end to end, again and again, where the two measurements leave no such path. */
import type { Attempt } from '../../evidence.ts'
import type { Finding } from '../../findings.ts'
import type { Reason } from '../../reason.ts'
import { counts } from '../sample.ts'
import type { Judgement } from './judge.ts'

/** What two NATs do not let through, IPv6 or a port that was guessed may: seen once, it is worth a person's eye. */
export const againstNats = ({ path, expected, ipv6 }: Pick<Judgement, 'path' | 'expected' | 'ipv6'>): boolean =>
  path === 'end-to-end' && expected === 'relayed' && !ipv6

export const contradiction = ({ pair, id }: Pick<Attempt, 'pair' | 'id'>, why: string): Finding => ({
  kind: 'nat-contradicted',
  message: `${pair.from} → ${pair.to}: it went end to end, and as measured it could not (${why})`,
  pair,
  attempts: [id],
})

/** A guess does not come true more often than not: a NAT of such a pair is not what was measured. */
export function contradictedNats(samples: readonly Judgement[]): readonly Reason[] {
  const impossible = samples.filter((s) => counts(s) && s.expected === 'relayed')
  const pairs = Map.groupBy(impossible, ({ subject: { pair } }) => [pair.from, pair.to].toSorted().join(' and '))
  return [...pairs].flatMap(([ends, all]): readonly Reason[] => {
    const against = all.filter(againstNats).length
    return against * 2 <= all.length
      ? []
      : [
          {
            kind: 'inconclusive',
            text: `${against} of ${all.length} attempts between ${ends} went end to end, where their NATs as measured leave no such path: one of them is not what was measured`,
          },
        ]
  })
}
