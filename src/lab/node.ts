/** One node of a running lab: its state, its power, and the ways into its namespaces and its NAT box. */
import { setTimeout as pause } from 'node:timers/promises'
import { Failure } from '../domain/failure.ts'
import type { LabInfo, NatKind } from '../domain/fleet.ts'
import type { Log } from '../ports.ts'
import { boxNamespace, enter, layoutOf, publicAddress, type Layout } from './layout.ts'
import { markerOf } from './marker.ts'
import type { BoxKind } from './nat.ts'
import { banners, startNode } from './power.ts'
import { cgroupOf, clearCgroup, leaderOf, populated } from './cgroup.ts'
import { lock } from './lock.ts'
import { exec } from './process.ts'

export interface LabOptions {
  readonly id?: string
  readonly stateDir?: string
  readonly signal: AbortSignal
  readonly log: Log
}

export interface NodeStatus {
  readonly name: string
  readonly address: string
  readonly up: boolean
  /** As `systemctl is-system-running` says; `off` when the node is. */
  readonly systemd: string
  readonly nat: NatKind
  readonly box: BoxKind | 'none'
}
export interface LabStatus {
  readonly id: string
  readonly phase: 'down' | 'starting' | 'up'
  readonly shaping?: LabInfo['shaping']
  /** False: the delay helper died, and packets pass undelayed. */
  readonly shapingAlive?: boolean
  readonly stateDir: string
  readonly nodes: readonly NodeStatus[]
}

type Where = Pick<LabOptions, 'id' | 'stateDir'>
type Node = LabOptions & { readonly node: string }

export async function labStatus(o: Where & { readonly signal: AbortSignal }): Promise<LabStatus> {
  const l = layoutOf(o.id, o.stateDir)
  const marker = await markerOf(l)
  if (marker === null) return { id: l.id, phase: 'down', stateDir: l.stateDir, nodes: [] }
  const nodes = await Promise.all(
    marker.topology.nodes.map(async (n): Promise<NodeStatus> => {
      const leader = await leaderOf(l, n.name)
      const said =
        leader === undefined
          ? 'off'
          : (
              await exec([...into(leader), 'systemctl', 'is-system-running'], { timeoutMs: 10_000, signal: o.signal })
            ).stdout.trim() || 'starting'
      return {
        name: n.name,
        address: publicAddress(n),
        up: leader !== undefined,
        systemd: said,
        nat: n.nat,
        box: n.box,
      }
    }),
  )
  const shaping = marker.running?.shaping
  return {
    id: l.id,
    phase: marker.phase,
    stateDir: l.stateDir,
    nodes,
    ...(shaping === undefined
      ? {}
      : { shaping, shapingAlive: shaping !== 'nfqueue' || (await populated(`${cgroupOf(l)}/shaper`)) }),
  }
}

/** An argv that runs `argv` as root in all namespaces of the node; good until the node's next reboot. */
export async function labExec(
  o: Where & { readonly node: string },
  argv: readonly string[],
): Promise<readonly string[]> {
  const l = layoutOf(o.id, o.stateDir)
  const leader = await leaderOf(l, o.node)
  if (leader === undefined) throw await absent(l, o.node)
  return [...into(leader), ...argv]
}
export const labShell = (o: Where & { readonly node: string }): Promise<readonly string[]> =>
  labExec(o, ['/bin/bash', '-l'])

/** An argv prefix for the node's NAT box; only its network is a namespace of its own. */
export const labBoxEnter = (o: Where & { readonly node: string }): readonly string[] =>
  enter(boxNamespace(layoutOf(o.id, o.stateDir), o.node))

/** As when the cable is pulled: nothing is told, nothing is flushed. */
export async function powerOff(o: Node): Promise<void> {
  const l = layoutOf(o.id, o.stateDir)
  await using _ = await lock(l, `power-off of ${o.node}`, 60_000, o.signal)
  await known(l, o.node)
  await clearCgroup(`${cgroupOf(l)}/${o.node}`, false, AbortSignal.any([o.signal, AbortSignal.timeout(20_000)]))
}

/** Resolves when ssh answers; a node that is on is left alone. */
export async function powerOn(o: Node): Promise<void> {
  const l = layoutOf(o.id, o.stateDir)
  await using _ = await lock(l, `power-on of ${o.node}`, 60_000, o.signal)
  const node = await known(l, o.node)
  if (!(await populated(`${cgroupOf(l)}/${o.node}`))) startNode(l, o.node)
  await banners([node], l, { signal: o.signal, timeoutMs: 30_000 })
}

/** Resolves when the node's systemd has finished starting. */
export async function settled(o: Node): Promise<string> {
  const patience = AbortSignal.any([o.signal, AbortSignal.timeout(30_000)])
  for (;;) {
    const state = (await labStatus({ ...o, signal: patience })).nodes.find((n) => n.name === o.node)?.systemd ?? 'off'
    if (state === 'running' || state === 'degraded') return state
    await pause(50, undefined, { signal: patience })
  }
}

// The time namespace is left out: it cannot be entered with the others, and nodes have none of their own.
const into = (leader: number): string[] => [
  'nsenter',
  '-t',
  String(leader),
  '-m',
  '-u',
  '-i',
  '-n',
  '-p',
  '-C',
  '-r',
  '-w',
  '--',
  'env',
  '-i',
  'PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin',
  'HOME=/root',
  'USER=root',
  'LANG=C.UTF-8',
  'TERM=xterm-256color',
]

async function known(l: Layout, name: string) {
  const node = (await markerOf(l))?.topology.nodes.find((n) => n.name === name)
  if (node === undefined) throw await absent(l, name)
  return node
}

async function absent(l: Layout, name: string): Promise<Failure> {
  const nodes = (await markerOf(l))?.topology.nodes.map((n) => n.name)
  if (nodes === undefined)
    return new Failure({
      code: 'I222',
      message: `the lab ${l.id} is not up`,
      remedy: `vps-test lab up --lab ${l.id}`,
    })
  if (!nodes.includes(name))
    return new Failure({
      code: 'U203',
      message: `the lab ${l.id} has no node ${JSON.stringify(name)}; it has ${nodes.join(', ')}`,
      remedy: `vps-test lab status --lab ${l.id}`,
    })
  return new Failure({
    code: 'I223',
    node: name,
    message: `${name} is off`,
    remedy: `vps-test lab up --lab ${l.id}`,
  })
}
