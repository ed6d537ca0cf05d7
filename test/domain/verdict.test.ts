/** Each file in test/cases/verdict changes one thing of a good run and says what the verdict must become. */
import { readFileSync, readdirSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { parse } from 'yaml'
import { z } from 'zod'
import { verdict } from '../../src/domain/verdict.ts'
import { judged, run, type Changes } from './fixtures.ts'

const folder = new URL('../cases/verdict/', import.meta.url)

const Case = z.strictObject({
  why: z.string(),
  given: z.record(z.string(), z.unknown()).nullable(),
  expect: z.strictObject({
    verdict: z.enum(['passed', 'failed', 'inconclusive']),
    /** `successes/attempts of pairs` by class; `none`: left out. */
    class: z.record(z.string(), z.string()).optional(),
    /** Kinds, all of them, sorted, each once. */
    findings: z.array(z.string()).default([]),
    /** Each is part of some reason. */
    reasons: z.array(z.string()).default([]),
    /** Whole sentences; one that ends in … is the beginning of one. */
    sentences: z.array(z.string()).default([]),
    outcomes: z.record(z.string(), z.number()).optional(),
    grades: z.record(z.string(), z.number()).optional(),
    uncoveredPairs: z.number().optional(),
    /** Each stands in the headline. */
    remarks: z.array(z.string()).default([]),
    notCovered: z.array(z.string()).default([]),
    invalidControls: z.array(z.string()).default([]),
    mixedVersionPairs: z.number().default(0),
  }),
})

describe.each(
  readdirSync(folder)
    .filter((f) => f.endsWith('.yaml'))
    .sort(),
)('%s', (file) => {
  const { why, given, expect: wanted } = Case.parse(parse(readFileSync(new URL(file, folder), 'utf8')))
  test(why, () => {
    const v = judged(run((given ?? {}) as Changes))
    expect({ result: v.result, reasons: v.reasons.map((r) => r.text) }).toMatchObject({ result: wanted.verdict })
    if (wanted.verdict === 'passed') expect(v.reasons).toEqual([])
    for (const part of wanted.reasons)
      expect(v.reasons.map((r) => r.text)).toContainEqual(expect.stringContaining(part))
    for (const [name, figure] of Object.entries(wanted.class ?? {})) {
      const c = v.classes[name as keyof typeof v.classes]
      expect(c === undefined ? 'none' : `${c.successes}/${c.attempts} of ${c.planned}`, name).toBe(figure)
    }
    expect([...new Set(v.findings.map((f) => f.kind))]).toEqual(wanted.findings)
    for (const text of wanted.sentences)
      expect(v.samples.map((a) => a.sentence)).toContainEqual(
        text.endsWith('…') ? expect.stringContaining(text.slice(0, -1)) : text,
      )
    if (wanted.outcomes) expect(tally(v.samples.map((a) => a.outcome))).toEqual(wanted.outcomes)
    if (wanted.grades) expect(tally(v.samples.map((a) => a.grade ?? 'none'))).toEqual(wanted.grades)
    if (wanted.uncoveredPairs !== undefined)
      expect(v.notCovered.filter((n) => n.kind === 'subject')).toHaveLength(wanted.uncoveredPairs)
    expect(v.remarks).toEqual(expect.arrayContaining(wanted.remarks))
    for (const text of wanted.notCovered)
      expect(v.notCovered.map((n) => JSON.stringify(n))).toContainEqual(expect.stringContaining(text))
    expect(v.invalidControls.map((c) => c.name)).toEqual(wanted.invalidControls)
    expect(v.mixedVersionPairs).toHaveLength(wanted.mixedVersionPairs)
  })
})

test('a verdict depends on plain JSON only: kept and read again, it is judged the same', () => {
  const input = run()
  expect(verdict(JSON.parse(JSON.stringify(input)))).toEqual(verdict(input))
})

function tally(values: readonly string[]): Record<string, number> {
  const counts: Record<string, number> = {}
  for (const v of values) counts[v] = (counts[v] ?? 0) + 1
  return counts
}
