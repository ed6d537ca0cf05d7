/** Eight connections of nine nodes, kept as they should be, as lines of evidence; a case changes one thing. */
import { markOf } from '../../src/domain/continuity.ts'
import { notRead, thereIs, type RunningProof } from '../../src/domain/evidence.ts'
import { plannedPairs } from '../../src/domain/suites/connectivity/coverage.ts'
import { pairKey } from '../../src/domain/suites/connectivity/timetable.ts'
import { keptPairs, keptRounds } from '../../src/domain/suites/survival/pairs.ts'
import { farEndOf } from '../../src/domain/suites/survival/far-end.ts'
import type {
  KeptItem,
  KeptNote,
  KeptProcess,
  SurvivalItem,
  SurvivalWork,
} from '../../src/domain/suites/survival/work.ts'
import type { PartOf } from '../../src/domain/suites/suite.ts'
import type { VerdictInput } from '../../src/domain/verdict-input.ts'
import { attemptOf, measurements, nineNodes, peers, proofOf, run, type Changes, type Happening } from './fixtures.ts'

export interface SurvivalChanges extends Pick<Changes, 'absent' | 'passing'> {
  /** A first test, in which connections are opened; else a checkpoint. */
  readonly opening?: true
  /** By `from→to`. */
  readonly deliveries?: Readonly<Record<string, Happening>>
  readonly process?: Readonly<Record<string, Partial<KeptProcess> | 'unread'>>
  readonly notes?: Readonly<Record<string, 'absent' | 'unread'>>
  /** What the program calls the connection now. */
  readonly connection?: Readonly<Record<string, string | null>>
  /** Where it led when it was opened. */
  readonly remote?: Readonly<Record<string, string>>
  /** What the callee ran when it was opened, as far as it was another. */
  readonly callee?: Readonly<Record<string, Partial<RunningProof>>>
}

const hour = 3_600_000
const bootId = 'aaaaaaaa-0000-0000-0000-000000000000'
const gossip = { broadcast: null, map: null, members: { list: ['members'], withinSeconds: 10 } }

export const pairs = keptPairs(nineNodes, nineNodes.nodes, { gossip })
export const work: SurvivalWork = { pairs, timeoutSeconds: 10, longestSeconds: 60_000, target: 100 }

const oracles = new Map(plannedPairs(peers, measurements).map((p) => [pairKey(p.pair), p.oracle]))
const physics = (key: string): Happening => (oracles.get(key)?.expected === 'relayed' ? { path: 'relayed' } : {})

export function survivalRun(changes: SurvivalChanges = {}): VerdictInput {
  const base = run({
    absent: changes.absent ?? {},
    ...(changes.passing === undefined ? {} : { passing: changes.passing }),
    ...(changes.opening === true ? {} : { checkpoint: {} }),
  })
  const part: PartOf<'survival'> = { suite: 'survival', work, attempts: 8, seconds: 1, detail: '', thresholds: '' }
  const baseline = {
    survival: { 'kept connections': { attempts: 8, successes: 8, planned: 8, tried: 8, recovered: 0 } },
  }
  return {
    ...base,
    ...(base.checkpoint == null ? {} : { checkpoint: { ...base.checkpoint, baseline } }),
    suites: [part],
    items: { survival: itemsOf(changes) },
  }
}

export function itemsOf(changes: SurvivalChanges): readonly SurvivalItem[] {
  const there = pairs.filter((p) => changes.absent?.[p.from] === undefined && changes.absent?.[p.to] === undefined)
  return keptRounds(there).flatMap((round, i): readonly SurvivalItem[] =>
    round.flatMap((pair): readonly SurvivalItem[] => {
      const key = pairKey(pair)
      const tried = attemptOf(
        pair,
        { round: i + 1, repetition: 1 },
        measurements,
        changes.deliveries?.[key] ?? physics(key),
      )
      const { round: number, retry, readings, ...attempt } = tried
      void retry
      const id = `1.connection.${pair.from}.${pair.to}`
      const times = { startedAt: attempt.startedAt, endedAt: attempt.endedAt }
      const connection = changes.connection?.[key] ?? `c-${key}`
      const note = (did: KeptNote['did'], at: number): KeptNote => ({
        did,
        session: 's1',
        at,
        connection: `c-${key}`,
        localPort: attempt.localPort,
        remote: changes.remote?.[key] ?? farEndOf(readings[pair.from], attempt.localPort),
        pid: 77,
        startTicks: 5000,
        bootId,
        callee: markOf({ ...proofOf(pair.to), ...changes.callee?.[key] }),
      })
      const process = changes.process?.[key]
      const running: KeptProcess = { kind: 'running', pid: 77, startTicks: 5000, exeSha256: null, bootId }
      const item: KeptItem = {
        kind: 'kept',
        id,
        pair,
        phase: changes.opening === true ? 'opened' : 'kept',
        process: process === 'unread' ? notRead('connection lost') : thereIs({ ...running, ...process } as KeptProcess),
        notes:
          changes.opening === true || changes.notes?.[key] === 'absent'
            ? { kind: 'absent' }
            : changes.notes?.[key] === 'unread'
              ? notRead('connection lost')
              : thereIs([note('opened', attempt.startedAt - hour), note('alive', attempt.startedAt - hour / 2)]),
        connection,
        ...times,
      }
      return [
        {
          kind: 'deliveries',
          id: `1.kept.${number}.${key}`,
          ...times,
          round: { pass: 1, round: number, attempts: [attempt], readings },
        },
        item,
      ]
    }),
  )
}
