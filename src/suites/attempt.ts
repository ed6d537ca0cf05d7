/**
 * One attempt from its draw to its evidence: nonce, port and length, the dial, the receiver's record, the counters of
 * both ends.
 */
import type { Command } from '../commands/command.ts'
import {
  notRead,
  thereIs,
  type Attempt,
  type AttemptFault,
  type Pair,
  type Read,
  type ReceiverRecord,
} from '../domain/evidence.ts'
import type { FleetNode, NodeName } from '../domain/fleet.ts'
import { payloadSha256 } from '../domain/payload.ts'
import { lengthOf, nonceOf } from '../domain/test-seed.ts'
import { asFailure, type PerNode } from '../instruments/per-node.ts'
import { randomInt } from '../instruments/prober.ts'
import type { NodeLook } from '../instruments/witness.ts'
import type { Execution, Randomness } from '../ports.ts'
import type { Bench } from './bench.ts'
import { noClaim } from './drivers/driver.ts'

type Start = Omit<Attempt, 'endedAt' | 'claim' | 'record' | 'kept' | 'fault'>
export type Dialled = Omit<Attempt, 'record' | 'kept'>

export function prepare(
  { world, plan: { profile }, subjects, test, seed }: Bench,
  pair: Pair,
  round: number,
  repetition: number,
  ports: PortPool,
): Start {
  const id = `${test}.${round}.${pair.from}.${pair.to}`
  const nonce = nonceOf(seed, id)
  const range = profile.payload.kind === 'opaque' ? { minBytes: 0, maxBytes: 0 } : profile.payload
  const bytes = lengthOf(seed, id, range.minBytes, range.maxBytes)
  return {
    id,
    pair,
    repetition,
    nonce,
    bytes,
    expectedSha256: profile.payload.kind === 'opaque' ? '' : payloadSha256(nonce, bytes),
    localPort: ports.take(pair.from),
    servicePort: subjects.ports.get(pair.to) ?? profile.servicePort,
    startedAt: world.clock.now(),
  }
}

export async function dialOnce(
  { world, plan, subjects, driver }: Bench,
  seconds: number,
  start: Start,
): Promise<Dialled> {
  const { from, to } = start.pair
  try {
    const peerId = subjects.peerIds.get(to)
    if (peerId === undefined) throw new Error(`no peer id of ${to} is known`)
    if (start.servicePort === 0) throw new Error(`which UDP port the service of ${to} has is not known`)
    const claim = await driver.connect(world, plan, {
      ...start,
      from: world.fleet.nodes.find((n) => n.name === from) as FleetNode,
      to,
      peerId,
      seconds,
    })
    return { ...start, endedAt: world.clock.now(), claim }
  } catch (error) {
    world.signal.throwIfAborted()
    return { ...start, endedAt: world.clock.now(), claim: noClaim, fault: faultOf(error, from) }
  }
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
  return { ...start, endedAt: clock.now(), claim: noClaim, fault: { kind: 'infra', message, node } }
}

/** What broke on the way to a node is infrastructure; anything else is ours. */
export function faultOf(error: unknown, node: NodeName): AttemptFault {
  const failure = asFailure(error, node)
  const kind = failure.kind === 'transport' || failure.kind === 'infra' ? 'infra' : 'harness'
  return { kind, message: failure.message, node }
}

/**
 * What reads the callee's own lines, beside its counters; null where it is asked in another way, or nobody called it.
 */
export function recordCommand({ plan, reader }: Bench, node: NodeName, dialled: readonly Dialled[]): Command | null {
  const nonces = dialled.filter((d) => d.pair.to === node).map((d) => d.nonce)
  return reader.kind !== 'on-node' || nonces.length === 0 ? null : reader.command(plan, nonces)
}

/** `looks`: of the round, by node. */
export async function complete(bench: Bench, d: Dialled, looks: PerNode<NodeLook>): Promise<Attempt> {
  const { from, to } = d.pair
  const unread = [from, to].find((n) => !looks.done.has(n))
  const read = await readRecord(bench, d, looks.done.get(to)?.lines ?? notRead(whyUnread(looks, to)))
  const fault =
    d.fault ??
    read.fault ??
    (unread === undefined
      ? undefined
      : { kind: 'infra' as const, message: `${unread}: its witness could not be read`, node: unread })
  return { ...d, record: read.record, kept: null, ...(fault === undefined ? {} : { fault }) }
}

export const whyUnread = (looks: PerNode<unknown>, node: NodeName): string =>
  looks.failed.get(node)?.message ?? 'it was not asked'

interface RecordRead {
  readonly record: Read<ReceiverRecord>
  readonly fault?: AttemptFault
}

async function readRecord({ world, reader }: Bench, d: Dialled, lines: Read<readonly string[]>): Promise<RecordRead> {
  if (reader.kind === 'none') return { record: notRead('the profile promises none') }
  if (reader.kind === 'on-node')
    return { record: lines.kind === 'there' ? found(reader.parse(lines.value, d.nonce)) : lines }
  try {
    return { record: found(await reader.ask(world, d.pair.to, d.nonce)) }
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

/** Fresh local ports below the ephemeral range; none twice on a node in one test. */
export class PortPool {
  readonly #taken = new Set<string>()
  readonly #world: Randomness
  constructor(world: Randomness, before: readonly Attempt[]) {
    this.#world = world
    for (const a of before) this.#taken.add(`${a.pair.from}:${a.localPort}`)
  }
  take(node: NodeName): number {
    for (;;) {
      const port = randomInt(this.#world, 10_500, 20_900)
      const key = `${node}:${port}`
      if (!this.#taken.has(key)) {
        this.#taken.add(key)
        return port
      }
    }
  }
}
