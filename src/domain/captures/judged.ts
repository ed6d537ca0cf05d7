/** What became of the dials beside the captures, by the judge of all dials; it is told, and counts for nothing. */
import { peersOf } from '../fleet.ts'
import { judgeRun } from '../judge-run.ts'
import { plannedPairs } from '../suites/connectivity/coverage.ts'
import { judgeRounds } from '../suites/connectivity/judge-rounds.ts'
import type { Judgement } from '../suites/connectivity/judge.ts'
import { pairKey } from '../suites/connectivity/timetable.ts'
import type { RunInput } from '../verdict-input.ts'
import type { PairCapture } from './capture.ts'

/** By {@link pairKey}. */
export function judgedDials(captures: readonly PairCapture[], input: RunInput): ReadonlyMap<string, Judgement> {
  const { context } = judgeRun(input)
  const peers = peersOf(input.fleet).filter((n) => input.planned.includes(n.name))
  const rounds = captures.flatMap((c) => (c.round === null ? [] : [c.round]))
  const { judged } = judgeRounds(rounds, plannedPairs(peers, context.measurements), context)
  return new Map(judged.map((j) => [pairKey(j.subject.pair), j]))
}
