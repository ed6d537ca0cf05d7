/** Each file in test/cases/observed changes one thing of good windows and says what the verdict must become. */
import { readFileSync, readdirSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { parse } from 'yaml'
import { z } from 'zod'
import { verdict } from '../../../src/domain/verdict.ts'
import { observedRun, type ObservedChanges } from './observed-run.ts'

const folder = new URL('../../cases/observed/', import.meta.url)

const Case = z.strictObject({
  why: z.string(),
  given: z.record(z.string(), z.unknown()).nullable(),
  expect: z.strictObject({
    verdict: z.enum(['passed', 'failed', 'inconclusive']),
    /** `successes/attempts of pairs` by class; none: left out. */
    class: z.record(z.string(), z.string()).optional(),
    /** Kinds, all of them, sorted, each once. */
    findings: z.array(z.string()).default([]),
    /** Each is part of some finding's message. */
    messages: z.array(z.string()).default([]),
    reasons: z.array(z.string()).default([]),
    /** Each is the beginning of some sentence. */
    sentences: z.array(z.string()).default([]),
    grades: z.record(z.string(), z.number()).optional(),
  }),
})

describe.each(
  readdirSync(folder)
    .filter((f) => f.endsWith('.yaml'))
    .sort(),
)('%s', (file) => {
  const { why, given, expect: wanted } = Case.parse(parse(readFileSync(new URL(file, folder), 'utf8')))
  test(why, () => {
    const v = verdict(observedRun((given ?? {}) as ObservedChanges))
    const suite = v.suites.observed
    expect({ result: v.result, reasons: v.reasons.map((r) => r.text), error: suite?.error }).toMatchObject({
      result: wanted.verdict,
      error: null,
    })
    if (wanted.verdict === 'passed') expect(v.reasons).toEqual([])
    for (const part of wanted.reasons)
      expect(v.reasons.map((r) => r.text)).toContainEqual(expect.stringContaining(part))
    for (const [name, figure] of Object.entries(wanted.class ?? {})) {
      const c = suite?.groups.find((g) => g.name === name)
      expect(c === undefined ? 'none' : `${c.successes}/${c.attempts} of ${c.planned}`, name).toBe(figure)
    }
    expect([...new Set(v.findings.map((f) => f.kind))]).toEqual(wanted.findings)
    for (const text of wanted.messages)
      expect(v.findings.map((f) => f.message)).toContainEqual(expect.stringContaining(text))
    for (const text of wanted.sentences)
      expect(
        suite?.samples.filter((s) => s.sentence.startsWith(text)),
        text,
      ).not.toEqual([])
    if (wanted.grades) expect(tally(suite?.samples.map((s) => s.grade ?? 'none') ?? [])).toEqual(wanted.grades)
  })
})

test('windows that are kept as plain JSON and read again are judged the same', () => {
  const input = observedRun()
  expect(verdict(JSON.parse(JSON.stringify(input)))).toEqual(verdict(input))
})

function tally(values: readonly string[]): Record<string, number> {
  const counts: Record<string, number> = {}
  for (const v of values) counts[v] = (counts[v] ?? 0) + 1
  return counts
}
