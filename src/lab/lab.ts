/**
 * The lab's verbs: up, down, status, power, and the ways in. Everything they do was compiled first (network.ts,
 * root-tree.ts, shaping.ts).
 */
import { createHash } from 'node:crypto'
import { setTimeout as pause } from 'node:timers/promises'
import { Failure } from '../domain/failure.ts'
import type { Fleet, LabInfo, NodeName } from '../domain/fleet.ts'
import { doctor, refusalOf } from './doctor.ts'
import { checks, type Requirement } from './checks.ts'
import { labFleet, fleetYaml, type Running } from './fleet-file.ts'
import { compileInside, hasContainers, insideUnit } from './inside.ts'
import { enter, layoutOf, nodeNamespace, pathsOf, type Layout } from './layout.ts'
import { mark, markerOf, type Marker } from './marker.ts'
import { compileNetwork, namespacesOf } from './network.ts'
import { insideHealthy, insideUp } from './inside-up.ts'
import type { LabOptions } from './node.ts'
import { banners, startNode } from './power.ts'
import { compileTrees, overlayProbe } from './root-tree.ts'
import { makeRoom } from './inotify.ts'
import { cgroupOf, clearCgroup, leaderOf, makeCgroups, populated } from './cgroup.ts'
import { clearNamespaces, clearState, namespacesPresent } from './clear.ts'
import { readText, writeText } from './files.ts'
import { lock } from './lock.ts'
import { perform, allOrFirstFailure } from './perform.ts'
import { daemon, exec, isRoot } from './process.ts'
import { compileShaping, delayArgv, netemProbe } from './shaping.ts'
import type { Topology } from './topology.ts'

export { loadTopology, type Topology } from './topology.ts'
export {
  labBoxEnter,
  labExec,
  labShell,
  labStatus,
  powerOff,
  powerOn,
  type LabOptions,
  type LabStatus,
  type NodeStatus,
} from './node.ts'

export interface UpOptions extends LabOptions {
  readonly topology: Topology
  /** Path of `lab-delay`, for kernels without netem. */
  readonly delayHelper?: string
  /** `none`: no delay and no loss, whatever the kernel has. */
  readonly shaping?: 'auto' | 'none'
  /**
   * Looks at the network before the lab counts as up (measures its NATs, say); what it throws takes the lab down again.
   */
  readonly verify?: (made: RunningLab, signal: AbortSignal) => Promise<void>
}

/** A lab's network from within: nodes may still be booting, so that nothing is asked of their programs. */
export interface RunningLab {
  readonly fleet: Fleet
  /** Words before a command that then runs on this machine in the node's network. */
  readonly enter: (node: NodeName) => readonly string[]
  /** Whether the links are as slow as the topology says. */
  readonly shaped: boolean
  /** `nodes`: what is to be looked at stands on the nodes themselves, which answer SSH. */
  readonly within: 'network' | 'nodes'
}

/** Idempotent: a healthy lab of the same topology is left as it is; anything else of this id is taken down first. */
export async function labUp(o: UpOptions): Promise<Fleet> {
  const l = layoutOf(o.id, o.stateDir)
  const raised = isRoot() ? await makeRoom(o.topology.nodes.length) : undefined
  if (raised !== undefined) o.log.warn(raised)
  const only: Requirement['needed'][] = hasContainers(o.topology) ? ['lab', 'containers'] : ['lab']
  const refusal = refusalOf(await doctor({ signal: o.signal, only }))
  if (refusal) throw refusal
  await using _ = await lock(l, 'up', 120_000, o.signal)
  const digest = createHash('sha256')
    .update(JSON.stringify([o.topology, o.shaping ?? 'auto', o.delayHelper !== undefined]))
    .digest('hex')
  const found = await markerOf(l)
  if (found?.running && found.digest === digest && (await healthy(found.topology, l, found.running, o.signal))) {
    o.log.info(`the lab ${l.id} is up already`)
    const fleet = labFleet(found.topology, l, found.running)
    await o.verify?.(
      { fleet, enter: entryOf(l), shaped: fleet.lab?.shaping !== 'none', within: withinOf(o.topology) },
      o.signal,
    )
    return fleet
  }
  await clear(l, o.signal)
  try {
    return await build(o, l, digest)
  } catch (error) {
    await clear(l, AbortSignal.timeout(60_000))
    throw error
  }
}

/** Takes everything of this lab away, whatever state it is in, and nothing else. */
export async function labDown(o: LabOptions): Promise<void> {
  const l = layoutOf(o.id, o.stateDir)
  const refusal = refusalOf(
    await doctor({ signal: o.signal, list: checks.filter((c) => ['root', 'iproute2'].includes(c.name)) }),
  )
  if (refusal) throw refusal
  await using _ = await lock(l, 'down', 120_000, o.signal)
  await clear(l, o.signal)
}

const entryOf =
  (l: Layout) =>
  (node: NodeName): readonly string[] =>
    enter(nodeNamespace(l, node))

const poweredOf = (t: Topology): Topology['nodes'] => t.nodes.filter((n) => n.powered)

const withinOf = (t: Topology): RunningLab['within'] =>
  t.nodes.some((n) => insideUnit(n) !== null) ? 'nodes' : 'network'

/**
 * NATs that stand before the nodes are looked at while these boot, and before links are slow: the rules that are measured are there already.
 */
async function build(o: UpOptions, l: Layout, digest: string): Promise<Fleet> {
  const t = o.topology,
    at = pathsOf(l)
  const marker: Marker = { phase: 'starting', digest, topology: t }
  await mark(l, marker)
  await makeCgroups(l, ['work', 'shaper', ...t.nodes.map((n) => `${n.name}/keeper`)])
  const doing = { cgroup: `${cgroupOf(l)}/work`, signal: o.signal }
  const network = perform(compileNetwork(t, l), doing)
  const within = withinOf(t)
  const verify = async (hostKeys: Running['hostKeys']): Promise<void> => {
    const fleet = labFleet(t, l, { shaping: 'none', hostKeys })
    await o.verify?.({ fleet, enter: entryOf(l), shaped: false, within }, o.signal)
    if (o.verify !== undefined) o.log.info('network verified')
  }
  const looked = network.then(async () => {
    o.log.info(`${namespacesOf(t, l).length} namespaces`)
    if (within === 'network') await verify({})
  })
  await allOrFirstFailure([looked, boot(o, l, network, doing)])
  if (within === 'nodes') await verify(await pins(t, l))
  const running: Running = { shaping: await shape(o, l, doing), hostKeys: await pins(t, l) }
  o.log.info(`shaping ${running.shaping}`)
  const fleet = labFleet(t, l, running)
  await writeText(at.fleet, fleetYaml(fleet))
  await mark(l, { ...marker, phase: 'up', running })
  return fleet
}

type Doing = { readonly cgroup: string; readonly signal: AbortSignal }

async function boot({ topology: t, log }: UpOptions, l: Layout, network: Promise<void>, doing: Doing): Promise<void> {
  const accounts = { passwd: (await readText('/etc/passwd')) ?? '', group: (await readText('/etc/group')) ?? '' }
  const overlay = await exec(overlayProbe(l), { ...doing, timeoutMs: 10_000 })
  if (overlay.code !== 0)
    log.warn(
      `each node has a copy of its tree, which takes longer: no overlay on the file system of ${l.stateDir} (${overlay.stderr.trim().split('\n').at(-1) ?? ''})`,
    )
  await perform(compileTrees(t, l, accounts, overlay.code === 0 ? 'overlay' : 'copy'), doing)
  await perform(compileInside(t, l), doing)
  log.info(`${t.nodes.length} root trees`)
  await network
  const on = poweredOf(t)
  for (const n of on) startNode(l, n.name)
  await banners(on, l, { ...doing, timeoutMs: 60_000 })
  log.info(`ssh on ${on.length} nodes`)
  const inside = await Promise.all(on.map((n) => insideUp(n, l, doing)))
  if (inside.includes(true)) log.info(`containers and namespaces on ${inside.filter(Boolean).length} nodes`)
}

async function shape(o: UpOptions, l: Layout, doing: Doing): Promise<LabInfo['shaping']> {
  if (o.shaping === 'none') return 'none'
  const netem = await exec(netemProbe(l), { ...doing, timeoutMs: 10_000 })
  if (netem.code === 0) {
    await perform(compileShaping(o.topology, l, 'netem'), doing)
    return 'netem'
  }
  const lacking =
    o.delayHelper === undefined
      ? 'no delay helper was given'
      : refusalOf(await doctor({ signal: o.signal, only: ['shaping'] }))?.message
  if (o.delayHelper === undefined || lacking !== undefined) {
    o.log.warn(`delay and loss are not covered: no netem in this kernel, and ${lacking}`)
    return 'none'
  }
  const shaper = `${cgroupOf(l)}/shaper`,
    at = pathsOf(l)
  daemon(delayArgv(o.topology, l, o.delayHelper), shaper, at.shaperLog)
  const patience = AbortSignal.any([o.signal, AbortSignal.timeout(10_000)])
  for (;;) {
    const said = (await readText(at.shaperLog)) ?? ''
    if (said.includes('"ready"')) break
    await pause(10, undefined, { signal: patience }).catch(() => {
      o.signal.throwIfAborted()
      throw new Failure({
        code: 'I221',
        message: `the delay helper ${o.delayHelper} did not become ready: ${said.trim().slice(-300) || 'it said nothing'}`,
      })
    })
  }
  await perform(compileShaping(o.topology, l, 'nfqueue'), doing)
  return 'nfqueue'
}

async function pins(t: Topology, l: Layout): Promise<Record<string, string>> {
  const keys = await Promise.all(
    t.nodes.map(
      async (n) =>
        [
          n.name,
          ((await readText(`${pathsOf(l).root(n.name)}/etc/ssh/ssh_host_ed25519_key.pub`)) ?? '')
            .split(' ')
            .slice(0, 2)
            .join(' '),
        ] as const,
    ),
  )
  return Object.fromEntries(keys)
}

async function healthy(t: Topology, l: Layout, running: Running, signal: AbortSignal): Promise<boolean> {
  const present = new Set(namespacesPresent(l))
  if (!namespacesOf(t, l).every((name) => present.has(name))) return false
  if (running.shaping === 'nfqueue' && !(await populated(`${cgroupOf(l)}/shaper`))) return false
  if ((await Promise.all(poweredOf(t).map((n) => leaderOf(l, n.name)))).includes(undefined)) return false
  if (!(await insideHealthy(t, l, signal))) return false
  return banners(poweredOf(t), l, { signal, timeoutMs: 5000 }).then(
    () => true,
    () => {
      signal.throwIfAborted()
      return false
    },
  )
}

async function clear(l: Layout, signal: AbortSignal): Promise<void> {
  const limited = AbortSignal.any([signal, AbortSignal.timeout(60_000)])
  await clearCgroup(cgroupOf(l), true, limited)
  await clearNamespaces(l, limited)
  await clearState(l, pathsOf(l).marker, limited)
}
