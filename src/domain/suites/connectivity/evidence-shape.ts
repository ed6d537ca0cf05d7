/** The shape of connectivity's lines of evidence and of its work in a plan: either may come from a stranger. */
import type { Attempt, BoxView, Claim, Counters, Flow, Mapping, ReceiverRecord } from '../../evidence.ts'
import { every, fields, flag, list, name, number, oneOf, optional, orNull, record, text } from '../../shape.ts'
import type { ConnectivityWork, Targets } from './config.ts'

const flow = every<Flow>({ remote: name, remotePort: number, localPort: number, packets: number, bytes: number })
const counters = every<Counters>({
  in: list(flow),
  out: list(flow),
  fragmentsIn: number,
  fragmentsOut: number,
  overflow: flag,
})
const mapping = every<Mapping>({
  insideAddress: name,
  insidePort: number,
  outsideAddress: name,
  outsidePort: number,
  remote: name,
  remotePort: number,
})
const box = every<BoxView>({ counters, mappings: list(mapping) })
const claim = every<Claim>({
  success: orNull(flag),
  method: oneOf('direct', 'hole_punched', 'relayed', null),
  remote: orNull(text),
  connectMs: orNull(number),
  error: orNull(text),
  upgraded: flag,
  exitCode: orNull(number),
  lines: list(text),
})
const receiverRecord = every<ReceiverRecord>({
  nonce: text,
  bytes: number,
  sha256: text,
  from: orNull(text),
  missing: number,
  completedMs: orNull(number),
  raw: text,
})

export const attemptShape = every<Attempt>({
  id: name,
  pair: fields({ from: name, to: name }),
  pass: number,
  round: number,
  repetition: number,
  nonce: name,
  bytes: number,
  expectedSha256: name,
  localPort: number,
  servicePort: number,
  startedAt: number,
  endedAt: number,
  claim,
  record: orNull(receiverRecord),
  counters: record(orNull(counters)),
  boxes: record(orNull(box)),
  fault: optional(fields({ kind: oneOf('infra', 'harness'), message: text, node: optional(name) })),
  retry: optional(oneOf(true)),
  repeats: optional(name),
})

export const workShape = every<ConnectivityWork>({
  targets: every<Targets>({
    direct: number,
    natTraversed: number,
    relay: number,
    sampleFloor: number,
    coverage: number,
    strict: flag,
  }),
  cooloffSeconds: number,
  timeoutSeconds: number,
})
