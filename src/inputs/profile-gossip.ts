/** What a profile says of gossip: commands that tell a node to broadcast, write and list, and the files that it keeps. */
import * as z from 'zod'
import type { GossipUse } from '../domain/suites/gossip/use.ts'
import { textField } from './fields.ts'

const words = (what: string) => z.array(textField).min(1).describe(what)
const field = z.string().regex(/^[A-Za-z_]\w{0,63}$/, 'must be the name of a JSON field')
const file = textField.refine(
  (t) => t.startsWith('{dataDir}/') && !t.split('/').includes('..'),
  'must be a file below {dataDir}/',
)
const within = z.int().min(1).max(300)

const messageFields = z
  .strictObject({
    id: field.describe("Field of the message's id."),
    payload: field.nullable().default(null).describe('Field of the payload itself, as it was given.'),
    sha256: field.nullable().default(null).describe("Field of the payload's SHA-256, where the payload is not kept."),
    channel: field.nullable().default(null).describe('Field of the channel (default: the program knows none).'),
    at: field.nullable().default(null).describe('Field of the time, in Unix milliseconds: of receipt, or of sending.'),
  })
  .refine((f) => f.payload !== null || f.sha256 !== null, 'one of payload and sha256 must be named')

const broadcast = z
  .strictObject({
    command: words('Arguments that make a node broadcast what stands on standard input; {id} must be among them.'),
    record: z
      .strictObject({
        jsonl: z.strictObject({
          path: file.describe('File in which a node writes down what it received, below {dataDir}/.'),
          fields: messageFields.describe('Names of the fields of each line.'),
        }),
      })
      .describe('Where every node writes down the messages that it received.'),
    within_seconds: within.default(10).describe('Longest time from the last sending to the last receipt (default 10).'),
  })
  .refine((b) => b.command.some((word) => word.includes('{id}')), 'the command must have a place for {id}')
  .transform(({ command, record, within_seconds: withinSeconds }) => ({ command, record: record.jsonl, withinSeconds }))

const map = z
  .strictObject({
    write: words('Arguments that make a node write {key} and {value}, and the time {at} where it can be told one.'),
    state: file.describe('File in which a node keeps its map, below {dataDir}/: a line `key value` for each key.'),
  })
  .refine(
    (m) => ['{key}', '{value}'].every((p) => m.write.some((word) => word.includes(p))),
    'the command must have places for {key} and {value}',
  )

const members = z
  .strictObject({
    list: words('Arguments that make a node print the peer id of each member on a line of its own.'),
    within_seconds: within
      .default(10)
      .describe('Longest time until a dead node is no member, and until one that is back is one (default 10).'),
  })
  .transform(({ list, within_seconds: withinSeconds }) => ({ list, withinSeconds }))

export const gossipUse = z
  .strictObject({
    broadcast: broadcast.nullable().default(null).describe('How it broadcasts (default: it does not).'),
    map: map.nullable().default(null).describe('How it writes to a shared map (default: it has none).'),
    members: members.nullable().default(null).describe('How it lists its members (default: it does not).'),
  })
  .transform((g): GossipUse => g)
