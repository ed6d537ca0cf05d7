/** Each file in test/cases/gossip changes one thing of nine nodes that gossip as they should; and what follows from it. */
import { readFileSync, readdirSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { parse } from 'yaml'
import { z } from 'zod'
import { inTurn, writesOf } from '../../src/domain/suites/gossip/draws.ts'
import { gossip } from '../../src/domain/suites/gossip/suite.ts'
import { rederiveGossip } from '../../src/domain/suites/gossip/rederive.ts'
import { verdict } from '../../src/domain/verdict.ts'
import { seed } from '../kit/facts.ts'
import { nineNodes } from './fixtures.ts'
import { gossipRun, type GossipChanges } from './gossip-evidence.ts'

const folder = new URL('../cases/gossip/', import.meta.url)
const Case = z.strictObject({
  why: z.string(),
  given: z.record(z.string(), z.unknown()).nullable(),
  expect: z.strictObject({
    verdict: z.enum(['passed', 'failed', 'inconclusive']),
    /** `successes/attempts of planned`, by group. */
    groups: z.record(z.string(), z.string()).default({}),
    reasons: z.array(z.string()).default([]),
    sentences: z.array(z.string()).default([]),
    findings: z.array(z.string()).default([]),
  }),
})

describe.each(
  readdirSync(folder)
    .filter((f) => f.endsWith('.yaml'))
    .sort(),
)('%s', (file) => {
  const { why, given, expect: wanted } = Case.parse(parse(readFileSync(new URL(file, folder), 'utf8')))
  test(why, () => {
    const v = verdict(gossipRun((given ?? {}) as GossipChanges))
    const share = v.suites.gossip ?? expect.fail()
    expect(share.error).toBeNull()
    expect({ result: v.result, reasons: v.reasons.map((r) => r.text) }).toMatchObject({ result: wanted.verdict })
    if (wanted.verdict === 'passed') expect(v.reasons).toEqual([])
    const figures = Object.fromEntries(
      share.groups.map((g) => [g.name, `${g.successes}/${g.attempts} of ${g.planned}`]),
    )
    expect(figures).toMatchObject(wanted.groups)
    for (const part of wanted.reasons)
      expect(v.reasons.map((r) => r.text)).toContainEqual(expect.stringContaining(part))
    for (const text of wanted.sentences) expect(share.samples.map((s) => s.sentence)).toContain(text)
    expect(v.findings.map((f) => f.kind).filter((k) => k !== 'not-counted')).toEqual(wanted.findings)
  })
})

const items = gossipRun().items.gossip ?? []
const work = gossipRun().suites.flatMap((s) => (s.suite === 'gossip' ? [s.work] : []))[0] ?? expect.fail()

test('its figures: what each node received, how long it took by corrected clocks, and whom we killed', () => {
  const { figures } = verdict(gossipRun({ records: { 'saorsa-2': { '2': 'twice' } } })).suites.gossip ?? expect.fail()
  expect(figures?.delivery[0]).toEqual({ node: 'saorsa-2', received: 16, expected: 16, duplicates: 1 })
  expect(figures?.latency).toMatchObject({ count: 144, p50: 80, p95: 80 })
  expect(figures?.offsets[0]).toEqual({ node: 'saorsa-2', offsetMs: 0, withinMs: 50 })
  expect([figures?.victim, figures?.agreement.count]).toEqual(['saorsa-9', 9])
})

test('lines of evidence and work have their shape', () => {
  expect(items.map((i) => gossip.item(i)).filter((f) => f !== null)).toEqual([])
  expect(gossip.work(work)).toBeNull()
  const [first] = items
  expect(gossip.item({ ...first, end: { kind: 'done' } })).toContain('.end.kind is none of')
  expect(gossip.work({ ...work, map: { maxSyncSeconds: '30', conflict: true } })).toContain('maxSyncSeconds')
})

describe('what follows from the seed', () => {
  const there = nineNodes.nodes.map((n) => n.name)
  const faultsOf = (list: typeof items): readonly string[] => {
    const on = {
      fleet: nineNodes,
      test: 1,
      seed,
      planned: there,
      there,
      measurements: [],
      running: [],
      checkpoint: false,
    }
    const again = rederiveGossip({ ...on, profile: {} as never }, work)
    return [...list.flatMap((i) => again.add(i)), ...again.end()]
  }
  test('is found again', () => expect(faultsOf(items)).toEqual([]))
  test('is missed where it is not there', () => expect(faultsOf(items.slice(1))).toEqual(['1.message.1 is missing']))
  test.each([
    ['another payload', { payload: 'ab' }],
    ['another sender', { node: 'saorsa-7' }],
    ['another channel', { channel: 'ch' }],
  ])('%s is none of it', (_, change) =>
    expect(faultsOf(items.map((i) => (i.id === '1.message.1' ? ({ ...i, ...change } as typeof i) : i)))).toEqual([
      '1.message.1 is not the message that follows from the seed',
    ]),
  )
})

test('of two keys that all write, the newest write is made first of one and last of the other', () => {
  const all = writesOf(seed, 1, { maxSyncSeconds: 30, conflict: true }, ['a', 'b', 'c'])
  const turns = (key: string) => inTurn(all.filter((w) => w.key.endsWith(key))).map((t) => t.map((w) => w.later))
  expect(turns('/newest-first')).toEqual([[3000], [2000, 1000]])
  expect(turns('/newest-last')).toEqual([[1000, 2000], [3000]])
  expect(turns('/own-2')).toEqual([[], [0]])
})
