/** What a profile says of a program that cannot be told to dial: how it is watched, and where it says what it did. */
import * as z from 'zod'
import { patternOf } from '../domain/pattern.ts'
import type { ClaimsUse, WindowUse } from '../domain/profile.ts'
import { count, taggedUnion, textField } from './fields.ts'

const moments = z
  .array(z.number().min(1).max(3600))
  .min(2)
  .max(20)
  .refine((l) => l.every((s, i) => i === 0 || s > (l[i - 1] ?? 0)), 'must rise from one to the next')

export const window = z
  .strictObject({
    looks: moments.describe('Seconds after the start at which counters are read; the last ends the window.'),
    min_bytes: count
      .min(16_384)
      .default(65_536)
      .describe('Bytes that must be delivered each way, above what a handshake takes (default 65536).'),
    sustained_seconds: z
      .number()
      .min(1)
      .max(3600)
      .describe('For how long packets must be delivered both ways, in seconds.'),
  })
  .refine((w) => w.sustained_seconds <= (w.looks.at(-1) ?? 0), 'sustained_seconds must not be longer than the window')
  .transform((w): WindowUse => ({ looks: w.looks, minBytes: w.min_bytes, sustainedSeconds: w.sustained_seconds }))

const path = textField.refine((t) => /^\/[\w./-]*$/.test(t), 'must be a path of the registry, beginning with /')
const listPath = z.string().regex(/^(?:\$|\w+(?:\.\w+)*)$/, 'must be $, or names with dots between')
const fieldPath = z.string().regex(/^\w+(?:\.\w+)*$/, 'must be the name of a JSON field, or names with dots between')
const method = z.enum(['direct', 'hole_punched', 'relayed'])

const linePattern = textField.superRefine((t, context) => {
  const pattern = patternOf(t)
  if ('fault' in pattern) context.addIssue(`must be a regular expression: ${pattern.fault}`)
  else if (!pattern.groupNames.includes('peer')) context.addIssue('must have the named group peer, as (?<peer>…)')
})

const line = z.strictObject({
  pattern: linePattern.describe(
    'Regular expression with the named group `peer`: an id, or at least 8 of its first digits.',
  ),
  says: z.enum(['connected', 'failed']).describe('What such a line says of that peer.'),
  method: method.nullable().default(null).describe('How it says that they are connected (default: it does not say).'),
})

const reports = z.strictObject({
  path: path.describe('Path of the answer.'),
  list: listPath.default('$').describe('Where the list is in the answer, $ for the whole (default).'),
  id: fieldPath.describe('Field that no two entries share.'),
  from: fieldPath.describe('Field of the reporting peer.'),
  to: fieldPath.describe('Field of the other peer.'),
  method: fieldPath.describe('Field of the method: direct, hole_punched or relayed.'),
  failed: z
    .array(z.record(fieldPath, z.union([z.string(), z.number(), z.boolean()])))
    .default([])
    .describe('Fields and values by which an entry calls its own connection a failure (default: nothing does).'),
})

const figure = z
  .strictObject({
    path: path.describe('Path of the answer.'),
    list: listPath.default('$').describe('Where the objects are in the answer, $ for the whole (default).'),
    field: fieldPath.describe('Field of the figure.'),
    at_most: z.union([z.number(), z.literal('peers')]).describe('What it cannot be above: a number, or peers.'),
  })
  .transform(({ at_most: atMost, ...rest }) => ({ ...rest, atMost }))

export const claims = z
  .strictObject({
    reports: taggedUnion({ http_json: reports.describe('A list of objects in an answer in JSON.') })
      .nullable()
      .default(null)
      .describe('Where the registry lists what nodes report (default: nowhere).'),
    log: z.array(line).default([]).describe("Lines of a node's own log that say something of a peer."),
    figures: z.array(figure).default([]).describe('Figures of the registry that cannot be above a bound.'),
  })
  .transform((c): ClaimsUse => ({ reports: c.reports?.http_json ?? null, log: c.log, figures: c.figures }))
