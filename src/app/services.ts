/** The services that a session started on its nodes: stopped, left running, rolled back or removed; what each node is left on. */
import type { Command } from '../commands/command.ts'
import { diagnoseNode } from '../commands/remedies.ts'
import { stopStarted } from '../commands/halt.ts'
import type { LeaseHeld } from '../commands/release.ts'
import { rollBack, rollbackWords, type Back } from '../commands/rollback.ts'
import { removeUnit } from '../commands/service.ts'
import { Failure } from '../domain/failure.ts'
import type { FleetNode, NodeName } from '../domain/fleet.ts'
import { heartbeatMs } from '../domain/lease-policy.ts'
import type { ProgramPlan } from '../domain/plan.ts'
import { onEachNode } from '../instruments/per-node.ts'
import { provenProcess } from '../instruments/process.ts'
import type { Execution, LeaseTerms, Nodes } from '../ports.ts'
import { awaitRunning } from '../stages/parts/await-running.ts'
import { giveLeasesBack, takeLeases } from '../stages/parts/leases.ts'
import { deployedUnitOf, type UnitPlan } from '../stages/parts/units.ts'

export const serviceWishes = ['stop', 'keep', 'rollback', 'remove'] as const
export type ServiceWish = (typeof serviceWishes)[number]

const ends = ['kept', 'stopped', 'back', 'removed', 'other', ...rollbackWords] as const
type End = (typeof ends)[number]

export interface ServiceAfter {
  readonly node: NodeName
  readonly unit: string
  readonly did: End
  /** Hash of the program that runs there now, by the kernel; null: none does. */
  readonly runs: string | null
}

export interface ServicesAfter {
  readonly services: readonly ServiceAfter[]
  /** Of nodes on which it could not be done: typed again, the same command does it there. */
  readonly failed: ReadonlyMap<NodeName, Failure>
}

type ServiceWorld = Execution & Nodes & LeaseTerms

export interface ServiceWork {
  readonly plan: ProgramPlan
  /** Of the lease under which it is done: what another holds stays as it is. */
  readonly holder: string
  readonly nodes: readonly NodeName[]
}

/** `keep` changes nothing; each of the others acts under a lease, on all nodes at once. */
export function settleServices(world: ServiceWorld, work: ServiceWork, wish: ServiceWish): Promise<ServicesAfter> {
  const { project, deploy } = work.plan.config
  switch (wish) {
    case 'keep':
      return keepServices(world, work)
    case 'stop':
      return changeServices(world, work, async (name, { unit }, lease) =>
        answerOf(await ran(world, name, stopStarted(unit.name, deploy.installPath, work.holder, lease)), [
          'stopped',
          'absent',
          'foreign',
          'found',
        ]),
      )
    case 'rollback':
      return rollServicesBack(world, work, () => ({ kind: 'before', by: work.holder }))
    case 'remove':
      return changeServices(world, work, async (name, { unit }, lease) =>
        answerOf(await ran(world, name, removeUnit(unit.name, deploy.installPath, project, lease)), [
          'removed',
          'absent',
          'foreign',
          'other',
        ]),
      )
  }
}

/** Each node to a release of its own; done when the kernel says that it runs. */
export const rollServicesBack = (
  world: ServiceWorld,
  work: ServiceWork,
  backOf: (node: NodeName) => Back,
): Promise<ServicesAfter> =>
  changeServices(world, work, async (name, { unit, listens }, lease) => {
    const { installPath } = work.plan.config.deploy
    const asked = { unit: unit.name, name: work.plan.config.binary.name, installPath, back: backOf(name) }
    const said = (await ran(world, name, rollBack(asked, lease))).trim().split('\n').at(-1) ?? ''
    const [, sha256] = /^runs ([0-9a-f]{64})$/.exec(said) ?? []
    if (sha256 === undefined) return answerOf(said, rollbackWords)
    const look = () => provenProcess(world, name, unit.name)
    // Which port an older release binds, only it knows.
    const wanted = { unit, listens: { ...listens, port: 0 }, sha256 }
    await awaitRunning(world, nodeOf(world, name), wanted, await look(), look)
    return 'back'
  })

const keepServices = async (world: ServiceWorld, { plan, nodes }: ServiceWork): Promise<ServicesAfter> => {
  const seen = await onEachNode(nodes, world.signal, async (node): Promise<ServiceAfter | null> => {
    const planned = deployedUnitOf(plan, nodeOf(world, node))
    if (planned === null) return null
    const runs = (await provenProcess(world, node, planned.unit.name)).proof?.exeSha256 ?? null
    return { node, unit: planned.unit.name, did: 'kept', runs }
  })
  return { services: [...seen.done.values()].filter((s) => s !== null), failed: seen.failed }
}

async function changeServices(
  world: ServiceWorld,
  { plan, holder, nodes }: ServiceWork,
  change: (node: NodeName, unit: UnitPlan, lease: LeaseHeld) => Promise<End>,
): Promise<ServicesAfter> {
  const service = plan.config.deploy.serviceName
  const ours = nodes.filter((n) => deployedUnitOf(plan, nodeOf(world, n)) !== null)
  const leases = await takeLeases(world, plan, holder, ours, heartbeatMs)
  const done = await onEachNode([...leases.done.keys()], world.signal, async (node): Promise<ServiceAfter> => {
    const planned = deployedUnitOf(plan, nodeOf(world, node)) as UnitPlan
    world.log.progress(`service ${node}`, `${node}: ${planned.unit.name}`)
    const did = await change(node, planned, { service, holder, fence: leases.done.get(node) ?? 0 })
    const runs = (await provenProcess(world, node, planned.unit.name)).proof?.exeSha256 ?? null
    return { node, unit: planned.unit.name, did, runs }
  })
  return { services: [...done.done.values()], failed: new Map([...leases.failed, ...done.failed]) }
}

/** Also after Ctrl-C: whoever comes next is not to wait for a lease that nobody uses. */
export async function withLeasesBack<T>(world: ServiceWorld, work: ServiceWork, running: Promise<T>): Promise<T> {
  try {
    return await running
  } finally {
    await givenBack(world, work)
  }
}

async function givenBack(world: ServiceWorld, { plan, holder, nodes }: ServiceWork): Promise<void> {
  const calm = { ...world, signal: world.signal.aborted ? AbortSignal.timeout(4000) : world.signal }
  await giveLeasesBack(calm, plan, holder, nodes).catch(() => undefined)
}

async function ran(world: Execution & Nodes, name: NodeName, command: Command): Promise<string> {
  const remote = await world.remote(name)
  const { code, stdout, stderr } = await remote.run(command, { timeoutMs: 120_000, signal: world.signal })
  if (code === 0) return stdout
  throw new Failure({
    code: 'I148',
    node: name,
    message: `${name}: ${command.why} ended with ${String(code)}: ${(stderr || stdout).trim().slice(-200)}`,
    remedy: diagnoseNode(name, world.fleet),
  })
}

function answerOf(stdout: string, words: readonly End[]): End {
  const last = stdout.trim().split('\n').at(-1)
  const found = words.find((word) => word === last)
  if (found === undefined) throw new Error(`an answer that is none: ${stdout.trim().slice(-200)}`)
  return found
}

const nodeOf = (world: Nodes, name: NodeName): FleetNode => {
  const node = world.fleet.nodes.find((n) => n.name === name)
  if (node === undefined) throw new Error(`no node ${name} in fleet ${world.fleet.name}`)
  return node
}

const sentences: Readonly<Record<End, (unit: string, runs: string) => string>> = {
  kept: (unit, runs) => (runs === '' ? `${unit} does not run` : `${unit} runs ${runs} still`),
  stopped: (unit) => `${unit} was stopped, and stays so at the next boot`,
  back: (unit, runs) => `${unit} runs ${runs} again`,
  removed: (unit) => `${unit} was removed, with its releases and its data`,
  absent: (unit) => `there is no ${unit}`,
  foreign: (unit) => `${unit} was not written by vps-test and stays as it is`,
  other: (unit) => `${unit} is another project's and stays as it is`,
  found: (unit, runs) =>
    `${unit} was there before this session, and stays as it is (${runs === '' ? 'it does not run' : `runs ${runs}`})`,
  none: (unit) => `${unit} was stopped: nothing ran before`,
  unknown: (unit, runs) =>
    `${unit} stays as it is (${runs === '' ? 'it does not run' : `runs ${runs}`}): no other release is written down as the one before`,
  missing: (unit) => `${unit} stays as it is: that release lies there no more`,
  damaged: (unit) => `${unit} stays as it is: that release is not what its name says`,
}

/** One line for what several nodes have in common. */
export const serviceLines = ({ services, failed }: ServicesAfter): readonly string[] => [
  ...[...Map.groupBy(services, (s) => sentences[s.did](s.unit, s.runs?.slice(0, 12) ?? ''))].map(
    ([what, on]) => `${what}, on ${on.map((s) => s.node).join(', ')}`,
  ),
  ...[...failed].map(([node, f]) => `${node}: its service stays as it is: ${f.message.replace(`${node}: `, '')}`),
]

/** Each node answered, and none was left with what was to be changed. */
export const allSettled = ({ services, failed }: ServicesAfter): boolean =>
  failed.size === 0 && services.every((s) => !['unknown', 'missing', 'damaged'].includes(s.did))
