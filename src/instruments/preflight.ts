/**
 * Asks before any pair what passes between each node and the bootstraps (and the registry's host): datagrams, fragments,
 * the service's port, IPv6, path MTU; and what the nodes' clocks say.
 */
import { placeOf } from '../commands/place.ts'
import { clockAndAddresses, echoProbe, reachProbe } from '../commands/probe.ts'
import { inside } from '../commands/quote.ts'
import { hostPort } from '../domain/addresses.ts'
import { notRead, thereIs, type Flow, type Read } from '../domain/evidence.ts'
import type { FleetNode, NodeName } from '../domain/fleet.ts'
import { nodeSeen, sizesFor, wholeSizes } from '../domain/preflight.ts'
import type { NodeAnswer, PathAnswer, Preflight } from '../domain/preflight.ts'
import type { Needs } from '../domain/profile.ts'
import type { Abortable, Nodes, Orchestrator, Randomness, Tables, Execution } from '../ports.ts'
import { onEachNode } from './per-node.ts'
import { events, randomHex, randomInt, type Installed } from './prober.ts'
import { readNode, resetWitnesses } from './witness.ts'

type PreflightWorld = Nodes & Orchestrator & Abortable & Randomness & Tables & Execution

export interface PreflightOf {
  readonly nodes: readonly NodeName[]
  readonly needs: Needs
  /** UDP port of each node's service; 0: not known. */
  readonly portOf: (node: NodeName) => number
}

export async function runPreflight(
  world: PreflightWorld,
  prober: Installed,
  { nodes, needs, portOf }: PreflightOf,
): Promise<Preflight> {
  const able = world.fleet.nodes.filter((n) => nodes.includes(n.name) && prober.on.done.has(n.name))
  const answers = await Promise.all(able.map((n) => ask(world, n)))
  const v6 = new Map(answers.map((a) => [a.node, nodeSeen(a).ipv6?.[0] ?? null]))
  const targets = able.filter((n) => (n.role === 'bootstrap' || n.role === 'registry') && n.nat === 'none')
  const bootstraps = targets.filter((n) => n.role === 'bootstrap').map((n) => n.name)
  const unwitnessed = await resetWitnesses(world, bootstraps)
  const stop = new AbortController()
  const running: Promise<unknown>[] = []
  const legs: PathAnswer[] = []
  try {
    await Promise.all(
      targets.map(async (target) => {
        const at = { port: randomInt(world, 28_100, 28_800), token: randomHex(world, 16) }
        const heard = await startEcho(
          world,
          prober.program,
          target,
          { ...at, bind6: v6.get(target.name) !== null },
          stop.signal,
        )
        running.push(heard.ended)
        const servicePort = bootstraps.includes(target.name) && !unwitnessed.has(target.name) ? portOf(target.name) : 0
        const tried = able.filter((n) => n.name !== target.name)
        const asked = await Promise.all(
          tried.flatMap((from, i) =>
            ([4, 6] as const)
              .filter((family) => family === 4 || (v6.get(from.name) !== null && v6.get(target.name) !== null))
              .map(async (family): Promise<PathAnswer> => {
                const address = family === 4 ? target.ip : (v6.get(target.name) ?? '')
                const port = family === 4 ? servicePort : 0
                const command = reachProbe(prober.program, placeOf(from.runtime), {
                  to: hostPort(address, at.port),
                  token: at.token,
                  nonce: randomHex(world, 16),
                  sizes: sizesFor(needs),
                  wholeSizes: wholeSizes[family],
                  // A size that no other node has.
                  mark: port === 0 ? null : { to: hostPort(address, port), bytes: 201 + 3 * i },
                })
                const event = heard.listens ? await said(world, from, command) : { why: heard.why }
                return {
                  from: from.name,
                  to: target.name,
                  family,
                  event,
                  servicePort: port,
                  delivered: notRead('not asked'),
                }
              }),
          ),
        )
        const delivered = servicePort === 0 ? notRead('not asked') : await deliveredTo(world, target.name, servicePort)
        legs.push(...asked.map((leg) => (leg.servicePort === 0 ? leg : { ...leg, delivered })))
      }),
    )
  } finally {
    stop.abort(new Error('preflight over'))
    await Promise.allSettled(running)
  }
  const place = new Map(able.map((n, i) => [n.name, i]))
  const rank = (p: PathAnswer): number => (place.get(p.to) ?? 0) * 10_000 + (place.get(p.from) ?? 0) * 10 + p.family
  return { nodes: answers, paths: legs.toSorted((a, b) => rank(a) - rank(b)) }
}

async function ask(world: PreflightWorld, node: FleetNode): Promise<NodeAnswer> {
  const askedAt = world.clock.now()
  const result = await onEachNode([node.name], world.signal, async (name) =>
    (await world.remote(name)).run(inside(placeOf(node.runtime), clockAndAddresses), {
      timeoutMs: 15_000,
      signal: world.signal,
    }),
  )
  const answer = result.done.get(node.name)
  return {
    node: node.name,
    askedAt,
    answeredAt: world.clock.now(),
    text: answer?.code === 0 ? answer.stdout.slice(0, 4000) : null,
  }
}

async function said(world: PreflightWorld, from: FleetNode, command: ReturnType<typeof reachProbe>): Promise<unknown> {
  const result = await onEachNode([from.name], world.signal, async (name) =>
    (await world.remote(name)).run(command, { timeoutMs: 20_000, signal: world.signal }),
  )
  const { stdout = '', stderr = '' } = result.done.get(from.name) ?? {}
  const why = (result.failed.get(from.name)?.message ?? (stderr || stdout)).trim().slice(0, 200)
  return events(stdout).find((e) => e['event'] === 'reach') ?? { why }
}

async function deliveredTo(world: PreflightWorld, name: NodeName, port: number): Promise<Read<readonly Flow[]>> {
  const look = await onEachNode([name], world.signal, (n) => readNode(world, n, null))
  const counters = look.done.get(name)?.counters
  if (counters === undefined) return notRead(look.failed.get(name)?.message ?? 'not read')
  return counters.kind === 'there' ? thereIs(counters.value.in.filter((f) => f.localPort === port)) : counters
}

interface Heard {
  readonly listens: boolean
  readonly why: string
  readonly ended: Promise<unknown>
}

/** Resolves when it listens, or has ended without. */
async function startEcho(
  world: PreflightWorld,
  program: string,
  target: FleetNode,
  at: { readonly port: number; readonly token: string; readonly bind6: boolean },
  stop: AbortSignal,
): Promise<Heard> {
  const command = echoProbe(program, placeOf(target.runtime), { ...at, seconds: 30 })
  let ended: Promise<unknown> = Promise.resolve()
  const heard = await new Promise<Omit<Heard, 'ended'>>((resolve) => {
    ended = world
      .remote(target.name)
      .then((remote) =>
        remote.run(command, {
          timeoutMs: 40_000,
          signal: AbortSignal.any([world.signal, stop]),
          onLine: (line) => {
            if (line.includes('"ready"')) resolve({ listens: true, why: '' })
          },
        }),
      )
      .then(
        (r) => resolve({ listens: false, why: (r.stderr || r.stdout).trim().slice(0, 200) }),
        (e: unknown) => resolve({ listens: false, why: String(e).slice(0, 200) }),
      )
  })
  return { ...heard, ended }
}
