/** A transfer judged: fast enough by the receiver's kernel, or slow, and then whose doing it was. */
import { valueOf, type Attempt } from '../../evidence.ts'
import type { Judgement } from '../connectivity/judge.ts'
import { subjectName, type SampleOutcome } from '../sample.ts'
import { linkMbps, linkSays } from './link.ts'
import { rateOf, type Rate } from './rate.ts'
import type { ThroughputRound, ThroughputSample, ThroughputWork } from './work.ts'

export const rateGroup = ({ minMbps }: Pick<ThroughputWork, 'minMbps'>): string => `at least ${minMbps} Mbit/s`

type Seen = Pick<ThroughputRound, 'arrivals' | 'links'>

export function throughputSample(
  judged: Judgement,
  attempt: Attempt,
  round: Seen,
  work: Pick<ThroughputWork, 'minMbps'>,
  obstacle: string | null,
): ThroughputSample {
  const link = { before: linkOf(round, attempt, 'before'), after: linkOf(round, attempt, 'after') }
  const rate = transferRate(attempt, round)
  const [told, shown] = outcomeOf(judged, attempt, rate, link, work.minMbps)
  // What came end to end passed the network, and of a payload that came fast enough by a relay nothing is missing.
  const hindered = told === 'failed' && judged.path !== 'end-to-end' ? obstacle : null
  const [outcome, words] =
    hindered === null ? [told, shown] : (['infra', `not counted: ${hindered}; ${shown}`] as const)
  return {
    ...judged,
    group: rateGroup(work),
    outcome,
    grade: outcome === 'success' || outcome === 'failed' ? judged.grade : null,
    rate,
    bytes: attempt.bytes,
    link,
    sentence: `${subjectName(judged.subject)}: ${words}`,
  }
}

export const transferRate = ({ pair, bytes }: Attempt, { arrivals }: Pick<Seen, 'arrivals'>): Rate | null => {
  const read = Object.hasOwn(arrivals, pair.to) ? valueOf(arrivals[pair.to]) : null
  return read === null ? null : rateOf(read, bytes)
}

const linkOf = ({ links }: Pick<Seen, 'links'>, { pair }: Attempt, when: 'before' | 'after'): number | null =>
  linkMbps(links.find((l) => l.when === when && l.pair.from === pair.from && l.pair.to === pair.to))

function outcomeOf(
  judged: Judgement,
  attempt: Attempt,
  rate: Rate | null,
  link: ThroughputSample['link'],
  minMbps: number,
): readonly [SampleOutcome, string] {
  const own = judged.sentence.replace(/^.*?: /s, '')
  if (judged.outcome !== 'success' && judged.outcome !== 'failed') return [judged.outcome, own]
  const whole = isWhole(judged, attempt)
  if (whole && rate === null) return ['unwitnessed', 'not counted: the payload came, and nothing tells in which time']
  if (whole && rate !== null && rate.low >= minMbps)
    return ['success', `${shown(rate)} of a payload of ${mb(attempt.bytes)}, by ${judged.path}`]
  if (whole && rate !== null && (rate.high === null || rate.high >= minMbps))
    return ['unwitnessed', `not counted: ${shown(rate)} may be more or less than the ${minMbps} that are asked for`]
  // Bytes came fast enough, and were not what they should be: no link explains that.
  if (!whole && rate !== null && rate.low >= minMbps) return ['failed', own]
  const slow = whole && rate !== null ? `${shown(rate)}, less than ${minMbps}` : own
  const says = linkSays(link.before, link.after, minMbps)
  const bare = `our own datagrams went at ${speed(link.before)} before and ${speed(link.after)} after`
  switch (says.kind) {
    case 'slow':
      return ['infra', `not counted: the bare link carries ${speed(says.mbps)}, less than ${minMbps}: ${slow}`]
    case 'unseen':
      return ['unwitnessed', `not counted: ${slow}; whether the link carries more was not seen (${bare})`]
    case 'fast':
      return ['failed', `${slow}; ${bare}`]
  }
}

/** Delivered as the profile promises, by whatever path, and no end says that it failed. */
const isWhole = (judged: Judgement, { claim }: Attempt): boolean =>
  judged.outcome === 'success' ||
  (judged.path === 'relayed' && judged.grade !== null && judged.grade !== 'D' && claim.success !== false)

const speed = (rate: number | null): string => (rate === null ? 'an unknown rate' : `${rate.toFixed(1)} Mbit/s`)
const shown = ({ low, high }: Rate): string =>
  high === null ? `at least ${speed(low)}` : `${low.toFixed(1)} to ${speed(high)}`
const mb = (bytes: number): string => `${Math.round(bytes / 100_000) / 10} MB`

/** A transfer that is not plainly fast: then its link is asked once more. */
export const isSlow = (attempt: Attempt, round: Pick<Seen, 'arrivals'>, minMbps: number): boolean => {
  const rate = transferRate(attempt, round)
  return attempt.claim.success !== true || rate === null || rate.low < minMbps
}
