/**
 * The list of known failures, in the configuration or in a file beside it: each names attempts, why they fail, and the last
 * day on which they are left out.
 */
import * as z from 'zod'
import type { KnownFailure } from '../domain/known-failures.ts'
import { suiteIds } from '../domain/suites/registry.ts'
import { usageFailure } from './faults.ts'
import { isRecord, nodeName, pathBelow, textField } from './fields.ts'
import { loadYaml, parseYaml } from './yaml.ts'

const ends = z.string().transform((text, context) => {
  const [from = '', to = '', ...more] = text.split(':')
  const bad = more.length > 0 || [from, to].some((n) => !nodeName.safeParse(n).success) || from === to
  if (!bad) return { from, to }
  context.addIssue('must be two nodes, caller:callee')
  return z.NEVER
})

const day = z
  .string()
  .refine(
    (text) => /^\d{4}-\d{2}-\d{2}$/.test(text) && new Date(`${text}T00:00:00Z`).toJSON()?.startsWith(text) === true,
    'must be a day such as "2026-12-31"',
  )

const entry = z
  .strictObject({
    pair: ends.optional().describe('The ordered pair, caller:callee (default: any).'),
    suite: z.enum(suiteIds).optional().describe('Its suite (default: any).'),
    group: textField.max(200).optional().describe('Its group, such as relay, or the name of a command (default: any).'),
    reason: textField.max(300).describe('Why it fails: an issue, a name.'),
    until: day.describe('The last day on which it is left out, UTC; from then on it counts again.'),
  })
  .refine(
    (k) => k.pair !== undefined || k.suite !== undefined || k.group !== undefined,
    'must name a pair, a suite or a group: a list that leaves out everything tests nothing',
  )

const entries = z.array(entry).max(200)

/** The list itself, or the file that holds it. */
export const knownFailuresSchema = z.union([entries, pathBelow]).default([])

/** The path of the list, below the repository; null where it stands in the configuration. */
export const knownFailuresFile = (named: z.output<typeof knownFailuresSchema>): string | null =>
  typeof named === 'string' ? named : null

/** What is wrong with the configuration is told when it is read whole. */
export function knownFailuresPathIn(text: string, file: string): string | null {
  const parsed = parseYaml(text, file)
  const named = parsed.ok && isRecord(parsed.value.raw) ? pathBelow.safeParse(parsed.value.raw['known_failures']) : null
  return named?.success === true ? named.data : null
}

/** A file that holds the list alone. */
export function parseKnownFailures(text: string, file: string): readonly KnownFailure[] {
  const loaded = loadYaml(text, file, entries)
  if (!loaded.ok) throw usageFailure(loaded.faults)
  return knownFailuresOf(loaded.value)
}

export const knownFailuresOf = (list: z.output<typeof entries>): readonly KnownFailure[] =>
  list.map(({ pair, suite, group, reason, until }) => ({
    suite: suite ?? null,
    group: group ?? null,
    pair: pair ?? null,
    reason,
    until,
  }))
