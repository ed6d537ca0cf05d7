/**
 * One attempt from its draw to its evidence: nonce, port and length, the dial, the receiver's record, the counters of
 * both ends.
 */
import type { Command } from '../commands/command.ts'
import { keptIn, keptPayloads } from '../commands/kept.ts'
import { dataDir } from '../commands/service.ts'
import {
  notRead,
  thereIs,
  type Attempt,
  type AttemptFault,
  type Pair,
  type Read,
  type ReceiverRecord,
} from '../domain/evidence.ts'
import { hostPort } from '../domain/addresses.ts'
import type { FleetNode, NodeName } from '../domain/fleet.ts'
import type { Plan } from '../domain/plan.ts'
import { takes } from '../domain/profile.ts'
import { fillTemplate } from '../domain/program.ts'
import { dialledAs } from '../domain/received.ts'
import { expectedSha256, wireBytesOf } from '../domain/payload.ts'
import { attemptId, type Series } from '../domain/suites/connectivity/series.ts'
import { lengthOf, nonceOf, payloadOf, portOf, type TestSeed } from '../domain/test-seed.ts'
import { asFailure, type PerNode } from '../instruments/per-node.ts'
import type { NodeLook } from '../instruments/witness.ts'
import type { Execution, Nodes } from '../ports.ts'
import type { Bench } from './bench.ts'
import { noClaim } from './drivers/driver.ts'

type Start = Omit<Attempt, 'endedAt' | 'claim' | 'dialledAs' | 'diallerSha256' | 'record' | 'kept' | 'fault'>
export type Dialled = Omit<Attempt, 'record' | 'kept'>

const draws = { minBytes: 0, maxBytes: 0 }

export function prepare(
  { world, plan: { profile }, subjects, test, seed }: Bench,
  pair: Pair,
  round: number,
  repetition: number,
  ports: PortPool,
  port?: number,
): Start {
  const id = attemptId(test, ports.series, round, pair)
  const nonce = nonceOf(seed, id)
  const range = profile.payload.kind === 'opaque' ? draws : profile.payload
  const bytes = lengthOf(seed, id, range.minBytes, range.maxBytes)
  const wireBytes = wireBytesOf(profile.payload, bytes)
  return {
    id,
    pair,
    repetition,
    nonce,
    bytes,
    ...(wireBytes === undefined ? {} : { wireBytes }),
    expectedSha256: expectedSha256(profile.payload, seed, { id, nonce, bytes }),
    localPort: port ?? ports.take(pair.from),
    servicePort: subjects.ports.get(pair.to) ?? profile.servicePort,
    startedAt: world.clock.now(),
  }
}

export async function dialOnce(
  { world, plan, subjects, driver, seed, measurements }: Bench,
  seconds: number,
  start: Start,
): Promise<Dialled> {
  const { from, to } = start.pair
  try {
    const peerId = subjects.peerIds.get(to)
    if (peerId === undefined && takes(plan.profile, 'peerId')) throw new Error(`no peer id of ${to} is known`)
    if (start.servicePort === 0) throw new Error(`which UDP port the service of ${to} has is not known`)
    const { claim, sha256 } = await driver.connect(world, plan, {
      ...start,
      from: world.fleet.nodes.find((n) => n.name === from) as FleetNode,
      to,
      peerId: peerId ?? '',
      address: addressOf(world, measurements, to, start.servicePort),
      payload: plan.profile.payload.kind === 'given' ? payloadOf(seed, start.id, start.bytes) : null,
      seconds,
    })
    const own = dialledAs(plan.profile, claim)
    return {
      ...start,
      endedAt: world.clock.now(),
      claim,
      ...(own === undefined ? {} : { dialledAs: own }),
      diallerSha256: sha256,
    }
  } catch (error) {
    world.signal.throwIfAborted()
    return { ...start, endedAt: world.clock.now(), claim: noClaim, diallerSha256: null, fault: faultOf(error, from) }
  }
}

/** As it was measured; the fleet file's where it was not. A NAT that changes ports is not known to have kept this one. */
function addressOf({ fleet }: Nodes, measurements: Bench['measurements'], node: NodeName, port: number): string {
  const seen = measurements.find((m) => m.node === node)?.externalAddresses ?? []
  return hostPort(seen[0] ?? fleet.nodes.find((n) => n.name === node)?.ip ?? '', port)
}

/** Null: both ends can be witnessed. */
export function notDialled(
  { clock }: Pick<Execution, 'clock'>,
  start: Start,
  blind: ReadonlyMap<NodeName, string>,
): Dialled | null {
  const node = [start.pair.from, start.pair.to].find((n) => blind.has(n))
  if (node === undefined) return null
  const message = `${node}: no packet witness, so nothing was dialled: ${blind.get(node)}`
  return {
    ...start,
    endedAt: clock.now(),
    claim: noClaim,
    diallerSha256: null,
    fault: { kind: 'infra', message, node },
  }
}

/** What broke on the way to a node is infrastructure; anything else is ours. */
export function faultOf(error: unknown, node: NodeName): AttemptFault {
  const failure = asFailure(error, node)
  const kind = failure.kind === 'transport' || failure.kind === 'infra' ? 'infra' : 'harness'
  return { kind, message: failure.message, node }
}

/**
 * What reads the payloads that the callee keeps and its own lines, beside its counters; null where nobody called it, or
 * it is asked in another way.
 */
export function recordCommand({ plan, reader }: Bench, node: NodeName, dialled: readonly Dialled[]): Command | null {
  const calls = dialled.filter((d) => d.pair.to === node)
  if (calls.length === 0) return null
  const keys = reader.kind === 'on-node' ? calls.flatMap((d) => reader.key(d) ?? []) : []
  const record = reader.kind === 'on-node' && keys.length > 0 ? reader.command(plan, keys) : null
  const { payload } = plan.profile
  return payload.kind === 'given' && payload.kept !== null
    ? keptPayloads(
        calls.map(({ nonce }) => keptPath(plan, payload.kept, nonce)),
        record,
      )
    : record
}

const keptPath = ({ config }: Plan, kept: string | null, nonce: string): string =>
  fillTemplate('kept', [kept ?? ''], { dataDir: dataDir(config.deploy.serviceName), nonce }).join('')

/** `round`: all of its dials; `looks`: by node. */
export async function complete(
  bench: Bench,
  d: Dialled,
  round: readonly Dialled[],
  looks: PerNode<NodeLook>,
): Promise<Attempt> {
  const called = round.filter((o) => o.pair.to === d.pair.to)
  const { from, to } = d.pair
  const unread = [from, to].find((n) => !looks.done.has(n))
  const seen = looks.done.get(to)?.lines ?? notRead(whyUnread(looks, to))
  const { kept, lines } = readKept(bench, d, called, seen)
  const read = await readRecord(bench, d, lines)
  const fault =
    d.fault ??
    read.fault ??
    (unread === undefined
      ? undefined
      : { kind: 'infra' as const, message: `${unread}: its witness could not be read`, node: unread })
  return { ...d, record: read.record, kept, ...(fault === undefined ? {} : { fault }) }
}

export const whyUnread = (looks: PerNode<unknown>, node: NodeName): string =>
  looks.failed.get(node)?.message ?? 'it was not asked'

/** The kept payloads' lines stand first, one for each dial to this node: nothing that the program wrote comes before. */
function readKept(
  { plan: { profile } }: Bench,
  d: Dialled,
  called: readonly Dialled[],
  seen: Read<readonly string[]>,
): { readonly kept: Attempt['kept']; readonly lines: Read<readonly string[]> } {
  if (profile.payload.kind !== 'given' || profile.payload.kept === null) return { kept: null, lines: seen }
  if (seen.kind !== 'there')
    return { kept: notRead(seen.kind === 'absent' ? 'it was not asked' : seen.why), lines: seen }
  return {
    kept: keptIn(seen.value[called.indexOf(d)] ?? ''),
    lines: thereIs(seen.value.slice(called.length)),
  }
}

interface RecordRead {
  readonly record: Read<ReceiverRecord>
  readonly fault?: AttemptFault
}

async function readRecord({ world, reader }: Bench, d: Dialled, lines: Read<readonly string[]>): Promise<RecordRead> {
  if (reader.kind === 'none') return { record: notRead('the profile promises none') }
  if (reader.kind === 'on-node')
    return {
      record:
        d.fault === undefined && reader.key(d) === null
          ? { kind: 'absent' }
          : lines.kind === 'there'
            ? found(reader.parse(lines.value, d))
            : lines,
    }
  try {
    return { record: found(await reader.ask(world, d.pair.to, d)) }
  } catch (error) {
    world.signal.throwIfAborted()
    const fault = faultOf(error, d.pair.to)
    return { record: notRead(fault.message), fault }
  }
}

const found = (record: ReceiverRecord | null): Read<ReceiverRecord> =>
  record === null ? { kind: 'absent' } : thereIs(record)

/** Which try of this pair it is, from 1. */
export function countTry(tries: Map<string, number>, pair: Pair): number {
  const key = `${pair.from}\n${pair.to}`
  const n = (tries.get(key) ?? 0) + 1
  tries.set(key, n)
  return n
}

/** Fresh local ports of one series; none twice on a node in one test. They follow from the test's seed. */
export class PortPool {
  readonly #taken = new Set<string>()
  readonly #draws = new Map<NodeName, number>()
  readonly #seed: TestSeed
  readonly series: Series
  constructor(seed: TestSeed, before: readonly Attempt[], series: Series) {
    this.#seed = seed
    this.series = series
    for (const a of before) this.#taken.add(`${a.pair.from}:${a.localPort}`)
  }
  take(node: NodeName): number {
    for (;;) {
      const n = (this.#draws.get(node) ?? 0) + 1
      this.#draws.set(node, n)
      const port = portOf(this.#seed, this.series.prefix, node, n, this.series.ports)
      const key = `${node}:${port}`
      if (!this.#taken.has(key)) {
        this.#taken.add(key)
        return port
      }
    }
  }
}
