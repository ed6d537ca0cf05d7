/** Each file in test/cases/survival changes one thing of connections that are kept as they should be. */
import { readFileSync, readdirSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { parse } from 'yaml'
import { z } from 'zod'
import { assemblePlan } from '../../src/domain/assemble-plan.ts'
import { survival } from '../../src/domain/suites/survival/suite.ts'
import { undoneTests } from '../../src/domain/unsupported.ts'
import { keptRounds } from '../../src/domain/suites/survival/pairs.ts'
import { verdict } from '../../src/domain/verdict.ts'
import { planOf } from '../kit/plan.ts'
import { nineNodes } from './fixtures.ts'
import { itemsOf, pairs, survivalRun, work, type SurvivalChanges } from './survival-evidence.ts'

const folder = new URL('../cases/survival/', import.meta.url)
const Case = z.strictObject({
  why: z.string(),
  given: z.record(z.string(), z.unknown()).nullable(),
  expect: z.strictObject({
    verdict: z.enum(['passed', 'failed', 'inconclusive']),
    group: z.string(),
    reasons: z.array(z.string()).default([]),
    sentences: z.array(z.string()).default([]),
  }),
})

describe.each(
  readdirSync(folder)
    .filter((f) => f.endsWith('.yaml'))
    .sort(),
)('%s', (file) => {
  const { why, given, expect: wanted } = Case.parse(parse(readFileSync(new URL(file, folder), 'utf8')))
  test(why, () => {
    const v = verdict(survivalRun((given ?? {}) as SurvivalChanges))
    const share = v.suites.survival ?? expect.fail()
    expect(share.error).toBeNull()
    expect({ result: v.result, reasons: v.reasons.map((r) => r.text) }).toMatchObject({ result: wanted.verdict })
    if (wanted.verdict === 'passed') expect(v.reasons).toEqual([])
    expect(share.groups.map((g) => `${g.successes}/${g.attempts} of ${g.planned}`)).toEqual([wanted.group])
    for (const part of wanted.reasons)
      expect(v.reasons.map((r) => r.text)).toContainEqual(expect.stringContaining(part))
    for (const text of wanted.sentences)
      expect(share.samples.map((s) => s.sentence)).toContainEqual(expect.stringContaining(text))
  })
})

describe('which connections are kept', () => {
  test('every node calls and is called once, but for the one that gossip kills', () => {
    expect(pairs.map((p) => p.from).toSorted()).toEqual(pairs.map((p) => p.to).toSorted())
    expect([pairs.length, pairs.some((p) => p.from === 'saorsa-9')]).toEqual([8, false])
  })
  test('no node plays twice in a round', () =>
    expect(keptRounds(pairs).map((r) => new Set(r.flatMap((p) => [p.from, p.to])).size)).toEqual(
      keptRounds(pairs).map((r) => 2 * r.length),
    ))
})

test('lines of evidence and work have their shape', () => {
  expect(
    itemsOf({})
      .map((i) => survival.item(i))
      .filter((f) => f !== null),
  ).toEqual([])
  expect(survival.work(work)).toBeNull()
})

describe('the plan', () => {
  const base = planOf({ project: 'testnet', fleet: nineNodes })
  const made = (
    checkpoints: readonly ('WAIT_1HR' | 'WAIT_6HR')[],
    fleet = nineNodes,
    config = base.config,
    focus: 'full-suite' | 'connectivity' = 'full-suite',
  ) =>
    assemblePlan({
      answers: { ...base.answers, focus: { value: focus, from: 'x' } },
      config: { ...config, soak: { ...config.soak, checkpoints } },
      profile: base.profile,
      fleet,
      source: base.source,
      binaryBytes: null,
    })
  test('keeps connections through the soak that it has', () =>
    expect(made(['WAIT_1HR']).suites.find((s) => s.suite === 'survival')).toMatchObject({
      attempts: 8,
      detail: '8 connections opened now and kept until 1h after it',
      work: { longestSeconds: 3600 + 12 * 3600 },
    }))
  test('no NAT is made to forget while connections are kept through it: that would cut them', () => {
    const lab = { ...nineNodes, lab: { natTimeoutFactor: 10, shaping: 'none' } as const }
    const rebinds = (checkpoints: readonly 'WAIT_1HR'[]) =>
      made(checkpoints, lab).suites.flatMap((s) => (s.suite === 'nat-traversal' ? [s.work.rebinding] : []))
    expect([rebinds([]), rebinds(['WAIT_1HR'])]).toEqual([[true], [false]])
  })
  test('says that it does not act where there is none, and may pass all the same', () => {
    const plan = made([])
    expect(plan.suites.map((s) => s.suite)).not.toContain('survival')
    expect(plan.unsupported).toContainEqual({
      what: 'suite survival',
      why: 'it did not act: soak is off, so no connection is kept through one',
      test: false,
    })
  })
  test('a configuration that asks for it in so many words is not plainly passed without a soak', () => {
    const { config } = base
    const asks = { ...config, tests: { ...config.tests, survival: { enabled: true, successRate: 100 } } }
    for (const focus of ['connectivity', 'full-suite'] as const)
      expect(undoneTests(made([], nineNodes, asks, focus).unsupported)).toBe('asked for and not done: suite survival')
    expect(undoneTests(made(['WAIT_1HR'], nineNodes, asks, 'connectivity').unsupported)).toBeNull()
    expect(undoneTests(made([]).unsupported)).toBeNull()
  })
})
