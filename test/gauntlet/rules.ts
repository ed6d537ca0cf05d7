/** What no composition may come to: a success that was none, a failure that was none, a verdict that hides the truth. */
import { judged, targets } from '../domain/fixtures.ts'
import type { Composed, Told } from './compose.ts'

const wanted: Readonly<Record<string, number>> = {
  direct: targets.direct,
  nat_traversed: targets.natTraversed,
  relay: targets.relay,
}

export interface Outcome {
  readonly verdict: string
  /** Empty: the judge saw what is true, or said that it did not see. */
  readonly wrong: readonly string[]
}

export function outcomeOf({ input, told }: Composed): Outcome {
  const judgement = judged(input)
  const wrong: string[] = []
  for (const sample of judgement.samples) {
    const one = told.get(sample.id)
    if (one === undefined) continue
    if (sample.outcome === 'success' && !(one.truth.has && one.truth.path === sample.path))
      wrong.push(`${sample.id}: success, ${sample.path}; the truth is ${one.truth.path}: ${sample.sentence}`)
    if (sample.outcome === 'success' && sample.path === 'end-to-end' && one.expected === 'relayed')
      wrong.push(`${sample.id}: success on a path that the measured NATs do not leave`)
    if (sample.outcome === 'failed' && one.honestly)
      wrong.push(`${sample.id}: failed, and it was honestly ${one.truth.path}: ${sample.sentence}`)
  }
  const all = [...told.values()]
  const missed = Object.keys(wanted).filter((c) => rateOf(all.filter((t) => t.pairClass === c)) < (wanted[c] ?? 0))
  if (judgement.result === 'passed' && missed.length > 0) wrong.push(`passed, and ${missed.join(', ')} missed in truth`)
  if (judgement.result === 'failed' && all.every((t) => t.honestly))
    wrong.push(`failed, and every dial was honest: ${judgement.reasons.map((r) => r.text).join('; ')}`)
  return { verdict: judgement.result, wrong }
}

const rateOf = (all: readonly Told[]): number => (all.length === 0 ? 100 : (100 * all.filter(good).length) / all.length)
const good = ({ truth, expected }: Told): boolean => truth.has && truth.path === expected
