/** Rounds of attempts judged one by one: what every suite of dials between two peers begins with. */
import { nobody, type Attempt, type Readings, type RoundEvidence } from '../../evidence.ts'
import { foreignIn } from '../../processes.ts'
import type { Reason } from '../../reason.ts'
import type { RunContext } from '../run-context.ts'
import { subjectName } from '../sample.ts'
import type { PlannedPair } from './coverage.ts'
import { views } from './flows.ts'
import { orForeign, type InRound } from './foreign.ts'
import { judgeAttempt, type Judgement } from './judge.ts'
import { pairKey } from './timetable.ts'
import { floodedBy } from './unseen.ts'

export interface JudgedRounds {
  readonly judged: readonly Judgement[]
  /** Those that were judged; of a retry pass, so marked. */
  readonly attempts: readonly (Attempt & { readonly retry?: true })[]
  readonly strays: readonly Reason[]
}

export function judgeRounds(
  rounds: readonly RoundEvidence[],
  pairs: readonly PlannedPair[],
  run: RunContext,
): JudgedRounds {
  const foreign = foreignIn(rounds, run.running.before, run.deployed)
  const { placed, strays } = sortOut(rounds, pairs, foreign)
  return {
    judged: judgeAll(placed, pairs, run),
    attempts: placed.map(({ attempt, retry }) => ({ ...attempt, ...(retry === true ? { retry } : {}) })),
    strays,
  }
}

/** An attempt with what its round says of it. */
interface Placed {
  readonly attempt: Attempt
  readonly others: readonly Attempt[]
  readonly readings: Readings
  readonly retry: RoundEvidence['retry']
  /** What ran beside the deployed program, by node. */
  readonly foreign: InRound
}

/** Nothing counts twice: a repeated id or nonce is a copy, and a pair outside the plan belongs to nobody. */
function sortOut(
  rounds: readonly RoundEvidence[],
  pairs: readonly PlannedPair[],
  foreign: readonly InRound[],
): { readonly placed: readonly Placed[]; readonly strays: readonly Reason[] } {
  const known = new Set(pairs.map((p) => pairKey(p.pair)))
  const seen = new Set<string>()
  const strays: Reason[] = []
  const all = rounds.flatMap(({ attempts, readings, retry }, i) =>
    attempts.map((attempt): Placed => ({
      attempt,
      others: attempts.filter((a) => a !== attempt),
      readings,
      retry,
      foreign: foreign[i] ?? new Map(),
    })),
  )
  const placed = all.filter(({ attempt: a }) => {
    const [own, dialler] = [[`id ${a.id}`, `nonce ${a.nonce}`], a.dialledAs?.toLowerCase()]
    const again = dialler !== undefined && seen.has(`dialler ${dialler}`)
    const copy = again || own.some((key) => seen.has(key))
    for (const key of [...own, ...(dialler === undefined ? [] : [`dialler ${dialler}`])]) seen.add(key)
    if (copy)
      strays.push({
        kind: 'inconclusive',
        text: `attempt ${a.id}: its ${again ? "dialler's id" : 'id or nonce'} occurs twice in the evidence`,
      })
    else if (!known.has(pairKey(a.pair)))
      strays.push({ kind: 'inconclusive', text: `attempt ${a.id}: ${pairKey(a.pair)} is no pair of the plan` })
    return !copy && known.has(pairKey(a.pair))
  })
  return { placed, strays }
}

function judgeAll(placed: readonly Placed[], pairs: readonly PlannedPair[], run: RunContext): readonly Judgement[] {
  const measurements = new Map(run.measurements.map((m) => [m.node, m]))
  const planned = new Map(pairs.map((p) => [pairKey(p.pair), p.oracle]))
  const barred = new Map([...run.unsettledNats, ...run.barred])
  const senders = { dialler: nobody, services: run.serviceUids }
  return placed.flatMap(({ attempt, others, readings, foreign }) => {
    const { from, to } = attempt.pair
    const oracle = planned.get(pairKey(attempt.pair))
    if (oracle === undefined) return []
    const unmeasured = [from, to].find((n) => !measurements.has(n))
    const flood = floodedBy(attempt, { attempts: [attempt, ...others], readings })
    return [
      orOwnDoing(flood, {
        counts: attempt.fault === undefined && !barred.has(from) && !barred.has(to),
        judged: orForeign(
          judgeAttempt({
            attempt,
            promises: run.promises,
            obstacle: run.obstacle(attempt.pair),
            oracle,
            seen: views(attempt, { readings, others, nats: measurements, fleet: run.fleet, senders }),
            disqualified: (path) =>
              barred.get(from) ??
              barred.get(to) ??
              (path.kind === 'relayed' ? barred.get(path.via) : undefined) ??
              (unmeasured === undefined ? null : `the NAT of ${unmeasured} was not measured`),
          }),
          attempt,
          readings,
          foreign,
          run,
        ),
      }),
    ]
  })
}

/** What kept an attempt from being seen was the program's own doing: that is its failure, and no gap of ours. */
const orOwnDoing = (
  doing: string | null,
  { counts: mayCount, judged }: { readonly counts: boolean; readonly judged: Judgement },
): Judgement =>
  doing === null || !mayCount
    ? judged
    : { ...judged, outcome: 'failed', grade: null, sentence: `${subjectName(judged.subject)}: ${doing}` }
