<<<<<<< HEAD
/** NATs that the attempts contradict: end to end where the two measurements leave no such path. */
import type { Attempt } from '../../evidence.ts'
import type { Finding } from '../../findings.ts'
import type { Reason } from '../../reason.ts'
import type { Judgement } from './judge.ts'
import type { Oracle } from './oracle.ts'
import type { Path } from './path.ts'

/** What was measured and what was seen cannot both be so: a path is seen between measured addresses alone. */
export const againstNats = (path: Path, { expected }: Pick<Oracle, 'expected'>): boolean =>
  path.kind === 'end-to-end' && expected === 'relayed'
=======
/** NATs that the attempts contradict: end to end, again and again, where the two measurements leave no such path. */
import type { Attempt, Pair } from '../../evidence.ts'
import type { Finding } from '../../findings.ts'
import type { Reason } from '../../reason.ts'
import { counts, type SampleOutcome } from '../sample.ts'
import type { Oracle } from './oracle.ts'
import type { Path } from './path.ts'

/** As much of a judgement as this needs. */
interface Gone {
  readonly path: Path['kind']
  readonly expected: Oracle['expected']
  readonly ipv6: boolean
}
interface Counted extends Gone {
  readonly outcome: SampleOutcome
  readonly subject: { readonly pair: Pair }
}

/** What two NATs do not let through, IPv6 or a port that was guessed may: seen once, it is worth a person's eye. */
export const againstNats = ({ path, expected, ipv6 }: Gone): boolean =>
  path === 'end-to-end' && expected === 'relayed' && !ipv6
>>>>>>> 4f15eb4 (A lease file that no run wrote keeps no node for ever; ledgers that go on in two ways are no anchor)

export const contradictionText = ({ why }: Pick<Oracle, 'why'>): string =>
  `it went end to end, and as measured it could not (${why})`

export const contradiction = ({ pair, id }: Pick<Attempt, 'pair' | 'id'>, oracle: Oracle): Finding => ({
  kind: 'nat-contradicted',
  message: `${pair.from} → ${pair.to}: ${contradictionText(oracle)}`,
  pair,
  attempts: [id],
})

<<<<<<< HEAD
/** Once is enough: a NAT that is not what was measured says so of every class that it decided. */
export function contradictedNats(samples: readonly Judgement[]): readonly Reason[] {
  const pairs = Map.groupBy(samples, ({ subject: { pair } }) => [pair.from, pair.to].toSorted().join(' and '))
=======
/** A guess does not come true more often than not: a NAT of such a pair is not what was measured. */
export function contradictedNats(samples: readonly Counted[]): readonly Reason[] {
  const impossible = samples.filter((s) => counts(s) && s.expected === 'relayed')
  const pairs = Map.groupBy(impossible, ({ subject: { pair } }) => [pair.from, pair.to].toSorted().join(' and '))
>>>>>>> 4f15eb4 (A lease file that no run wrote keeps no node for ever; ledgers that go on in two ways are no anchor)
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
