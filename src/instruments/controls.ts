/**
 * Controls of every run (spec §3): our prober must get through an open path, must not through a closed one, and the
 * packet witness must agree.
 */
import { diagnoseNode } from '../commands/remedies.ts'
import { placeOf } from '../commands/place.ts'
import { closePath, openPath, receiveProbe, sendProbe } from '../commands/probe.ts'
import { valueOf, type Control, type Counters, type Sum } from '../domain/evidence.ts'
import { hostPort } from '../domain/addresses.ts'
import { Failure } from '../domain/failure.ts'
import type { FleetNode, NodeName } from '../domain/fleet.ts'
import type { Abortable, Nodes, Orchestrator, Randomness, Tables } from '../ports.ts'
import { randomInt, events, randomHex, type Installed } from './prober.ts'
import { ownerOn, readNode, resetWitnesses } from './witness.ts'

interface Trial {
  readonly name: 'open-path' | 'closed-path' | 'large-datagram'
  readonly bytes: number
  readonly closed: boolean
}
const trials: readonly Trial[] = [
  { name: 'open-path', bytes: 600, closed: false },
  // Handshakes of the programs under test are datagrams of 4096 bytes without DF (testnet-interfaces §10.1).
  { name: 'large-datagram', bytes: 4096, closed: false },
  { name: 'closed-path', bytes: 600, closed: true },
]

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
  const places = trials.map((trial, i) => ({
    trial,
    port: base + i,
    bindPort: base + 1000 + i,
    token: randomHex(world, 16),
    nonce: randomHex(world, 16),
  }))
  const remoteTo = await world.remote(to.name)
  const options = { timeoutMs: 30_000, signal: world.signal }
  const closed = places.find((p) => p.trial.closed)
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
    return places.map((p, i) => judge(p, from, to, sent[i] as Sent, valueOf(a.counters), valueOf(b.counters)))
  } finally {
    if (closed !== undefined)
      await remoteTo.run(openPath(placeOf(to.runtime), owner), {
        timeoutMs: 10_000,
        signal: AbortSignal.timeout(10_000),
      })
  }
}

interface TrialSetup {
  readonly trial: Trial
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
      bytes: p.trial.bytes,
    })
    const sent = await (await world.remote(from.name)).run(command, { timeoutMs: 30_000, signal: world.signal })
    return { result: events(sent.stdout).find((e) => e['event'] === 'send-result'), stderr: sent.stderr }
  } finally {
    stop.abort(new Error('control over'))
    await received.catch(() => undefined)
  }
}

function judge(
  p: TrialSetup,
  from: FleetNode,
  to: FleetNode,
  { result, stderr }: Sent,
  a: Counters | null,
  b: Counters | null,
): Control {
  const wanted = counted(a, 'out', p.bindPort)
  const delivered = counted(b, 'in', p.port)
  // In bytes too: a witness that sees the first fragment of a datagram alone would find every large payload missing.
  const fragments = b?.fragmentsIn.bytes ?? 0
  const whole = delivered.packets > 0 && delivered.bytes + fragments >= delivered.packets * p.trial.bytes
  const through = result?.['acked'] === true && result['hash_ok'] === true
  return {
    name: p.trial.name,
    from: from.name,
    to: to.name,
    expected: p.trial.closed ? 'blocked' : 'through',
    seen: result === undefined ? 'error' : through ? 'through' : 'blocked',
    witnessed: a !== null && b !== null && wanted.packets > 0 && (p.trial.closed ? delivered.packets === 0 : whole),
    detail: `${wanted.packets} sent, ${delivered.packets} delivered (${delivered.bytes} bytes), ${through ? 'acknowledged with the right hash' : 'not acknowledged'}`,
    raw: [result ?? { stderr: stderr.slice(0, 500) }, { from: a, to: b }],
  }
}

const counted = (c: Counters | null, direction: 'in' | 'out', localPort: number): Sum =>
  (c?.[direction] ?? [])
    .filter((f) => f.localPort === localPort)
    .reduce<Sum>((all, f) => ({ packets: all.packets + f.packets, bytes: all.bytes + f.bytes }), {
      packets: 0,
      bytes: 0,
    })
