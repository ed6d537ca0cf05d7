/** Power and the first sign of life: starts a node's keeper, waits until sshd speaks. */
import { setTimeout as pause } from 'node:timers/promises'
import { Failure } from '../domain/failure.ts'
import { enter, hqOf, nodeNamespace, pathsOf, publicAddress, type Layout } from './layout.ts'
import { cgroupOf, populated } from './cgroup.ts'
import { readText } from './files.ts'
import { daemon, exec } from './process.ts'
import type { Topology, TopologyNode } from './topology.ts'

export interface Waiting {
  readonly cgroup?: string
  readonly signal: AbortSignal
  readonly timeoutMs: number
}

/** Gives a node its power. It outlives this process. */
export function startNode(l: Layout, node: string): void {
  const at = pathsOf(l),
    cgroup = `${cgroupOf(l)}/${node}`
  daemon(
    ['sh', at.keeper, cgroup, nodeNamespace(l, node), at.boot, at.root(node)],
    `${cgroup}/keeper`,
    `${at.node(node)}/console.log`,
  )
}

/** Resolves when every node's sshd has sent its banner, the way an orchestrator would see it. */
export async function banners(nodes: Topology['nodes'], l: Layout, o: Waiting): Promise<void> {
  const heard = await Promise.all(nodes.map((n) => banner(n, l, o)))
  o.signal.throwIfAborted()
  const silent = nodes.filter((_, i) => !heard[i]).map((n) => n.name)
  const first = silent[0]
  if (first === undefined) return
  const console = ((await readText(`${pathsOf(l).node(first)}/console.log`)) ?? '').trim().slice(-500)
  throw new Failure({
    code: 'I220',
    node: first,
    message: `no ssh within ${o.timeoutMs / 1000} s on ${silent.join(', ')}; the console of ${first} says: ${console || 'nothing'}`,
    remedy: 'vps-test lab doctor',
  })
}

/** One small program repeats the connection; it is given up early when the node's keeper has ended. */
async function banner(n: TopologyNode, l: Layout, o: Waiting): Promise<boolean> {
  const over = new AbortController()
  const signal = AbortSignal.any([o.signal, over.signal])
  const argv = [
    ...enter(hqOf(l)),
    'socat',
    '-u',
    `TCP:${publicAddress(n)}:22,connect-timeout=2,retry=${Math.ceil(o.timeoutMs / 30)},interval=0.03`,
    'STDOUT',
  ]
  const spoke = exec(argv, { ...o, signal, until: /^SSH-/ }).then(
    (ended) => ended.code === 0,
    () => false,
  )
  const died = lost(l, n.name, signal).then(
    () => false,
    () => false,
  )
  try {
    return await Promise.race([spoke, died])
  } finally {
    over.abort()
  }
}

async function lost(l: Layout, node: string, signal: AbortSignal): Promise<void> {
  for (let seen = false; ;) {
    const alive = await populated(`${cgroupOf(l)}/${node}`)
    if (seen && !alive) return
    seen ||= alive
    await pause(50, undefined, { signal })
  }
}
