/** The shape of connectivity's lines of evidence and of its work in a plan: either may come from a stranger. */
import type {
  Attempt,
  BoxView,
  Claim,
  Counters,
  Flow,
  KeptPayload,
  Mapping,
  NodeReading,
  ProcessLook,
  ReceiverRecord,
  RoundEvidence,
  RunningProof,
  SentFlow,
  Sum,
} from '../../evidence.ts'
import {
  anything,
  between,
  every,
  fields,
  flag,
  kinds,
  list,
  name,
  number,
  oneOf,
  optional,
  orNull,
  record,
  text,
  time,
  type Check,
} from '../../shape.ts'
import type { Sampling } from '../sampled.ts'
import type { ConnectivityWork, Targets } from './config.ts'

export const readOf = (value: Check): Check =>
  kinds({ there: fields({ value }), absent: anything, 'not-read': fields({ why: text }) })

export const flowShape = every<Flow>({
  remote: name,
  remotePort: number,
  localPort: number,
  packets: number,
  bytes: number,
})
const sum = every<Sum>({ packets: number, bytes: number })
const sent = every<SentFlow>({
  remote: name,
  protocol: name,
  localPort: number,
  uid: number,
  packets: number,
  bytes: number,
})
export const countersShape = every<Counters>({
  in: list(flowShape),
  out: list(flowShape),
  sent: list(sent),
  fragmentsIn: sum,
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
const box = every<BoxView>({ counters: countersShape, mappings: list(mapping) })
const look = every<ProcessLook>({
  pid: number,
  exeSha256: orNull(name),
  startTicks: number,
  image: name,
  role: oneOf('service', 'port-owner'),
})
export const reading = every<NodeReading>({
  counters: readOf(countersShape),
  box: orNull(readOf(box)),
  clock: orNull(fields({ wallMs: number, uptimeMs: number })),
  processes: orNull(readOf(list(look, 1000))),
})
export const runningShape = every<RunningProof>({
  node: name,
  unit: text,
  pid: number,
  exeSha256: text,
  image: text,
  startedAt: number,
  bootId: text,
  restarts: number,
  unitFile: oneOf('ours', 'changed', 'foreign'),
  dropIns: list(text),
  udpPorts: list(number),
  uid: number,
  capEff: text,
  version: text,
  network: oneOf('measured', 'another', 'not-read'),
  lives: fields({ place: orNull(text), box: orNull(text) }),
  clock: orNull(fields({ wallMs: number, uptimeMs: number })),
})
const claim = every<Claim>({
  success: orNull(flag),
  method: oneOf('direct', 'hole_punched', 'relayed', null),
  remote: orNull(text),
  connectMs: orNull(number),
  error: orNull(text),
  upgraded: flag,
  exitCode: orNull(number),
  brokenLines: optional(number),
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

const attempt = every<Attempt>({
  id: name,
  pair: fields({ from: name, to: name }),
  repetition: number,
  nonce: name,
  bytes: number,
  wireBytes: optional(number),
  expectedSha256: name,
  localPort: number,
  servicePort: number,
  startedAt: time,
  endedAt: time,
  claim,
  dialledAs: optional(name),
  diallerSha256: orNull(name),
  record: readOf(receiverRecord),
  kept: orNull(readOf(every<KeptPayload>({ bytes: number, sha256: text }))),
  fault: optional(fields({ kind: oneOf('infra', 'harness'), message: text, node: optional(name) })),
  repeats: optional(name),
})

export const roundShape = every<RoundEvidence>({
  pass: number,
  round: number,
  retry: optional(oneOf(true)),
  attempts: list(attempt, 1000),
  readings: record(reading),
})

const percent = between(0, 100)
const count = between(1, 10_000)
export const targetsShape = every<Targets>({
  direct: percent,
  natTraversed: percent,
  relay: percent,
  sampleFloor: count,
  coverage: percent,
  strict: flag,
})
/** Pairs that a plan is limited to. */
export const onlyShape = optional(list(fields({ from: name, to: name }), 10_000))
export const samplingShape = every<Sampling>({ beyondNodes: between(0, 1e6), seed: between(0, 0xffff_ffff) })

export const workShape = every<ConnectivityWork>({
  sampling: samplingShape,
  targets: targetsShape,
  cooloffSeconds: number,
  timeoutSeconds: number,
  only: onlyShape,
  known: onlyShape,
})
