/** Rounds of attempts judged one after the other: what every suite of dials between two peers begins with. */
import { nobody, type Attempt, type RoundEvidence } from '../../evidence.ts'
import type { NodeName } from '../../fleet.ts'
import { foreignWatch, type Foreign, type ForeignLook } from '../../processes.ts'
import { numberList } from '../../number-list.ts'
import type { Reason } from '../../reason.ts'
import { textSet } from '../../text-set.ts'
import type { Measured } from '../retry.ts'
import type { RunContext } from '../run-context.ts'
import { subjectName } from '../sample.ts'
import { compactor } from './compact.ts'
import type { Meeting } from './cooloff.ts'
import type { PlannedPair } from './coverage.ts'
import { views } from './flows.ts'
import { concernedBy, orForeign, orForeignLate } from './foreign.ts'
import { judgeAttempt, type Judgement } from './judge.ts'
import type { Oracle } from './oracle.ts'
import { pairKey } from './timetable.ts'
import { floodedBy, unaskedRepeats } from './unseen.ts'

export interface JudgedRounds {
  readonly judged: readonly Judgement[]
  /** When each of those was made; of a retry pass, so marked. */
  readonly attempts: Iterable<Measured & Meeting>
  readonly strays: readonly Reason[]
  /** Repetitions of what nothing of ours kept from being seen. */
  readonly unasked: readonly Reason[]
}

/** Of each round only what judging needs is kept: no readings, no claims, no records. */
export interface RoundsJudging {
  add(round: RoundEvidence): void
  end(): JudgedRounds
}

export function roundsJudging(pairs: readonly PlannedPair[], run: RunContext): RoundsJudging {
  const watch = foreignWatch(run.running, run.deployed)
  const sorting = sortOut(pairs)
  const repeats = unaskedRepeats(run.promises.record)
  const judge = judgeOne(run)
  const compact = compactor()
  const judged: Judgement[] = []
  const measured = measuredList()
  const late: Late[] = []
  return {
    add(round) {
      const foreign = watch.add(round)
      repeats.add(round)
      for (const [attempt, oracle] of sorting.planned(round)) {
        const one = compact(judge(attempt, oracle, round, foreign))
        for (const node of foreign.ifAsked.size === 0 ? [] : concernedBy(one)) {
          const would = foreign.ifAsked.get(node)
          if (would !== undefined)
            late.push({ at: judged.length, node, would, claim: { success: attempt.claim.success } })
        }
        judged.push(one)
        measured.add(attempt, round)
      }
    },
    end() {
      for (const { at, node, would, claim } of late) {
        const one = judged[at]
        if (one !== undefined && watch.asked(node)) judged[at] = orForeignLate(one, claim, node, would)
      }
      return { judged, attempts: measured.of(judged), strays: sorting.strays, unasked: repeats.end() }
    },
  }
}

/** Of all rounds together. */
export function judgeRounds(
  rounds: readonly RoundEvidence[],
  pairs: readonly PlannedPair[],
  run: RunContext,
): JudgedRounds {
  const judging = roundsJudging(pairs, run)
  rounds.forEach(judging.add)
  return judging.end()
}

/** What becomes of a judgement if the node's port turns out to have been asked for. */
interface Late {
  readonly at: number
  readonly node: NodeName
  readonly would: Foreign
  readonly claim: Pick<Attempt['claim'], 'success'>
}

/** Two numbers of each attempt; what else there is of one is marked, which few are, or stands in its judgement. */
function measuredList() {
  const [started, ended] = [numberList(), numberList()]
  const marks = new Map<number, Pick<Measured, 'retry' | 'repeats'>>()
  return {
    add({ startedAt, endedAt, repeats }: Attempt, { retry }: RoundEvidence): void {
      if (retry === true || repeats !== undefined)
        marks.set(started.length, {
          ...(retry === true ? { retry } : {}),
          ...(repeats === undefined ? {} : { repeats }),
        })
      started.push(startedAt)
      ended.push(endedAt)
    },
    of: (judged: readonly Judgement[]): Iterable<Measured & Meeting> => ({
      *[Symbol.iterator]() {
        for (const [i, { id, subject }] of judged.entries())
          yield { id, pair: subject.pair, startedAt: started.at(i), endedAt: ended.at(i), ...marks.get(i) }
      },
    }),
  }
}

/** Nothing counts twice: a repeated id or nonce is a copy, and a pair outside the plan belongs to nobody. */
function sortOut(pairs: readonly PlannedPair[]) {
  const known = new Map(pairs.map((p) => [pairKey(p.pair), p.oracle]))
  const [ids, nonces] = [textSet(), textSet()]
  const strays: Reason[] = []
  const stray = (text: string): void => void strays.push({ kind: 'inconclusive', text })
  return {
    strays,
    planned: ({ attempts }: RoundEvidence): readonly (readonly [Attempt, Oracle])[] =>
      attempts.flatMap((a) => {
        const [newId, newNonce] = [ids.add(a.id), nonces.add(a.nonce)]
        const copy = !newId || !newNonce
        const oracle = known.get(pairKey(a.pair))
        if (copy) stray(`attempt ${a.id}: its id or nonce occurs twice in the evidence`)
        else if (oracle === undefined) stray(`attempt ${a.id}: ${pairKey(a.pair)} is no pair of the plan`)
        return copy || oracle === undefined ? [] : [[a, oracle] as const]
      }),
  }
}

function judgeOne(run: RunContext) {
  const measurements = new Map(run.measurements.map((m) => [m.node, m]))
  const barred = new Map([...run.unsettledNats, ...run.barred])
  const senders = { dialler: nobody, services: run.serviceUids }
  return (attempt: Attempt, oracle: Oracle, { attempts, readings }: RoundEvidence, foreign: ForeignLook): Judgement => {
    const { from, to } = attempt.pair
    const others = attempts.filter((a) => a !== attempt)
    const unmeasured = [from, to].find((n) => !measurements.has(n))
    const flood = floodedBy(attempt, { attempts, readings })
    return orOwnDoing(flood, {
      counts: attempt.fault === undefined && !barred.has(from) && !barred.has(to),
      judged: orForeign(
        judgeAttempt({
          attempt,
          promises: run.promises,
          obstacle: run.obstacle(attempt.pair),
          oracle,
          seen: views(attempt, { readings, others, nats: measurements, fleet: run.fleet, senders, ipv6: run.ipv6 }),
          disqualified: (path) =>
            barred.get(from) ??
            barred.get(to) ??
            (path.kind === 'relayed' ? barred.get(path.via) : undefined) ??
            (unmeasured === undefined ? null : `the NAT of ${unmeasured} was not measured`),
        }),
        attempt,
        readings,
        foreign.found,
        run,
      ),
    })
  }
}

/** What kept an attempt from being seen was the program's own doing: that is its failure, and no gap of ours. */
const orOwnDoing = (
  doing: string | null,
  { counts: mayCount, judged }: { readonly counts: boolean; readonly judged: Judgement },
): Judgement =>
  doing === null || !mayCount
    ? judged
    : { ...judged, outcome: 'failed', grade: null, sentence: `${subjectName(judged.subject)}: ${doing}` }
