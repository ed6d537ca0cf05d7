/** The shape of survival's lines of evidence and of its work, for what strangers send too. */
import {
  anything,
  every,
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
import { roundShape } from '../connectivity/evidence-shape.ts'
import type { DeliveriesItem, KeptItem, KeptNote, SurvivalWork } from './work.ts'

const pair = fields({ from: name, to: name })
const measured = { id: name, startedAt: time, endedAt: time, retry: optional(oneOf(true)), repeats: optional(name) }
const read = (value: Check): Check =>
  kinds({ there: fields({ value }), absent: anything, 'not-read': fields({ why: text }) })
const mark = fields({
  node: name,
  bootId: name,
  startedAt: number,
  restarts: number,
  exeSha256: name,
  pid: number,
  clock: orNull(fields({ wallMs: number, uptimeMs: number })),
})
/** A line that we wrote on a node, and read again. */
export const keptNote = every<KeptNote>({
  did: oneOf('opened', 'alive'),
  session: name,
  at: time,
  connection: orNull(name),
  localPort: whole,
  remote: orNull(name),
  pid: whole,
  startTicks: number,
  bootId: name,
  callee: orNull(mark),
})

export const survivalItem: Check = kinds({
  deliveries: every<DeliveriesItem>({ ...measured, kind: oneOf('deliveries'), round: roundShape }),
  kept: every<KeptItem>({
    ...measured,
    kind: oneOf('kept'),
    pair,
    phase: oneOf('opened', 'kept'),
    process: read(
      kinds({
        running: fields({ pid: whole, startTicks: number, exeSha256: orNull(name), bootId: name }),
        ended: fields({ result: name, status: number, endedAt: orNull(number), bootId: name }),
        gone: fields({ bootId: name }),
      }),
    ),
    notes: read(list(keptNote, 1000)),
    connection: orNull(name),
  }),
})

export const survivalWork: Check = every<SurvivalWork>({
  pairs: list(pair, 10_000),
  timeoutSeconds: number,
  longestSeconds: number,
  target: number,
})
