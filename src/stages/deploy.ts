/**
 * DEPLOY: registry, then one gatekeeper, then the rest, bootstrap nodes last; then everybody must be registered (spec
 * §4, issue of the order: kamal's barrier).
 */
import { gzipSync, zstdCompressSync, constants } from 'node:zlib'
import { Failure, failureFacts } from '../domain/failure.ts'
import type { FleetNode, NodeName } from '../domain/fleet.ts'
import type { Exclusion } from '../domain/events/facts.ts'
import { sha256 } from '../domain/ledger.ts'
import type { Plan } from '../domain/plan.ts'
import { quorumFault } from '../domain/quorum.ts'
import type { Session } from '../domain/session.ts'
import type { LeaseTerms, NodeHttp, Nodes, Execution, SessionFolder, SessionRecord } from '../ports.ts'
import { onEachNode } from '../instruments/per-node.ts'
import { keptBinary } from './build.ts'
import { leaseFleet } from './parts/busy.ts'
import { receiveOn, switchOn, type Deployed, type NodeJob, type Shipment } from './parts/deploy-node.ts'
import { awaitRegistration } from './parts/registration.ts'
import { rosterOf, withCause } from './parts/roster.ts'
import type { Stage } from './stage.ts'
import { unitOf } from './parts/units.ts'

export const deploy: Stage<
  'DEPLOY',
  Execution & Nodes & NodeHttp & SessionRecord & SessionFolder & LeaseTerms
> = async (plan, session, world) => {
  const roster = rosterOf(plan, session)
    .map((n) => world.fleet.nodes.find((f) => f.name === n))
    .filter((n): n is FleetNode => n !== undefined)
  // After a push the fleet is not ours any more.
  const leases = await leaseFleet(
    plan,
    session,
    world,
    roster.map((n) => n.name),
  )
  if ('event' in leases) return leases
  const shipment = await pack(world, plan, session)
  const done = new Map<NodeName, Deployed>()
  const excluded: Exclusion[] = [...leases.failed].map(([node, f]) => exclusion(node, f))
  const facts = () => ({
    excluded: [...excluded],
    binarySha256: shipment.release.sha256,
    deployed: Object.fromEntries(
      [...done].map(([n, d]) => [
        n,
        {
          sha256: d.proof.exeSha256,
          skipped: d.skipped,
          sentBytes: d.sentBytes,
          foreignUnit: d.foreignUnit,
          pid: d.proof.pid,
        },
      ]),
    ),
  })
  const jobs = new Map(
    roster
      .flatMap((node) => jobOf(plan, session, node, shipment, leases.done.get(node.name)))
      .map((job) => [job.node.name, job]),
  )
  const leaveOut = (failed: ReadonlyMap<NodeName, Failure>): void =>
    failed.forEach((f, n) => {
      jobs.delete(n)
      excluded.push(exclusion(n, f))
      world.log.warn(`${n}: left out: ${f.message}`)
    })
  const left = (): readonly NodeName[] => roster.map((n) => n.name).filter((n) => !excluded.some((e) => e.node === n))

  world.log.info(
    `deploy: ${shipment.release.name} ${shipment.release.sha256.slice(0, 12)} to ${roster.length} nodes, ${shipment.packed.zstd.length} bytes each`,
  )
  // Everybody receives at once, since that changes nothing that runs; the gatekeeper decides about switching.
  const sent = await onEachNode([...jobs.keys()], world.signal, (name) => receiveOn(world, jobs.get(name) as NodeJob))
  leaveOut(sent.failed)
  const wave = async (nodes: readonly FleetNode[]): Promise<readonly Failure[]> => {
    const result = await onEachNode(
      nodes.map((n) => n.name).filter((n) => jobs.has(n)),
      world.signal,
      (name) => switchOn(world, jobs.get(name) as NodeJob, sent.done.get(name) ?? 0),
    )
    result.done.forEach((d, n) => done.set(n, d))
    leaveOut(result.failed)
    return [...result.failed.values()]
  }
  const registry = (await wave(roster.filter((n) => n.role === 'registry'))).find((f) => f.kind === 'product')
  if (registry !== undefined)
    return {
      event: 'failed',
      why: `the registry does not run, no peer was switched: ${registry.message}`,
      facts: facts(),
    }
  const rest = roster
    .filter((n) => (n.role === 'test' || n.role === 'nat') && jobs.has(n.name))
    .sort((a, b) => Number(a.nat !== 'none') - Number(b.nat !== 'none'))
  let first = 0
  for (; first < rest.length; first++) {
    const failures = await wave(rest.slice(first, first + 1))
    const broken = failures.find((f) => f.kind === 'product')
    if (broken !== undefined)
      return {
        event: 'failed',
        why: `the gatekeeper node failed, no other peer was switched: ${broken.message}`,
        facts: facts(),
      }
    if (failures.length === 0) break
  }
  await wave(rest.slice(first + 1))
  await wave(roster.filter((n) => n.role === 'bootstrap'))
  const early = quorumFault(plan, left())
  if (early !== null) return { event: 'unrecoverable', why: withCause(early, excluded), facts: facts() }

  const registered = await awaitRegistration(
    world,
    plan,
    left().filter((n) => roster.some((r) => r.name === n && r.role !== 'registry')),
  )
  for (const [node, message] of registered.missing) excluded.push({ node, stage: 'DEPLOY', code: 'P012', message })
  const fault = quorumFault(plan, left())
  const all = { ...facts(), peerIds: Object.fromEntries(registered.peerIds) }
  if (fault !== null) return { event: 'unrecoverable', why: withCause(fault, excluded), facts: all }
  const skipped = [...done.values()].filter((d) => d.skipped).length
  return {
    event: 'deployed',
    why: `${done.size} nodes run ${shipment.release.sha256.slice(0, 12)}${skipped === 0 ? '' : ` (${skipped} did already)`}${excluded.length === 0 ? '' : `; left out: ${excluded.map((e) => e.node).join(', ')}`}`,
    facts: all,
  }
}

/** None where nothing of ours runs, where the lease is not ours, and on bootstrap nodes that are never deployed. */
function jobOf(
  plan: Plan,
  session: Session,
  node: FleetNode,
  shipment: Shipment,
  fence: number | undefined,
): readonly NodeJob[] {
  const unit = unitOf(plan, node)
  if (unit === null || fence === undefined || (node.role === 'bootstrap' && plan.config.deploy.bootstrap === 'never'))
    return []
  const ready = session.newest.SETUP
  const seen = ready?.event === 'ready' ? ready.facts.nodes[node.name] : undefined
  const libc = seen?.glibc ? ({ kind: 'glibc', version: seen.glibc } as const) : ({ kind: 'unknown' } as const)
  return [
    { plan, node, unit, shipment, lease: { holder: session.id, fence }, runtime: { arch: seen?.machine ?? '', libc } },
  ]
}

/** Compressed once, whatever the number of nodes. */
async function pack(world: SessionFolder, plan: Plan, session: Session): Promise<Shipment> {
  const binary = await world.files.read(keptBinary)
  const built = session.newest.BUILD?.event === 'built' ? session.newest.BUILD.facts.build.sha256 : undefined
  if (sha256(binary) !== built)
    throw new Failure({
      code: 'H021',
      message: `the binary to deploy is not the one that was built: ${sha256(binary).slice(0, 12)} instead of ${built?.slice(0, 12) ?? 'none'}`,
    })
  const zstd = new Uint8Array(zstdCompressSync(binary, { params: { [constants.ZSTD_c_compressionLevel]: 9 } }))
  let gzip: Uint8Array | undefined
  return {
    binary,
    packed: { zstd, gzip: () => (gzip ??= new Uint8Array(gzipSync(binary))) },
    release: {
      name: plan.config.binary.name,
      installPath: plan.config.deploy.installPath,
      sha256: sha256(binary),
      bytes: binary.length,
    },
  }
}

const exclusion = (node: NodeName, f: Failure): Exclusion => ({
  node,
  stage: 'DEPLOY',
  ...failureFacts(f),
  message: f.message.slice(0, 400),
})
