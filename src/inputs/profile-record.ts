/** What a profile says of the receiver's own word: where it is written down, and what its parts are called. */
import * as z from 'zod'
import type { Profile } from '../domain/profile.ts'
import { patternOf } from '../domain/pattern.ts'
import { port, taggedUnion, textField } from './fields.ts'
import { field, recordEvents } from './profile-events.ts'

/** A file of the program's own. */
export const file = textField.refine(
  (t) => t.startsWith('{dataDir}/') && !t.split('/').includes('..'),
  'must be a file below {dataDir}/',
)

const recordFields = z
  .strictObject({
    nonce: field.describe('Field of the nonce that was received.'),
    bytes: field.describe('Field of the number of bytes.'),
    sha256: field.describe('Field of the digest of what was received.'),
    from: field.describe('Field of the sender.'),
    missing: field.describe('Field of what did not arrive.'),
    completed_ms: field.describe('Field of the time of the last byte, in milliseconds.'),
  })
  .transform(({ completed_ms: completedMs, ...others }) => ({ ...others, completedMs }))
/** What a log line must be found to hold. */
const neededGroups = ['nonce', 'bytes', 'sha256'] as const
const logPattern = textField.superRefine((t, context) => {
  const made = patternOf(t)
  if ('fault' in made) {
    context.addIssue(`must be a regular expression: ${made.fault}`)
    return
  }
  const missing = neededGroups.filter((name) => !made.groupNames.includes(name))
  if (missing.length > 0) context.addIssue(`must have the named groups ${missing.join(', ')}, as (?<${missing[0]}>…)`)
})
const httpPath = textField.refine((t) => /^\/[\w./?=&{}~%-]*$/.test(t), 'must be a path on the node, beginning with /')
export const listPath = z.string().regex(/^(?:\$|\w+(?:\.\w+)*)$/, 'must be $, or names with dots between')

export const receiverRecord = z
  .union([
    z.literal('none'),
    taggedUnion({
      jsonl: z.strictObject({
        path: file.describe('File in which the receiver writes down what it received, below {dataDir}/.'),
        fields: recordFields.describe('Names of the fields of each line.'),
      }),
      log: z.strictObject({
        path: file
          .nullable()
          .default(null)
          .describe("File of the log, below {dataDir}/ (default: the unit's own journal)."),
        pattern: logPattern.describe('Regular expression (RE2 syntax) whose named groups hold what was received.'),
      }),
      http: z.strictObject({
        port: port.describe('TCP port on the node.'),
        path: httpPath.describe('Path of the request, with placeholders.'),
        list: listPath
          .default('$')
          .describe('Where the answer holds the list: names with dots between (default $, all of it).'),
        fields: recordFields.describe('Names of the fields of each entry.'),
      }),
      events: recordEvents.describe("Events of the service's own journal, found by the id that the dialler had."),
    }),
  ])
  .transform((r): Profile['record'] => {
    if (r === 'none') return { kind: 'none' }
    if (r.jsonl !== undefined) return { kind: 'jsonl', ...r.jsonl }
    if (r.events !== undefined) return { kind: 'events', ...r.events }
    if (r.log !== undefined) return { kind: 'log', ...r.log }
    return r.http === undefined ? { kind: 'none' } : { kind: 'http', ...r.http }
  })
