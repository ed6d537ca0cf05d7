/** The shape of gossip's lines of evidence and of its work, for what strangers send too. */
import {
  every,
  flag,
  fields,
  kinds,
  list,
  name,
  number,
  oneOf,
  optional,
  orNull,
  text,
  time,
  whole,
  type Check,
} from '../../shape.ts'
import { instructionEnd } from '../instruction.ts'
import type {
  GossipWork,
  MembersItem,
  MessageItem,
  NetworkItem,
  RecordsItem,
  StateItem,
  VictimItem,
  WriteItem,
} from './work.ts'

const measured = {
  id: name,
  startedAt: time,
  endedAt: time,
  retry: optional(oneOf(true)),
  repeats: optional(name),
  node: name,
}
const read = (of: Check): Check =>
  kinds({ there: fields({ value: of }), absent: fields({}), 'not-read': fields({ why: text }) })
const sum = fields({ packets: whole, bytes: whole })

export const gossipItem: Check = kinds({
  message: every<MessageItem>({
    ...measured,
    kind: oneOf('message'),
    index: whole,
    message: name,
    payload: text,
    channel: name,
    end: instructionEnd,
  }),
  records: every<RecordsItem>({
    ...measured,
    kind: oneOf('records'),
    lines: read(list(text)),
    delivered: read(sum),
    clock: orNull(fields({ wallMs: number, uptimeMs: number })),
  }),
  write: every<WriteItem>({
    ...measured,
    kind: oneOf('write'),
    key: name,
    value: name,
    at: orNull(whole),
    end: instructionEnd,
  }),
  state: every<StateItem>({ ...measured, kind: oneOf('state'), state: read(fields({ keys: whole, sha256: name })) }),
  members: every<MembersItem>({
    ...measured,
    kind: oneOf('members'),
    phase: oneOf('before', 'down', 'back'),
    peerId: orNull(name),
    members: read(list(name)),
  }),
  victim: every<VictimItem>({
    ...measured,
    kind: oneOf('victim'),
    did: oneOf('killed', 'looked', 'started'),
    running: read(fields({ pid: whole, image: name, startedAt: number })),
  }),
  network: every<NetworkItem>({
    ...measured,
    kind: oneOf('network'),
    with: name,
    answered: read(fields({ sent: whole, lost: whole, gaps: list(fields({ fromMs: whole, toMs: whole }), 1000) })),
  }),
})

export const gossipWork: Check = every<GossipWork>({
  broadcast: orNull(
    fields({
      messages: whole,
      target: number,
      withinSeconds: number,
      fields: fields({
        id: name,
        payload: orNull(name),
        sha256: orNull(name),
        channel: orNull(name),
        at: orNull(name),
      }),
    }),
  ),
  map: orNull(fields({ maxSyncSeconds: number, conflict: flag })),
  members: orNull(fields({ withinSeconds: number })),
  unable: list(text),
})
