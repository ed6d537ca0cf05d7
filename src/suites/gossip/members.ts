/** Members in action: each node's own list, then one node is killed and started again, and the lists are read each time. */
import { killService, startService } from '../../commands/victim.ts'
import { notRead, thereIs, type Read, type RunningProof } from '../../domain/evidence.ts'
import type { FleetNode, NodeName } from '../../domain/fleet.ts'
import { fillTemplate } from '../../domain/program.ts'
import { victimOf } from '../../domain/suites/gossip/draws.ts'
import { isListed } from '../../domain/suites/gossip/membership.ts'
import type { MembersUse } from '../../domain/suites/gossip/use.ts'
import type { GossipWork, MembersItem, Phase, VictimItem } from '../../domain/suites/gossip/work.ts'
import { asFailure, onEachNode } from '../../instruments/per-node.ts'
import { provenProcess } from '../../instruments/process.ts'
import type { Command } from '../../commands/command.ts'
import type { Bench, StoreItem } from '../bench.ts'
import { instruct } from '../instruct.ts'
import { serviceOf } from './broadcast.ts'

const instructSeconds = 10
const lookEveryMs = 1000
/** Of a list; a program may print what it likes. */
const mostMembers = 500

type Work = NonNullable<GossipWork['members']>
type Keep = StoreItem<'gossip'>

export async function killOne(bench: Bench, work: Work, peers: readonly FleetNode[], keep: Keep): Promise<void> {
  const use = bench.plan.profile.gossip?.members
  if (use == null) return
  const names = peers.map((n) => n.name)
  const victim = victimOf(peers)?.name
  await lookUntil(bench, use, work, 'before', names, (list, node) => hasAll(bench, list, names, node), keep)
  if (victim === undefined) return
  const rest = names.filter((n) => n !== victim)
  bench.world.log.info(`test: the service of ${victim} is killed, and started again`)
  const ended = await proofOn(bench, victim)
  try {
    await keep(
      await did(bench, 'killed', victim, (unit, lease) => killService(unit, lease, 60 + 2 * work.withinSeconds)),
    )
    await lookUntil(
      bench,
      use,
      work,
      'down',
      rest,
      (list, node) => hasAll(bench, list, rest, node) && !isListed(list, bench.subjects.peerIds.get(victim)),
      keep,
    )
    await keep(await did(bench, 'looked', victim, null))
  } finally {
    await keep(await did(calm(bench), 'started', victim, startService))
  }
  const started = await proofOn(bench, victim)
  if (ended !== null && started !== null) bench.restarted.push({ ended, started })
  await lookUntil(bench, use, work, 'back', names, (list, node) => hasAll(bench, list, names, node), keep)
}

/** Null: nothing runs, or it cannot be read; then what happened is no doing of ours that anybody could check. */
async function proofOn({ world, plan }: Bench, node: NodeName): Promise<RunningProof | null> {
  const read = await onEachNode([node], world.signal, (name) =>
    provenProcess(world, name, plan.config.deploy.serviceName),
  )
  return read.done.get(node)?.proof ?? null
}

/** A run that was ended starts what it killed all the same. */
const calm = (bench: Bench): Bench =>
  bench.world.signal.aborted ? { ...bench, world: { ...bench.world, signal: AbortSignal.timeout(8000) } } : bench

const hasAll = ({ subjects }: Bench, list: readonly string[], names: readonly NodeName[], node: NodeName): boolean =>
  names.every((n) => n === node || !subjects.peerIds.has(n) || isListed(list, subjects.peerIds.get(n)))

/** Each node until its list is as it should be, or the time is over; the last list of each is kept. */
async function lookUntil(
  bench: Bench,
  use: MembersUse,
  { withinSeconds }: Work,
  phase: Phase,
  names: readonly NodeName[],
  right: (list: readonly string[], node: NodeName) => boolean,
  keep: Keep,
): Promise<void> {
  const { world } = bench
  const until = world.clock.now() + withinSeconds * 1000
  const last = new Map<NodeName, MembersItem>()
  for (let open = names; open.length > 0;) {
    const began = world.clock.now()
    const lists = await Promise.all(open.map((node) => listOf(bench, use, phase, node)))
    lists.forEach((item) => last.set(item.node, item))
    open = open.filter((node) => {
      const members = last.get(node)?.members
      return members?.kind !== 'there' || !right(members.value, node)
    })
    if (began >= until) break
    if (open.length > 0) await world.clock.sleep(lookEveryMs, world.signal)
  }
  for (const node of names) {
    const item = last.get(node)
    if (item !== undefined) await keep(item)
  }
}

async function listOf(bench: Bench, use: MembersUse, phase: Phase, node: NodeName): Promise<MembersItem> {
  const { world, test, subjects } = bench
  const startedAt = world.clock.now()
  const { end, output } = await instruct(bench, node, {
    why: 'members',
    args: fillTemplate('members', use.list, serviceOf(bench, node)),
    stdin: null,
    seconds: instructSeconds,
  })
  const lines = output.split('\n').flatMap((l) => (/^[\x21-\x7e]{1,200}$/.test(l.trim()) ? [l.trim()] : []))
  const members: Read<readonly string[]> =
    end.kind === 'fault'
      ? notRead(end.message)
      : thereIs(end.kind === 'exit' && end.code === 0 ? lines.slice(0, mostMembers) : [])
  return {
    kind: 'members',
    id: `${test}.members.${phase}.${node}`,
    node,
    phase,
    peerId: subjects.peerIds.get(node) ?? null,
    members,
    startedAt,
    endedAt: world.clock.now(),
  }
}

type Step = (
  unit: string,
  lease: { readonly service: string; readonly holder: string; readonly fence: number },
) => Command

/** Does it, and looks at what runs then; what could not be done is not read. */
async function did(bench: Bench, what: VictimItem['did'], node: NodeName, step: Step | null): Promise<VictimItem> {
  const { world, plan, test } = bench
  const unit = plan.config.deploy.serviceName
  const startedAt = world.clock.now()
  const running = await doneAndRead(bench, node, unit, step)
  return {
    kind: 'victim',
    id: `${test}.victim.${what}.${node}`,
    node,
    did: what,
    running,
    startedAt,
    endedAt: world.clock.now(),
  }
}

async function doneAndRead(
  bench: Bench,
  node: NodeName,
  unit: string,
  step: Step | null,
): Promise<VictimItem['running']> {
  const { world } = bench
  try {
    if (step !== null) {
      const { session: holder, fences } = world.tables
      const lease = { service: unit, holder, fence: fences.get(node) ?? 0 }
      const { code, stderr } = await (
        await world.remote(node)
      ).run(step(unit, lease), { timeoutMs: 30_000, signal: world.signal })
      if (code !== 0) return notRead(`exit ${String(code)}: ${stderr.trim().slice(-200)}`)
    }
    const { proof } = await provenProcess(world, node, unit)
    return proof === null
      ? { kind: 'absent' }
      : thereIs({ pid: proof.pid, image: proof.image, startedAt: proof.startedAt })
  } catch (error) {
    if (!bench.world.signal.aborted) return notRead(asFailure(error, node).message)
    throw error
  }
}
