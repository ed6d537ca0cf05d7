/**
 * Controls of every run (spec §3): our prober must get through an open path, must not through a closed one, and the
 * packet witness must agree.
 */
import { diagnoseNode } from '../commands/remedies.ts'
import { placeOf } from '../commands/place.ts'
import { closePath, openPath, receiveProbe, sendProbe } from '../commands/probe.ts'
import { hostPort } from '../domain/addresses.ts'
import { controlOf, trials, type TrialName } from '../domain/control-trial.ts'
import { valueOf, type Control } from '../domain/evidence.ts'
import { Failure } from '../domain/failure.ts'
import type { FleetNode, NodeName } from '../domain/fleet.ts'
import type { Abortable, Nodes, Orchestrator, Randomness, Tables } from '../ports.ts'
import { randomInt, events, randomHex, type Installed } from './prober.ts'
import { ownerOn, readNode, resetWitnesses } from './witness.ts'

/** The control pair: two public nodes, peers before bootstraps, that answered; none where there are not two. */
export function controlPair(world: Nodes, tried: readonly NodeName[]): readonly [FleetNode, FleetNode] | undefined {
  const open = world.fleet.nodes.filter((n) => tried.includes(n.name) && n.nat === 'none' && n.role !== 'registry')
  const [a, b] = [...open.filter((n) => n.role === 'test'), ...open.filter((n) => n.role !== 'test')]
  return a === undefined || b === undefined ? undefined : [a, b]
}

/** All at once on the control pair, each on ports of its own, so that one reset and one reading serve them all. */
export async function runControls(
  world: Nodes & Orchestrator & Abortable & Randomness & Tables,
  prober: Installed,
  [from, to]: readonly [FleetNode, FleetNode],
): Promise<readonly Control[]> {
  const base = randomInt(world, 28_100, 28_800)
  const places = (Object.keys(trials) as TrialName[]).map((name, i) => ({
    name,
    ...trials[name],
    port: base + i,
    bindPort: base + 1000 + i,
    token: randomHex(world, 16),
    nonce: randomHex(world, 16),
  }))
  const remoteTo = await world.remote(to.name)
  const options = { timeoutMs: 30_000, signal: world.signal }
  const closed = places.find((p) => p.closed)
  const owner = ownerOn(world, to.name)
  if (closed !== undefined) {
    const wall = await remoteTo.run(
      closePath(placeOf(to.runtime), owner, { from: closed.bindPort, to: closed.port }),
      options,
    )
    if (wall.code !== 0)
      throw new Failure({
        code: 'I125',
        node: to.name,
        message: `${to.name}: cannot close a port for the control: ${wall.stderr.trim().slice(0, 200)}`,
        remedy: diagnoseNode(to.name, world.fleet),
      })
  }
  try {
    await resetWitnesses(world, [from.name, to.name])
    const sent = await Promise.all(places.map((p) => send(world, prober.sha256, from, to, p)))
    const [a, b] = await Promise.all([readNode(world, from.name, null), readNode(world, to.name, null)])
    return places.map(({ name, bindPort, port }, i) =>
      controlOf(name, from.name, to.name, {
        answer: sent[i]?.result ?? { stderr: sent[i]?.stderr.slice(0, 500) ?? '' },
        from: valueOf(a.counters),
        to: valueOf(b.counters),
        bindPort,
        port,
      }),
    )
  } finally {
    if (closed !== undefined)
      await remoteTo.run(openPath(placeOf(to.runtime), owner), {
        timeoutMs: 10_000,
        signal: AbortSignal.timeout(10_000),
      })
  }
}

interface TrialSetup {
  readonly name: TrialName
  readonly bytes: number
  readonly port: number
  readonly bindPort: number
  readonly token: string
  readonly nonce: string
}
interface Sent {
  readonly result: Readonly<Record<string, unknown>> | undefined
  readonly stderr: string
}

/** Starts the receiver, waits until it listens, sends, and ends the receiver. */
async function send(
  world: Nodes & Abortable,
  prober: string,
  from: FleetNode,
  to: FleetNode,
  p: TrialSetup,
): Promise<Sent> {
  const stop = new AbortController()
  const remoteTo = await world.remote(to.name)
  let received: Promise<unknown> = Promise.resolve()
  try {
    await new Promise<void>((resolve, reject) => {
      received = remoteTo
        .run(receiveProbe(prober, placeOf(to.runtime), p.port, p.token, 15), {
          timeoutMs: 20_000,
          signal: AbortSignal.any([world.signal, stop.signal]),
          onLine: (l) => {
            if (l.includes('"ready"')) resolve()
          },
        })
        .then((r) => {
          reject(
            new Failure({
              code: 'I124',
              node: to.name,
              message: `${to.name}: the control receiver ended early: ${r.stderr.slice(0, 200)}`,
            }),
          )
        }, reject)
    })
    const command = sendProbe(prober, placeOf(from.runtime), {
      to: hostPort(to.ip, p.port),
      bindPort: p.bindPort,
      token: p.token,
      nonce: p.nonce,
      bytes: p.bytes,
    })
    const sent = await (await world.remote(from.name)).run(command, { timeoutMs: 30_000, signal: world.signal })
    return { result: events(sent.stdout).find((e) => e['event'] === 'send-result'), stderr: sent.stderr }
  } finally {
    stop.abort(new Error('control over'))
    await received.catch(() => undefined)
  }
}
