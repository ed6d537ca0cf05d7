/**
 * Random histories of ticks (ten thousand in the layer `local`) that are late, lost, doubled, overlapping, killed or
 * given up: each checkpoint is recorded once or reported missed. What GitHub does and local runners do not
 * (concurrency, gates, timers) happens here.
 */
import fc from 'fast-check'
import { expect, inject, test } from 'vitest'
import type { EventName } from '../../src/domain/events/entry.ts'
import type { Entry } from '../../src/domain/ledger.ts'
import type { ProofKind } from '../../src/domain/plan.ts'
import { isFinal, stateNames, traitsOf, type Checkpoint, type State } from '../../src/domain/states.ts'
import { runWriter, story, type Step } from '../kit/session.ts'
import { readLedger } from './ticks.rules.ts'
import { hour, minute, noCounts, TickWorld, type Counts, type Results } from './ticks.world.ts'

/** Sessions as a first run leaves them. */
const start = (soak: readonly Checkpoint[], proof: ProofKind, ...more: readonly Step[]): readonly Entry[] =>
  story(['begin', ['confirmed', { soak, proof }], ...more], { by: runWriter('1'), at: (seq) => seq * minute })
const tested = ['ready', 'built', 'deployed', 'passed'] as const
const starts = [
  start(['WAIT_1HR', 'WAIT_6HR'], 'logs', ...tested),
  start(['WAIT_1HR', 'WAIT_6HR'], 'manual-verify', ...tested),
  start(['WAIT_6HR'], 'logs', ...tested),
  start(['WAIT_1HR'], 'manual-verify', ...tested),
  start(['WAIT_1HR', 'WAIT_6HR'], 'logs', ['queued', { holder: 'other', who: 'ann', until: 5 * hour }]),
]

/**
 * Most tests pass, or no history would come far. As the stages do, zigbuild gives up for a toolchain reason once, and a
 * native build never.
 */
const drawn = (seed: number): Results => {
  let calls = 0
  return ({ state, newest }) => {
    const of = <E extends EventName>(...events: readonly (readonly [E, number])[]): E => {
      let left = (seed + 37 * calls) % 100
      const [event] = events.find(([, n]) => (left -= n) < 0) ?? events[0] ?? []
      if (event === undefined) throw new Error('no event is given')
      return event
    }
    calls++
    const events: { readonly [S in State]?: EventName } = {
      TEST: of(['passed', 65], ['failed', 20], ['inconclusive', 15]),
      RESTART: 'restart',
      SETUP: of(['ready', 85], ['queued', 10], ['unrecoverable', 5]),
      BUILD: of(['built', 85], [newest.BUILD === undefined ? 'toolchain' : 'built', 10], ['failed', 5]),
      DEPLOY: of(['deployed', 90], ['failed', 10]),
      FIX: 'no-fix-command',
    }
    return events[state] ?? 'stop'
  }
}
const good: { readonly [S in State]?: EventName } = {
  TEST: 'passed',
  RESTART: 'restart',
  SETUP: 'ready',
  BUILD: 'built',
  DEPLOY: 'deployed',
  FIX: 'no-fix-command',
}
const healthy: Results = ({ state }) => good[state] ?? 'stop'

const delays = [minute, 15 * minute, 40 * minute, hour, 3 * hour, 6 * hour, 12 * hour, 23 * hour, 26 * hour]

type Happening = (w: TickWorld, arg: number) => void
const one = (w: TickWorld, arg: number) => w.actors[arg % Math.max(1, w.actors.length)]
const dueNow = (w: TickWorld): boolean => w.session.waitUntil !== null && w.now >= w.session.waitUntil

/** In the order of how simple they are: chance shrinks towards the first. */
const happenings: readonly (readonly [number, Happening])[] = [
  [
    10,
    (w, arg) => {
      const a = one(w, arg)
      if (a !== undefined) {
        w.now += minute
        w.step(a, drawn(arg >> 3))
      }
    },
  ],
  // The schedule's tick, however late.
  [
    8,
    (w) => {
      w.begin()
    },
  ],
  [
    8,
    (w, arg) => {
      w.finish(w.begin(), drawn(arg))
    },
  ],
  [
    8,
    (w, arg) => {
      w.now += delays[arg % 5] ?? 0
    },
  ],
  [
    2,
    (w, arg) => {
      w.now += delays[arg % delays.length] ?? 0
    },
  ],
  // A tick that GitHub never started.
  [
    2,
    (w) => {
      if (dueNow(w)) w.counts.lost++
      w.now += 15 * minute
    },
  ],
  // Two at the same moment: both have read before one claims.
  [
    4,
    (w, arg) => {
      const pair = [w.begin(), w.begin()]
      for (const a of pair) w.step(a, drawn(arg))
      for (const a of pair) w.step(a, drawn(arg))
    },
  ],
  // A timer that holds as it should; a missing or shorter one lets the run in at once.
  [
    4,
    (w, arg) => {
      if (arg % 3 !== 0) w.now = Math.max(w.now, w.session.waitUntil ?? 0)
      w.step(w.begin(), drawn(arg))
    },
  ],
  [
    5,
    (w, arg) => {
      const a = one(w, arg)
      if (a !== undefined) w.kill(a)
    },
  ],
  [
    4,
    (w, arg) => {
      const a = one(w, arg)
      if (a !== undefined) w.giveUp(a)
    },
  ],
  // An outage: whoever begins is gone before it is done.
  [
    1,
    (w, arg) => {
      for (let n = 0; n < 2 + (arg % 6); n++) {
        const a = w.begin()
        for (let i = 0; i < 3; i++) w.step(a, drawn(arg))
        w.kill(a)
        w.now += 20 * minute
      }
    },
  ],
  [
    5,
    (w, arg) => {
      const a = one(w, arg)
      if (a !== undefined) w.finish(a, drawn(arg >> 3), 7 * minute)
    },
  ],
  [
    1,
    (w, arg) => {
      if (w.session.state === 'AWAIT_PUSH') w.push()
      else if (arg % 2 === 0)
        w.person(
          w.session.state === 'AWAIT_APPROVAL'
            ? arg % 3 === 0
              ? 'rejected'
              : 'approved'
            : arg % 5 === 0
              ? 'stop'
              : arg % 5 === 1
                ? 'superseded'
                : 'nothing',
        )
    },
  ],
]
const weighted = happenings.flatMap(([weight, does]) => Array.from({ length: weight }, () => does))

/** States in which a person has the word. */
const persons = stateNames.filter((s) => isFinal(s) || traitsOf(s).kind === 'person')

function live(w: TickWorld, steps: readonly number[]): void {
  for (const n of steps) weighted[n % weighted.length]?.(w, Math.floor(n / weighted.length))
}

/** Everybody who worked is gone; then a tick comes that nothing happens to. */
function healthyTick(w: TickWorld, results: Results): void {
  for (const a of w.actors.slice()) w.end(a)
  w.now = Math.max(w.now, w.session.waitUntil ?? 0) + 20 * minute
  w.finish(w.begin(), results)
}

test('each checkpoint is recorded exactly once or reported missed, whatever ticks go through', () => {
  const histories = inject('histories')
  const seen: Record<keyof Counts, number> = { ...noCounts() }
  const ends: Record<string, number> = {}
  fc.assert(
    fc.property(
      fc.constantFrom(...starts),
      fc.array(fc.nat(0x7fffffff), { maxLength: 60, size: 'max' }),
      (begun, steps) => {
        const w = new TickWorld(begun)
        live(w, steps)
        for (const key of Object.keys(seen) as (keyof Counts)[]) if (w.counts[key] > 0) seen[key]++
        const before = readLedger(w.entries)
        const pending = before.waits.findIndex((one) => one.came === 'waits')
        healthyTick(w, drawn(steps.length))
        expect([...w.faults, ...before.faults, ...readLedger(w.entries).faults]).toEqual([])
        if (pending >= 0) expect(readLedger(w.entries).waits[pending]?.came).not.toBe('waits')
        for (let n = 0; n < 30 && !persons.includes(w.session.state); n++) healthyTick(w, healthy)
        expect(persons).toContain(w.session.state)
        expect(w.faults).toEqual([])
        const after = readLedger(w.entries)
        expect(after.faults).toEqual([])
        expect(after.waits.filter((one) => one.came === 'waits')).toEqual([])
        expect(w.chainFaults()).toEqual([])
        ends[w.session.state] = (ends[w.session.state] ?? 0) + 1
      },
    ),
    { numRuns: histories },
  )
  // The generator made all of it, often; few histories hold less than their share of what is rare.
  const share = histories >= 10_000 ? histories / 10_000 : histories / 20_000
  const least: Counts = {
    late: 1500,
    lost: 400,
    doubled: 1500,
    overlapping: 500,
    killed: 500,
    zombies: 400,
    zombiesRefused: 100,
    early: 2000,
    missed: 150,
    takenOver: 1000,
    restarts: 500,
    exhausted: 30,
    people: 300,
  }
  for (const key of Object.keys(least) as (keyof Counts)[]) expect(seen[key], key).toBeGreaterThan(least[key] * share)
  for (const state of persons) expect(ends[state], state).toBeGreaterThan(200 * share)
}, 60_000)
