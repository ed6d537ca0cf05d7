/** Slow by the receiver's kernel, and whose doing it was: each file in test/cases/throughput changes one pair. */
import { readFileSync, readdirSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { parse } from 'yaml'
import * as z from 'zod'
import { thereIs, type Pair } from '../../../src/domain/evidence.ts'
import { leastCover } from '../../../src/domain/suites/sampled.ts'
import { budgetOf } from '../../../src/domain/suites/throughput/budget.ts'
import { rateOf, type Arrival } from '../../../src/domain/suites/throughput/rate.ts'
import { rederiveThroughput } from '../../../src/domain/suites/throughput/rederive.ts'
import { throughputRounds } from '../../../src/domain/suites/throughput/rounds.ts'
import type { ThroughputRound } from '../../../src/domain/suites/throughput/work.ts'
import { verdict } from '../../../src/domain/verdict.ts'
import { profiles } from '../../inputs/read.ts'
import { measurements, nineNodes, peers } from '../fixtures.ts'
import { throughputRun, Transfer, transfersOf, work } from '../throughput-evidence.ts'

const there = peers.map((n) => n.name)

const Case = z.strictObject({
  why: z.string(),
  given: z.record(z.string(), z.unknown()),
  expect: z.strictObject({
    verdict: z.enum(['passed', 'failed', 'inconclusive']),
    outcome: z.string(),
    groups: z.string(),
    sentence: z.string().optional(),
  }),
})

const judged = (items: readonly ThroughputRound[], passing?: Transfer['passing']) => {
  const v = verdict(throughputRun(items, passing))
  return { v, suite: v.suites.throughput ?? expect.fail('it was not judged') }
}

const folder = new URL('../../cases/throughput/', import.meta.url)
describe.each(readdirSync(folder).sort())('%s', (file) => {
  const { why, given, expect: wanted } = Case.parse(parse(readFileSync(new URL(file, folder), 'utf8')))
  test(why, () => {
    const first = Transfer.parse(given)
    const { v, suite } = judged(transfersOf(first), first.passing)
    const [pair] = throughputRounds(nineNodes, there, measurements)[0] ?? []
    const sample = suite.samples.find((s) => s.subject.pair.from === pair?.from && s.subject.pair.to === pair.to)
    expect(`${sample?.outcome}: ${sample?.sentence}`).toMatch(new RegExp(`^${wanted.outcome}: `))
    expect(sample?.sentence).toContain(wanted.sentence ?? '')
    expect(suite.groups.map((g) => `${g.successes}/${g.attempts}`)).toEqual([wanted.groups])
    expect([v.result, ...v.reasons.map((r) => r.text)]).toEqual([
      wanted.verdict,
      ...(wanted.verdict === 'passed' ? [] : [expect.any(String)]),
    ])
  })
})

describe('the rate', () => {
  const at = (ms: number, bytes: number): Arrival => ({ fromMs: ms, toMs: ms + 10, bytes })
  test('is at least that of the readings around, and at most that of the readings within', () => {
    // 98 of 100 hundredths of 1.25 MB in 1.1 s around, and in 0.79 s within: by hand.
    const arrivals = [at(0, 0), at(100, 100_000), at(900, 1_100_000), at(1090, 1_250_000), at(1200, 1_250_000)]
    const rate = rateOf(arrivals, 1_250_000)
    expect([rate?.low.toFixed(2), rate?.high?.toFixed(2)]).toEqual(['8.91', '12.41'])
  })
  test('of a program that pads is told from its first byte on, a keepalive before it aside', () => {
    const arrivals = [at(0, 52), at(100, 52), at(1000, 90_000), at(1100, 200_000), at(1200, 200_000)]
    // 100 KB in the 1.01 s from the last reading before to the first with all of it.
    expect(rateOf(arrivals, 100_000)?.low.toFixed(3)).toBe('0.792')
  })
  test.each<[string, readonly Arrival[]]>([
    ['nothing was read', []],
    ['nothing came', [at(0, 0), at(100, 0)]],
    ['the readings begin in the midst of it', [at(0, 500), at(100, 1000)]],
  ])('is unknown where %s', (_, arrivals) => expect(rateOf(arrivals, 1000)).toBeNull())
})

describe('a sample of pairs', () => {
  const natOf = (n: string): string => (Number(n.slice(1)) % 3 === 0 ? 'cone' : 'none')
  const names = Array.from({ length: 50 }, (_, i) => `n${i}`)
  const all = names.flatMap((from) => names.filter((to) => to !== from).map((to) => ({ pair: { from, to } })))
  const reaches = (pairs: readonly { readonly pair: Pair }[]) => ({
    callers: new Set(pairs.map((p) => p.pair.from)).size,
    callees: new Set(pairs.map((p) => p.pair.to)).size,
    cells: new Set(pairs.map((p) => `${natOf(p.pair.from)} ${natOf(p.pair.to)}`)).size,
  })
  test('is least where each costs megabytes', () => {
    const least = leastCover(all, natOf)
    expect(reaches(least)).toEqual({ callers: 50, callees: 50, cells: 4 })
    expect(least.length).toBeLessThanOrEqual(100)
  })
})

test('the budget says how much, and why less than asked for', () => {
  const asked = { minMbps: 10, testSizeMb: 100 }
  const profile = { throughput: { maxMb: 16, args: null } }
  expect(budgetOf(asked, profile, 21)).toEqual({
    bytes: 16_000_000,
    linkBytes: 5_000_000,
    shortened: 'the program takes no more than 16 MB at once',
    payloadBytes: 336_000_000,
    ownBytes: 420_000_000,
  })
  expect(budgetOf({ ...asked, testSizeMb: 8 }, profile, 21).shortened).toBeNull()
  expect(budgetOf(asked, { throughput: { maxMb: 1000, args: null } }, 40)).toMatchObject({
    bytes: 25_000_000,
    shortened: 'all transfers together may have 1000 MB',
  })
})

test('readings that go back, and more than was counted or sent, are found again', () => {
  const profile = profiles.find((p) => p.name === 'testnet') ?? expect.fail()
  const on = {
    fleet: nineNodes,
    profile: { ...profile, servicePort: 9000 },
    test: 1,
    seed: '5'.repeat(64),
    planned: there,
    there,
    measurements,
    running: [],
    checkpoint: false,
  }
  const faults = (item: ThroughputRound) =>
    rederiveThroughput(on, work)
      .add(item)
      .filter((f) => /arrivals|link/.test(f))
  const [item] = transfersOf(Transfer.parse({}))
  const [to] = Object.keys(item?.arrivals ?? {})
  if (item === undefined || to === undefined) expect.fail()
  const with_ = (arrivals: readonly Arrival[]) => ({ ...item, arrivals: { ...item.arrivals, [to]: thereIs(arrivals) } })
  const reading = (at: number, bytes: number) => ({ fromMs: at, toMs: at, bytes })
  expect(faults(item)).toEqual([])
  expect(faults(with_([reading(0, 5), reading(1, 4)]))).toEqual([
    `round 1: arrivals at ${to}: a counter or a clock went back`,
  ])
  expect(faults(with_([reading(0, 0), reading(1, 9e9)]))).toEqual([
    expect.stringMatching(/9000000000 bytes, and \d+ in the counters after it$/),
  ])
  const links = item.links.map((l) => ({ ...l, legs: l.legs.map((leg) => ({ ...leg, pouredBytes: thereIs(1) })) }))
  expect(faults({ ...item, links }).length).toBeGreaterThan(0)
})
