/**
 * One attempt from its draw to its evidence: nonce, port and length, the dial, the receiver's record, the counters of
 * both ends.
 */
import type { Command } from '../commands/command.ts'
import type { Attempt, AttemptFault, Pair, ReceiverRecord } from '../domain/evidence.ts'
import type { FleetNode, NodeName } from '../domain/fleet.ts'
import { payloadSha256 } from '../domain/payload.ts'
import { asFailure } from '../instruments/per-node.ts'
import { randomHex, randomInt } from '../instruments/prober.ts'
import type { NodeReading, readBox } from '../instruments/witness.ts'
import type { Randomness } from '../ports.ts'
import type { Bench } from './bench.ts'
import { noClaim } from './drivers/driver.ts'

type Start = Omit<Attempt, 'endedAt' | 'claim' | 'record' | 'counters' | 'boxes' | 'fault'>
export type Dialled = Omit<Attempt, 'record' | 'counters' | 'boxes'>

export function prepare(
  { world, plan: { profile }, subjects, test }: Bench,
  pair: Pair,
  round: number,
  repetition: number,
  ports: PortPool,
): Start {
  const nonce = randomHex(world, 16)
  const range = profile.payload.kind === 'opaque' ? { minBytes: 0, maxBytes: 0 } : profile.payload
  const bytes = randomInt(world, range.minBytes, range.maxBytes)
  return {
    id: `${test}.${round}.${pair.from}.${pair.to}`,
    pair,
    pass: test,
    round,
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

export async function complete(
  bench: Bench,
  d: Dialled,
  readings: ReadonlyMap<NodeName, NodeReading>,
  boxes: ReadonlyMap<NodeName, Awaited<ReturnType<typeof readBox>>>,
  relays: readonly NodeName[],
): Promise<Attempt> {
  const { from, to } = d.pair
  const places = [...new Set([from, to, ...relays])]
  const ends = [from, to].filter((n) => boxes.get(n) !== undefined && boxes.get(n) !== null)
  const unread = [from, to].find((n) => !readings.has(n))
  const read = await readRecord(bench, d, readings.get(to)?.lines ?? [])
  const fault =
    d.fault ??
    read.fault ??
    (unread === undefined
      ? undefined
      : { kind: 'infra' as const, message: `${unread}: its witness could not be read`, node: unread })
  return {
    ...d,
    record: read.record,
    counters: Object.fromEntries(places.map((n) => [n, readings.get(n)?.counters ?? null])),
    boxes: Object.fromEntries(ends.map((n) => [n, boxes.get(n) ?? null])),
    ...(fault === undefined ? {} : { fault }),
  }
}

interface RecordRead {
  readonly record: ReceiverRecord | null
  readonly fault?: AttemptFault
}

async function readRecord({ world, reader }: Bench, d: Dialled, lines: readonly string[]): Promise<RecordRead> {
  if (reader.kind === 'none') return { record: null }
  if (reader.kind === 'on-node') return { record: reader.parse(lines, d.nonce) }
  try {
    return { record: await reader.ask(world, d.pair.to, d.nonce) }
  } catch (error) {
    world.signal.throwIfAborted()
    return { record: null, fault: faultOf(error, d.pair.to) }
  }
}

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
