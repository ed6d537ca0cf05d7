/**
 * Measures every node's NAT from inside its own network namespace, with pairs of public nodes as reflectors (RFC 5780
 * §4.3, §4.4).
 */
import { diagnoseNode, listNodes } from '../commands/remedies.ts'
import { PassThrough } from 'node:stream'
import { placeOf } from '../commands/place.ts'
import { classify, reflect, type ReflectorPair } from '../commands/probe.ts'
import { Failure } from '../domain/failure.ts'
import type { FleetNode, NatMeasurement, NodeName } from '../domain/fleet.ts'
import { natOf } from '../domain/nat-event.ts'
import { natChange } from '../domain/nats.ts'
import type { Abortable, Nodes, Randomness } from '../ports.ts'
import { asFailure, onEachNode } from './per-node.ts'
import { randomInt, events, randomHex, type Installed } from './prober.ts'

/** What measuring needs of the world. */

export interface NatProber extends Pick<Installed, 'program' | 'on'> {
  /** Where links are known to be quick: how long an answer may take. */
  readonly waitMs?: number
}

export interface NatSurvey {
  readonly measurements: readonly NatMeasurement[]
  readonly failed: ReadonlyMap<NodeName, Failure>
}

interface Reflectors {
  readonly pair: ReflectorPair
  readonly hosts: readonly [FleetNode, FleetNode]
}

/**
 * Classifies the nodes that have the prober. A node that is a reflector itself is measured by two others. `known`: what
 * was measured before; a node that answers something else is asked once more, because packets get lost.
 */
export async function measureNats(
  world: Nodes & Abortable & Randomness,
  prober: NatProber,
  known: readonly NatMeasurement[] = [],
): Promise<NatSurvey> {
  const failed = new Map<NodeName, Failure>()
  prober.on.failed.forEach((f, n) => failed.set(n, f))
  const able = world.fleet.nodes.filter((n) => prober.on.done.has(n.name))
  const stop = new AbortController()
  const signal = AbortSignal.any([world.signal, stop.signal])
  const post: Post = { world, prober, signal, stdins: [], running: [] }
  try {
    const pairs = await startReflectors(
      post,
      able.filter((n) => n.nat === 'none' && n.runtime.kind === 'systemd'),
      failed,
    )
    const seen = await onEachNode(
      able.map((n) => n.name),
      world.signal,
      async (name) => {
        const node = able.find((n) => n.name === name) as FleetNode
        const chosen = pairFor(pairs, name)[0]
        if (chosen === undefined)
          throw new Failure({
            code: 'I122',
            node: name,
            message: `${name}: no two other public nodes answer, so its NAT cannot be measured`,
            remedy: listNodes(world.fleet),
          })
        const remote = await world.remote(name)
        const ask = async () => {
          const r = await remote.run(classify(prober.program, placeOf(node.runtime), chosen.pair, prober.waitMs), {
            timeoutMs: 30_000,
            signal,
          })
          return { ...r, nat: readMeasurement(node, r.stdout) }
        }
        const answer = await measuredAgain(
          ask,
          known.find((m) => m.node === name),
        )
        if (answer.nat === undefined)
          throw new Failure({
            code: 'I123',
            node: name,
            message: `${name}: the prober cannot tell (UDP blocked, or too many packets lost): ${(answer.stderr || answer.stdout).trim().slice(0, 200)}`,
            remedy: diagnoseNode(name, world.fleet),
          })
        return answer.nat
      },
    )
    seen.failed.forEach((f, n) => failed.set(n, f))
    return { measurements: [...seen.done.values()], failed }
  } finally {
    post.stdins.forEach((s) => s.end())
    AbortSignal.timeout(3000).addEventListener('abort', () => stop.abort(new Error('survey over')))
    await Promise.allSettled(post.running)
  }
}

/** Packets get lost: the prober then says that it does not know, or takes a silence for a refusal. */
export async function measuredAgain<A extends { readonly nat: NatMeasurement | undefined }>(
  ask: () => Promise<A>,
  before: NatMeasurement | undefined,
): Promise<A> {
  const known = async (): Promise<A> => {
    const first = await ask()
    return first.nat === undefined ? ask() : first
  }
  const answer = await known()
  return answer.nat !== undefined && before !== undefined && natChange(before, answer.nat) !== null ? known() : answer
}

interface Post {
  readonly world: Nodes & Abortable & Randomness
  readonly prober: NatProber
  readonly signal: AbortSignal
  readonly stdins: PassThrough[]
  readonly running: Promise<unknown>[]
}

/**
 * Reflectors on the first three public nodes, in three pairs, so that each of the three can be measured by the other
 * two. A node where one does not start is passed over.
 */
async function startReflectors(
  post: Post,
  candidates: readonly FleetNode[],
  failed: Map<NodeName, Failure>,
): Promise<readonly Reflectors[]> {
  const pairs = reflectorPairs(post.world, candidates)
  const hosts = pairs.flatMap((r) => [
    { pair: r.pair, host: r.hosts[0], peer: r.hosts[1].ip },
    { pair: r.pair, host: r.hosts[1], peer: r.hosts[0].ip },
  ])
  const broken = new Map<NodeName, Failure>()
  await Promise.all(
    hosts.map((h) =>
      startReflector(post, h).catch((e: unknown) => {
        broken.set(h.host.name, asFailure(e, h.host.name))
      }),
    ),
  )
  post.world.signal.throwIfAborted()
  if (broken.size === 0) return pairs
  broken.forEach((f, n) => failed.set(n, f))
  return startReflectors(
    post,
    candidates.filter((n) => !broken.has(n.name)),
    failed,
  )
}

/** Resolves when it listens; its end is awaited by the survey. */
async function startReflector(
  { world, prober, signal, stdins, running }: Post,
  { pair, host, peer }: { readonly pair: ReflectorPair; readonly host: FleetNode; readonly peer: string },
): Promise<void> {
  const remote = await world.remote(host.name)
  const stdin = new PassThrough()
  stdins.push(stdin)
  await new Promise<void>((resolve, reject) => {
    const done = remote.run(reflect(prober.program, placeOf(host.runtime), pair, peer, 90), {
      timeoutMs: 100_000,
      signal,
      stdin,
      onLine: (line) => {
        if (line.includes('"ready"')) resolve()
      },
    })
    running.push(
      done.then((r) => {
        reject(
          new Failure({
            code: 'I121',
            node: host.name,
            message: `${host.name}: the reflector ended early: ${(r.stderr || r.stdout).trim().slice(0, 200)}`,
          }),
        )
      }, reject),
    )
  })
}

function reflectorPairs(world: Nodes & Abortable & Randomness, [a, b, c]: readonly FleetNode[]): readonly Reflectors[] {
  const combos: readonly (readonly [FleetNode, FleetNode])[] =
    a === undefined || b === undefined
      ? []
      : c === undefined
        ? [[a, b]]
        : [
            [a, b],
            [b, c],
            [a, c],
          ]
  const base = randomInt(world, 21_000, 28_000)
  return combos.map((hosts, i) => ({
    hosts,
    pair: {
      primary: hosts[0].ip,
      secondary: hosts[1].ip,
      ports: [base + 2 * i, base + 2 * i + 1],
      token: randomHex(world, 16),
    },
  }))
}

const pairFor = (pairs: readonly Reflectors[], node: NodeName): readonly Reflectors[] =>
  pairs.filter((p) => p.hosts.every((h) => h.name !== node)).slice(0, 1)

/** Undefined where the prober got no answer, or says that it does not know. */
const readMeasurement = (node: FleetNode, stdout: string): NatMeasurement | undefined =>
  natOf(
    node.name,
    events(stdout).find((e) => e['event'] === 'nat'),
  )
