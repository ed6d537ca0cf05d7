/** Controls of every run (spec §3): our prober must get through an open path, must not through a closed one, and the packet witness must agree. */
import { placeOf } from '../commands/place.ts'
import { closePort, openPort, receiveProbe, sendProbe } from '../commands/probe.ts'
import type { Control, Counters } from '../domain/evidence.ts'
import { Failure } from '../domain/failure.ts'
import type { FleetNode, NodeName } from '../domain/fleet.ts'
import type { World } from '../ports.ts'
import { draw, events, hex, installProber } from './prober.ts'
import { readNode, resetWitnesses } from './witnessing.ts'

interface Trial { readonly name: 'open-path' | 'closed-path' | 'large-datagram'; readonly bytes: number; readonly closed: boolean }
const trials: readonly Trial[] = [
  { name: 'open-path', bytes: 600, closed: false },
  // Handshakes of the programs under test are datagrams of 4096 bytes without DF (testnet-interfaces §10.1).
  { name: 'large-datagram', bytes: 4096, closed: false },
  { name: 'closed-path', bytes: 600, closed: true },
]

/** The control pair: two public nodes, peers before bootstraps, that answered; none where there are not two. */
export function controlPair(world: World, tried: readonly NodeName[]): readonly [FleetNode, FleetNode] | undefined {
  const open = world.fleet.nodes.filter((n) => tried.includes(n.name) && n.nat === 'none' && n.role !== 'registry')
  const [a, b] = [...open.filter((n) => n.role === 'test'), ...open.filter((n) => n.role !== 'test')]
  return a === undefined || b === undefined ? undefined : [a, b]
}

/** One after another on the control pair, so that each has the counters for itself. */
export async function runControls(world: World, [from, to]: readonly [FleetNode, FleetNode]): Promise<readonly Control[]> {
  const prober = await installProber(world, [from.name, to.name])
  for (const failure of prober.on.failed.values()) throw failure
  const seen: Control[] = []
  for (const trial of trials) seen.push(await attempt(world, prober.sha256, from, to, trial))
  return seen
}

async function attempt(world: World, prober: string, from: FleetNode, to: FleetNode, trial: Trial): Promise<Control> {
  const port = draw(world, 28_100, 28_900)
  const bindPort = draw(world, 29_000, 29_900)
  const token = hex(world, 16)
  const nonce = hex(world, 16)
  const base = { name: trial.name, from: from.name, to: to.name, expected: trial.closed ? 'blocked' : 'through' } as const
  const remoteTo = await world.remote(to.name)
  const options = { timeoutMs: 30_000, signal: world.signal }
  const stop = new AbortController()
  if (trial.closed) await remoteTo.run(closePort(placeOf(to.runtime), port), options)
  try {
    await resetWitnesses(world, [from.name, to.name])
    let received: Promise<unknown> = Promise.resolve()
    await new Promise<void>((resolve, reject) => {
      received = remoteTo.run(receiveProbe(prober, placeOf(to.runtime), port, token, 15), { timeoutMs: 20_000, signal: AbortSignal.any([world.signal, stop.signal]), onLine: (l) => { if (l.includes('"ready"')) resolve() } })
        .then((r) => { reject(new Failure({ kind: 'infra', code: 'I124', node: to.name, message: `${to.name}: the control receiver ended early: ${r.stderr.slice(0, 200)}` })) }, reject)
    })
    const sent = await (await world.remote(from.name)).run(sendProbe(prober, placeOf(from.runtime), { to: `${to.ip}:${port}`, bindPort, token, nonce, bytes: trial.bytes }), options)
    stop.abort(new Error('control over'))
    await received.catch(() => undefined)
    const result = events(sent.stdout).find((e) => e['event'] === 'send-result')
    const [a, b] = await Promise.all([readNode(world, from.name, null), readNode(world, to.name, null)])
    const delivered = packets(b.counters, 'in', port)
    const wanted = packets(a.counters, 'out', bindPort)
    const through = result?.['acked'] === true && result['hash_ok'] === true
    return {
      ...base,
      seen: result === undefined ? 'error' : through ? 'through' : 'blocked',
      witnessed: a.counters !== null && b.counters !== null && wanted > 0 && (trial.closed ? delivered === 0 : delivered > 0),
      detail: `${wanted} sent, ${delivered} delivered, ${through ? 'acknowledged with the right hash' : 'not acknowledged'}`,
      raw: [result ?? { stderr: sent.stderr.slice(0, 500) }, { from: a.counters, to: b.counters }],
    }
  } finally {
    stop.abort(new Error('control over'))
    if (trial.closed) await remoteTo.run(openPort(placeOf(to.runtime)), options)
  }
}

const packets = (c: Counters | null, direction: 'in' | 'out', localPort: number): number =>
  (c?.[direction] ?? []).filter((f) => f.localPort === localPort).reduce((n, f) => n + f.packets, 0)
