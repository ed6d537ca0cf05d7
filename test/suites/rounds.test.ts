/**
 * The rounds: the pause between two attempts of the same two peers is kept by the clock, and each dials the port that
 * was learnt.
 */
import { expect, test } from 'vitest'
import type { RoundEvidence } from '../../src/domain/evidence.ts'
import { shortestPause } from '../../src/domain/suites/connectivity/cooloff.ts'
import type { Bench, SuiteWorld } from '../../src/suites/bench.ts'
import { connectivitySeries } from '../../src/domain/suites/connectivity/series.ts'
import { runRounds } from '../../src/suites/rounds.ts'
import { noClaim } from '../../src/suites/drivers/driver.ts'
import { driverOf } from '../../src/suites/drivers/drivers.ts'
import { readerOf } from '../../src/suites/readers/readers.ts'
import { nineNodes } from '../domain/fixtures.ts'
import { profiles } from '../inputs/read.ts'
import { planOf } from '../kit/plan.ts'

const there = { from: 'saorsa-2', to: 'saorsa-3' }
const back = { from: 'saorsa-3', to: 'saorsa-2' }
const other = { from: 'saorsa-7', to: 'saorsa-8' }

/** A world without machines, whose clock moves only while somebody sleeps. */
function still(): { readonly world: SuiteWorld; readonly slept: readonly number[] } {
  const slept: number[] = []
  let now = 1_000_000
  let drawn = 0
  const none = () => Promise.reject(new Error('there is no machine'))
  const world: SuiteWorld = {
    fleet: nineNodes,
    signal: AbortSignal.timeout(60_000),
    log: { info: () => undefined, warn: () => undefined, progress: () => undefined },
    random: { bytes: (n: number) => new Uint8Array(n).fill(drawn++ % 251) },
    clock: {
      now: () => now,
      monotonic: () => now,
      sleep: (ms: number) => {
        slept.push(ms)
        now += ms
        return Promise.resolve()
      },
    },
    remote: none,
    http: none,
    tables: { session: 's', fences: new Map() },
    here: { name: 'here', run: none, read: none, forward: none, close: none },
  }
  return { world, slept }
}

const profile = profiles.find((p) => p.name === 'testnet') ?? expect.fail()
const bench = (world: SuiteWorld, ports: ReadonlyMap<string, number> = new Map()): Bench => ({
  world,
  restarted: [],
  checkpoint: false,
  before: [],
  plan: planOf(),
  test: 1,
  seed: '5'.repeat(64),
  nodes: [],
  measurements: [],
  subjects: { peerIds: new Map(), ports },
  driver: driverOf(profile, '/prober'),
  reader: readerOf(profile),
  confinedBy: null,
  prober: '/p',
})
const work = (cooloffSeconds: number) => ({ cooloffSeconds, timeoutSeconds: 1, series: connectivitySeries })
const rounds = [[there], [other], [back], [there]]
const dialled = (world: SuiteWorld, seconds: number, before: readonly RoundEvidence[] = []) =>
  runRounds(bench(world), { ...work(seconds), before, retry: before.length > 0 }, rounds, () => Promise.resolve())

test('the same two peers rest as long as configured; others do not wait', async () => {
  const { world, slept } = still()
  const seen = await dialled(world, 3)
  expect(shortestPause(seen.flatMap((r) => r.attempts))).toBeGreaterThanOrEqual(3000)
  expect(slept).toHaveLength(2)
})

test('a retry rests after the attempt before it', async () => {
  const { world, slept } = still()
  const first = await dialled(world, 3)
  await dialled(world, 3, first)
  expect(slept).toHaveLength(5)
})

test('nothing is waited for where nothing is asked for', async () => {
  const { world, slept } = still()
  await dialled(world, 0)
  expect(slept).toEqual([])
})

test('an attempt names the port that the service was seen to have, else the planned one', async () => {
  const { world } = still()
  const seen = await runRounds(bench(world, new Map([['saorsa-3', 40_123]])), work(0), rounds, () => Promise.resolve())
  expect(seen.flatMap((r) => r.attempts).map((a) => [a.pair.to, a.servicePort])).toEqual([
    ['saorsa-3', 40_123],
    ['saorsa-8', 9000],
    ['saorsa-2', 9000],
    ['saorsa-3', 40_123],
  ])
})

test('a pair with an end whose witness cannot be made is not dialled, the others are', async () => {
  const dials: string[] = []
  const world: SuiteWorld = {
    ...still().world,
    // Every command is answered with nothing; only one node's table cannot be made.
    remote: (name) =>
      Promise.resolve({
        name,
        run: ({ why }) => {
          const code = why === 'witness: reset' && name === 'saorsa-3' ? 1 : 0
          return Promise.resolve({ code, signal: null, stdout: '', stderr: '', truncated: false, ms: 1 })
        },
        read: () => Promise.reject(new Error('nothing is read')),
        forward: () => Promise.reject(new Error('nothing is forwarded')),
        close: () => Promise.resolve(),
      }),
  }
  const scene: Bench = {
    ...bench(world),
    subjects: { peerIds: new Map(['saorsa-2', 'saorsa-3', 'saorsa-8'].map((n) => [n, 'ab'])), ports: new Map() },
    driver: {
      rounds: (planned) => planned,
      connect: (_world, _plan, { from, to }) => {
        dials.push(`${from.name} ${to}`)
        return Promise.resolve({ claim: noClaim, sha256: null })
      },
    },
  }
  const seen = await runRounds(scene, work(0), [[there], [other], [back]], () => Promise.resolve())
  const message = 'saorsa-3: no packet witness, so nothing was dialled: exit 1'
  const faults = seen.flatMap((r) => r.attempts).map((a) => a.fault?.message)
  expect(faults).toEqual([message, undefined, message])
  expect(dials).toEqual(['saorsa-7 saorsa-8'])
})
