/**
 * The shape of a profile in a plan, which may be a stranger's: each block and each field of the type, so that a new one
 * is a type error here until it is checked too.
 */
import { patternShape } from './pattern.ts'
import { framings } from './framing.ts'
import {
  leastPartBytes,
  mostPayloadBytes,
  stopSignals,
  type ClaimsUse,
  type EventField,
  type FigureUse,
  type LineUse,
  type Needs,
  type PlannedProfile,
  type Profile,
  type ReceivedEvent,
  type RecordEvents,
  type RecordFields,
  type RegistryUse,
  type ReportsUse,
  type WindowUse,
} from './profile.ts'
import {
  between,
  every,
  flag,
  list,
  name,
  number,
  oneOf,
  optional,
  orNull,
  record,
  text,
  union,
  type Check,
} from './shape.ts'
import type { ProfileCommand } from './suites/command/run.ts'
import type { ThroughputUse } from './suites/throughput/use.ts'
import type { SurvivalUse } from './suites/survival/use.ts'
import type { BroadcastUse, GossipUse, MapUse, MembersUse, MessageFields } from './suites/gossip/use.ts'

const words = list(text, 1000)

const recordFields = every<RecordFields>({
  nonce: name,
  bytes: name,
  sha256: name,
  from: name,
  missing: name,
  completedMs: name,
})

const stop = oneOf(...stopSignals)
const where = record(name)
const eventField = every<EventField>({ where, field: name })
const received = union<ReceivedEvent>({
  numbered: { where, id: name, sequence: name, bytes: name, whole: orNull(name) },
  framed: { where, id: name, wireBytes: name },
})
const events = {
  connected: every<RecordEvents['connected']>({ where, id: name, from: name }),
  received: list(received, 100),
}
/** Of a payload: what is drawn from them is made again. */
const [bytes, chunk] = [between(1, mostPayloadBytes), between(leastPartBytes, mostPayloadBytes)]

const gossip = every<GossipUse>({
  broadcast: orNull(
    every<BroadcastUse>({
      command: words,
      record: every<BroadcastUse['record']>({
        path: text,
        fields: every<MessageFields>({
          id: name,
          payload: orNull(name),
          sha256: orNull(name),
          channel: orNull(name),
          at: orNull(name),
        }),
      }),
      withinSeconds: number,
    }),
  ),
  map: orNull(every<MapUse>({ write: words, state: text })),
  members: orNull(every<MembersUse>({ list: words, withinSeconds: number })),
})

const window = every<WindowUse>({
  looks: list(between(0, 86_400), 100),
  minBytes: number,
  sustainedSeconds: number,
})
const scalar: Check = (v) => (['string', 'number', 'boolean'].includes(typeof v) ? null : ' is no value')
const claims = every<ClaimsUse>({
  reports: orNull(
    every<ReportsUse>({
      path: text,
      list: text,
      id: name,
      from: name,
      to: name,
      method: name,
      failed: list(record(scalar), 100),
    }),
  ),
  log: list(
    every<LineUse>({
      pattern: patternShape,
      says: oneOf('connected', 'failed'),
      method: oneOf('direct', 'hole_punched', 'relayed', null),
    }),
    100,
  ),
  figures: list(
    every<FigureUse>({
      path: text,
      list: text,
      field: name,
      atMost: (v) => (v === 'peers' ? null : number(v)),
    }),
    100,
  ),
})

export const profileShape = every<PlannedProfile>({
  name: text,
  title: text,
  project: text,
  module: text,
  focuses: words,
  binary: text,
  servicePort: number,
  registry: orNull(
    every<RegistryUse>({
      args: orNull(words),
      httpPort: number,
      ready: orNull(every<NonNullable<RegistryUse['ready']>>({ path: text, list: text, id: text })),
      keep: words,
    }),
  ),
  node: every<Profile['node']>({ args: words, bootstrapArgs: words, environment: record(text), stop }),
  peerId: union<Profile['peerId']>({
    file: { path: text },
    journal: { event: eventField },
    'key-file': { path: text, prefix: text, offset: number, bytes: number },
    none: {},
  }),
  dial: union<Profile['dial']>({
    commanded: {
      dialect: text,
      args: words,
      environment: record(text),
      id: orNull(eventField),
      stop,
      endSeconds: number,
    },
    observed: {},
  }),
  record: union<Profile['record']>({
    jsonl: { path: text, fields: recordFields },
    log: { path: orNull(text), pattern: patternShape },
    http: { port: number, path: text, list: text, fields: recordFields },
    events,
    none: {},
  }),
  payload: union<Profile['payload']>({
    given: { minBytes: bytes, maxBytes: bytes, kept: orNull(text) },
    'sha256-counter': { minBytes: bytes, maxBytes: bytes },
    generated: { minBytes: bytes, maxBytes: bytes, chunkBytes: chunk, framing: oneOf(...framings) },
    opaque: {},
  }),
  gossip: orNull(gossip),
  survival: orNull(every<SurvivalUse>({ keep: words, deliver: words, connection: name })),
  startsPrograms: optional(flag),
  needs: optional(every<Needs>({ datagramBytes: number, ipv6: flag })),
  throughput: orNull(every<ThroughputUse>({ maxMb: between(1, 100_000), args: orNull(words) })),
  window: orNull(window),
  claims,
  commands: list(
    every<ProfileCommand>({
      suite: name,
      name,
      command: text,
      successPattern: orNull(text),
      timeoutSeconds: number,
      expectedExit: number,
    }),
    1000,
  ),
  onlyWhenNamed: optional(flag),
})
