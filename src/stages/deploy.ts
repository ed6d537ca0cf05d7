/**
 * DEPLOY: registry, then one gatekeeper, then the rest, bootstrap nodes last, or first where nodes join by them; then everybody must be registered (spec
 * §4, issue of the order: kamal's barrier).
 */
import { gzipSync, zstdCompressSync, constants } from 'node:zlib'
import { Failure, failureFacts } from '../domain/failure.ts'
import type { FleetNode } from '../domain/fleet.ts'
import { sha256 } from '../domain/ledger.ts'
import type { Plan } from '../domain/plan.ts'
import { quorumFault } from '../domain/quorum.ts'
import type { Session } from '../domain/session.ts'
import type { StageResult } from '../domain/events/entry.ts'
import type { LeaseTerms, NodeHttp, Nodes, Execution, Randomness, SessionFolder, SessionRecord } from '../ports.ts'
import type { PerNode } from '../instruments/per-node.ts'
import { keptBinary } from './build.ts'
import { leaseFleet } from './parts/busy.ts'
import type { NodeJob, Shipment } from './parts/deploy-node.ts'
import { occupiedBy } from './parts/occupied.ts'
import { diagnosisFolder, explained, storeDiagnosis } from './parts/diagnosed.ts'
import { awaitRegistration } from './parts/registration.ts'
import { rolloutOf, type Rollout } from './parts/rollout.ts'
import { rosterOf, withCause } from './parts/roster.ts'
import { awaitTurn, giveTurnBack } from './parts/test-turn.ts'
import type { Stage } from './stage.ts'
import { watchSoak } from './parts/soak-watch.ts'
import { deployedUnitOf } from './parts/units.ts'

type DeployWorld = Execution & Nodes & NodeHttp & Randomness & SessionRecord & SessionFolder & LeaseTerms
type DeployStage = Stage<'DEPLOY', DeployWorld>

export const deploy: DeployStage = async (plan, session, world) => {
  try {
    return await deployTo(plan, session, world)
  } finally {
    await storeDiagnosis(world, session.counters.deploys + 1)
  }
}

const deployTo: DeployStage = async (plan, session, world) => {
  const roster = rosterOf(plan, session)
    .map((n) => world.fleet.nodes.find((f) => f.name === n))
    .filter((n): n is FleetNode => n !== undefined)
  const names = roster.map((n) => n.name)
  // After a push the fleet is not ours any more.
  const leases = await leaseFleet(plan, session, world, names)
  if ('event' in leases) return leases
  const shipment = await pack(world, plan, session)
  // An upload and services that start would be on the wires on which another project's test measures.
  const turn = await awaitTurn(world, plan, session.id, [...leases.done.keys()])
  try {
    // SETUP asked before it waited for the fleet, and another project may have deployed meanwhile.
    const taken = await occupiedBy(world, plan, [...turn.done.keys()])
    if (taken !== null) return { event: 'unrecoverable', why: taken.message.slice(0, 1000), facts: failureFacts(taken) }
    return await ship(plan, session, world, roster, shipment, {
      done: new Map([...leases.done].filter(([n]) => turn.done.has(n))),
      failed: new Map([...leases.failed, ...turn.failed]),
    })
  } finally {
    const signal = world.signal.aborted ? AbortSignal.timeout(4000) : world.signal
    await giveTurnBack({ ...world, signal }, plan, session.id, [...turn.done.keys()]).catch(() => undefined)
  }
}

async function ship(
  plan: Plan,
  session: Session,
  world: DeployWorld,
  roster: readonly FleetNode[],
  shipment: Shipment,
  leases: PerNode<number>,
): Promise<StageResult<'DEPLOY'>> {
  const { release, packed } = shipment
  const jobs = roster.flatMap((node) => jobOf(plan, session, node, shipment, leases.done.get(node.name)))
  const rollout = rolloutOf(world, roster, leases, jobs, {
    plan,
    before: plan.nodes.length - roster.length,
    joinsByList: joinsByList(plan),
  })
  const facts = () => factsOf(rollout, release.sha256)
  const size = `${packed.zstd.length} bytes each`
  world.log.info(`deploy: ${release.name} ${release.sha256.slice(0, 12)} to ${roster.length} nodes, ${size}`)

  await rollout.receiveEverywhere()
  const registry = await rollout.switchRegistry()
  if (registry !== null)
    return {
      event: 'failed',
      why: `the registry does not run, no peer was switched: ${registry.message}`,
      facts: facts(),
    }
  const gatekeeper = await rollout.switchGatekeeper()
  if (gatekeeper !== null)
    return {
      event: 'failed',
      why: `the gatekeeper node failed, no other peer was switched: ${gatekeeper.message}`,
      facts: facts(),
    }
  await rollout.switchRest()
  const early = quorumFault(plan, rollout.remaining())
  if (early !== null) return { event: 'unrecoverable', why: withCause(early, rollout.excluded), facts: facts() }

  const peers = rollout.remaining().filter((n) => roster.some((r) => r.name === n && r.role !== 'registry'))
  const since = world.clock.now()
  const registered = await awaitRegistration(world, plan, peers)
  const folder = diagnosisFolder(session.counters.deploys + 1)
  for (const exclusion of await explained(world, plan, since, folder, registered.missing)) rollout.exclude(exclusion)
  const all = { ...facts(), peerIds: Object.fromEntries(registered.peerIds) }
  const fault = quorumFault(plan, rollout.remaining())
  if (fault !== null) return { event: 'unrecoverable', why: withCause(fault, rollout.excluded), facts: all }
  const there = new Set(rollout.remaining())
  await watchSoak(world, plan, session, new Map([...leases.done].filter(([n]) => there.has(n))))
  return { event: 'deployed', why: sentenceOf(rollout, release.sha256), facts: all }
}

/** The service's own arguments name the bootstrap nodes, which it may dial when it starts and then only. */
const joinsByList = ({ profile: { node } }: Plan): boolean => node.args.some((word) => word.includes('{bootstraps}'))

const factsOf = ({ done, excluded }: Rollout, binarySha256: string) => ({
  excluded: [...excluded],
  binarySha256,
  deployed: Object.fromEntries(
    [...done].map(([node, { proof, skipped, sentBytes, foreignUnit }]) => [
      node,
      { sha256: proof.exeSha256, skipped, sentBytes, foreignUnit, pid: proof.pid },
    ]),
  ),
})

function sentenceOf({ done, excluded }: Rollout, sha256: string): string {
  const skipped = [...done.values()].filter((d) => d.skipped).length
  const already = skipped === 0 ? '' : ` (${skipped} did already)`
  const without = excluded.length === 0 ? '' : `; left out: ${excluded.map((e) => e.node).join(', ')}`
  return `${done.size} nodes run ${sha256.slice(0, 12)}${already}${without}`
}

/** None where nothing of ours runs, where the lease is not ours, and on bootstrap nodes that are never deployed. */
function jobOf(
  plan: Plan,
  session: Session,
  node: FleetNode,
  shipment: Shipment,
  fence: number | undefined,
): readonly NodeJob[] {
  const unit = deployedUnitOf(plan, node)
  if (unit === null || fence === undefined) return []
  const ready = session.newest.SETUP
  const seen = ready?.event === 'ready' ? ready.facts.nodes[node.name] : undefined
  const libc = seen?.glibc ? ({ kind: 'glibc', version: seen.glibc } as const) : ({ kind: 'unknown' } as const)
  return [
    {
      plan,
      node,
      unit,
      shipment,
      lease: { holder: session.id, fence },
      runtime: { arch: seen?.machine ?? '', libc },
      diagnosis: diagnosisFolder(session.counters.deploys + 1),
    },
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
