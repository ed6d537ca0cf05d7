/** The connectivity suite: rounds of commanded dials, each with the dialler's claim, the receiver's own record and the kernel's counters. */
import { dial } from '../commands/dial.ts'
import { placeOf } from '../commands/place.ts'
import { currentBinary } from '../commands/release.ts'
import { dataDir } from '../commands/service.ts'
import type { Attempt, Claim, Counters, Pair, ReceiverRecord } from '../domain/evidence.ts'
import { bootstrapsOf, type FleetNode, type NodeName } from '../domain/fleet.ts'
import { payloadSha256 } from '../domain/payload.ts'
import type { Plan } from '../domain/plan.ts'
import { isDialect } from '../domain/profile.ts'
import { lastMeetings, waitBefore } from '../domain/suites/connectivity/cooloff.ts'
import { bootstrapsFor, fillArguments, registryUrlOf } from '../domain/program.ts'
import type { World } from '../ports.ts'
import { asFailure, onEachNode } from '../instruments/per-node.ts'
import { dialects } from './dialects/dialects.ts'
import { randomInt, randomHex } from '../instruments/prober.ts'
import { readRecord } from './record.ts'
import { readBox, readNode, resetWitnesses, type NodeReading } from '../instruments/witness.ts'

export interface Subjects {
  /** Peer id of each node's running service. */
  readonly peerIds: ReadonlyMap<NodeName, string>
  /** UDP port of each running service that binds one of its own choice. */
  readonly ports: ReadonlyMap<NodeName, number>
}

const silent: Claim = {
  success: null,
  method: null,
  remote: null,
  connectMs: null,
  error: null,
  upgraded: false,
  exitCode: null,
  lines: [],
}

/** Runs the timetable round by round and hands over each attempt as soon as it is known. `before`: attempts of the same test; these are then retries of some of them. */
export async function runRounds(
  world: World,
  plan: Plan,
  subjects: Subjects,
  rounds: readonly (readonly Pair[])[],
  pass: number,
  keep: (a: Attempt) => Promise<void>,
  before: readonly Attempt[] = [],
): Promise<readonly Attempt[]> {
  // Whoever could relay then can relay now: their counters are read in retries too.
  const names = [...new Set([...before.map((a) => a.pair), ...rounds.flat()].flatMap((p) => [p.from, p.to]))]
  const earlier = Math.max(0, ...before.map((a) => a.round))
  const relays = bootstrapsOf(world.fleet)
    .map((n) => n.name)
    .filter((n) => names.includes(n))
  const used = new PortPool(world, before)
  const tries = new Map<string, number>()
  before.forEach((a) => count(tries, a.pair))
  const all: Attempt[] = []
  const trouble = await resetWitnesses(world, names)
  trouble.forEach((text, node) => world.log.warn(`${node}: no packet witness: ${text}`))
  const cooloffMs = plan.config.tests.connectivity.cooloffSeconds * 1000
  for (const [index, round] of rounds.entries()) {
    await coolOff(world, waitBefore(round, lastMeetings([...before, ...all]), world.clock.now(), cooloffMs))
    const began = world.clock.now()
    const starts = round.map((pair) =>
      prepare(world, plan, subjects, pair, pass, earlier + index + 1, count(tries, pair), used),
    )
    const dialled = await Promise.all(starts.map(async (start) => dialOnce(world, plan, subjects, start)))
    const concerned = [...new Set([...round.flatMap((p) => [p.from, p.to]), ...relays])]
    const [readings, boxes] = await Promise.all([
      onEachNode(concerned, world.signal, (name) => readNode(world, name, recordQuery(plan, name, dialled))),
      onEachNode(concerned, world.signal, (name) => readBox(world, name)),
    ])
    for (const attempt of dialled) {
      const whole: Attempt = {
        ...complete(attempt, plan, readings.done, boxes.done, relays),
        ...(before.length === 0 ? {} : { retry: true }),
      }
      all.push(whole)
      await keep(whole)
    }
    world.log.progress(
      'rounds',
      `${before.length === 0 ? 'round' : 'retry round'} ${index + 1}/${rounds.length}: ${dialled.filter((d) => d.claim.success === true).length}/${round.length} claimed, ${((world.clock.now() - began) / 1000).toFixed(1)} s`,
    )
  }
  return all
}

/** A timer may end a moment early by the clock that dates the attempts. */
const timerSlackMs = 5

async function coolOff(world: World, waitMs: number): Promise<void> {
  if (waitMs <= 0) return
  world.log.progress('rounds', `waiting ${(waitMs / 1000).toFixed(1)} s: the next peers met not long enough ago`)
  await world.clock.sleep(waitMs + timerSlackMs, world.signal)
}

type Start = Omit<Attempt, 'endedAt' | 'claim' | 'record' | 'counters' | 'boxes' | 'fault'>
type Dialled = Omit<Attempt, 'record' | 'counters' | 'boxes'>

function prepare(
  world: World,
  plan: Plan,
  subjects: Subjects,
  pair: Pair,
  pass: number,
  round: number,
  repetition: number,
  ports: PortPool,
): Start {
  const nonce = randomHex(world, 16)
  const range = plan.profile.payload.kind === 'opaque' ? { minBytes: 0, maxBytes: 0 } : plan.profile.payload
  const bytes = randomInt(world, range.minBytes, range.maxBytes)
  return {
    id: `${pass}.${round}.${pair.from}.${pair.to}`,
    pair,
    pass,
    round,
    repetition,
    nonce,
    bytes,
    expectedSha256: plan.profile.payload.kind === 'opaque' ? '' : payloadSha256(nonce, bytes),
    localPort: ports.take(pair.from),
    servicePort: subjects.ports.get(pair.to) ?? plan.profile.servicePort,
    startedAt: world.clock.now(),
  }
}

async function dialOnce(world: World, plan: Plan, subjects: Subjects, start: Start): Promise<Dialled> {
  const { from, to } = start.pair
  const node = world.fleet.nodes.find((n) => n.name === from) as FleetNode
  const peerId = subjects.peerIds.get(to)
  try {
    if (plan.profile.dial.kind !== 'commanded' || peerId === undefined) throw new Error(`no peer id of ${to} is known`)
    if (start.servicePort === 0) throw new Error(`which UDP port the service of ${to} has is not known`)
    const seconds = plan.config.tests.connectivity.timeoutSeconds
    const args = fillArguments(plan.profile.dial.args, {
      registryUrl: registryUrlOf(world.fleet, plan),
      peerId,
      localPort: String(start.localPort),
      bytes: String(start.bytes),
      nonce: start.nonce,
      timeoutMs: String(seconds * 1000),
      timeoutSeconds: String(seconds),
      bootstraps: bootstrapsFor(world.fleet, plan),
    })
    const binary = currentBinary({ installPath: plan.config.deploy.installPath, name: plan.config.binary.name })
    const result = await (
      await world.remote(from)
    ).run(dial(`dial ${to}`, placeOf(node.runtime), binary, args, seconds + 3), {
      timeoutMs: (seconds + 20) * 1000,
      signal: world.signal,
      maxBytes: 1 << 18,
    })
    const read = isDialect(plan.profile.dial.dialect) ? dialects[plan.profile.dial.dialect] : undefined
    return {
      ...start,
      endedAt: world.clock.now(),
      claim: read === undefined ? silent : read(result.stdout, result.code),
    }
  } catch (error) {
    world.signal.throwIfAborted()
    const failure = asFailure(error, from)
    return {
      ...start,
      endedAt: world.clock.now(),
      claim: silent,
      fault: {
        kind: failure.kind === 'transport' || failure.kind === 'infra' ? 'infra' : 'harness',
        message: failure.message,
        node: from,
      },
    }
  }
}

const recordQuery = (
  plan: Plan,
  name: NodeName,
  dialled: readonly Dialled[],
): { path: string; nonces: readonly string[] } | null => {
  if (plan.profile.record.kind === 'none') return null
  const path = plan.profile.record.path.replaceAll('{dataDir}', dataDir(plan.config.deploy.serviceName))
  return { path, nonces: dialled.filter((d) => d.pair.to === name).map((d) => d.nonce) }
}

function complete(
  d: Dialled,
  plan: Plan,
  readings: ReadonlyMap<NodeName, NodeReading>,
  boxes: ReadonlyMap<NodeName, Awaited<ReturnType<typeof readBox>>>,
  relays: readonly NodeName[],
): Attempt {
  const places = [...new Set([d.pair.from, d.pair.to, ...relays])]
  const counters: Record<NodeName, Counters | null> = Object.fromEntries(
    places.map((n) => [n, readings.get(n)?.counters ?? null]),
  )
  const ends = [d.pair.from, d.pair.to].filter((n) => boxes.get(n) !== undefined && boxes.get(n) !== null)
  const record: ReceiverRecord | null = readRecord(plan.profile, readings.get(d.pair.to)?.recordLines ?? [], d.nonce)
  const unread = [d.pair.from, d.pair.to].find((n) => !readings.has(n))
  const fault =
    d.fault ??
    (unread === undefined
      ? undefined
      : { kind: 'infra' as const, message: `${unread}: its witness could not be read`, node: unread })
  return {
    ...d,
    record,
    counters,
    boxes: Object.fromEntries(ends.map((n) => [n, boxes.get(n) ?? null])),
    ...(fault === undefined ? {} : { fault }),
  }
}

function count(tries: Map<string, number>, pair: Pair): number {
  const key = `${pair.from}\n${pair.to}`
  const n = (tries.get(key) ?? 0) + 1
  tries.set(key, n)
  return n
}

/** Fresh local ports below the ephemeral range; none twice on a node in one test. */
class PortPool {
  readonly #taken = new Set<string>()
  readonly #world: World
  constructor(world: World, before: readonly Attempt[]) {
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
