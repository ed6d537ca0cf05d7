/**
 * One node's deploy in two halves: receive beside what runs; then switch in one rename, restart, prove what runs. A
 * failure puts the old release back.
 */
import { diagnoseNode } from '../../commands/remedies.ts'
import type { Command } from '../../commands/command.ts'
import { enterPlaces } from '../../commands/place.ts'
import { inspectRelease, prune, receive, switchTo, type Release } from '../../commands/release.ts'
import { proveRunning, putBack, restartUnit, settleUnit, writeUnit } from '../../commands/service.ts'
import { elfFaults, readElf } from '../../domain/elf.ts'
import type { RunningProof } from '../../domain/evidence.ts'
import { Failure, isFailure } from '../../domain/failure.ts'
import type { FleetNode } from '../../domain/fleet.ts'
import type { ProgramPlan } from '../../domain/plan.ts'
import type { NodeRuntime } from '../../domain/runtime.ts'
import type { Nodes, Execution, SessionFolder } from '../../ports.ts'
import { parseProcess, provenProcess } from '../../instruments/process.ts'
import { awaitRunning } from './await-running.ts'
import { answered, runner } from './node-commands.ts'
import { withDiagnosis } from './diagnosed.ts'
import { recoverRoom, recoverStart, type Used } from './recover-start.ts'
import type { UnitPlan } from './units.ts'
import { messageOf } from '../../domain/text.ts'

export interface Shipment {
  readonly release: Release
  /** Compressed once for all nodes. */
  readonly packed: { readonly zstd: Uint8Array; readonly gzip: () => Uint8Array }
  readonly binary: Uint8Array
}

export interface Deployed {
  readonly proof: RunningProof
  readonly skipped: boolean
  readonly sentBytes: number
  readonly foreignUnit: boolean
}

export interface NodeJob {
  readonly plan: ProgramPlan
  readonly node: FleetNode
  readonly unit: UnitPlan
  readonly shipment: Shipment
  readonly lease: { readonly holder: string; readonly fence: number }
  readonly runtime: NodeRuntime
  /** Where in the session's folder is kept what a node tells of a failure. */
  readonly diagnosis: string
}

/**
 * Brings the release onto the node, beside what runs there; changes nothing that runs. Bytes sent; 0 when it lay there
 * already.
 */
export async function receiveOn(world: Execution & Nodes, job: NodeJob): Promise<number> {
  const {
    plan,
    node,
    shipment: { release, packed, binary },
    runtime,
  } = job
  const faults = elfFaults(readElf(binary), runtime, node.name)
  if (faults.length > 0)
    throw new Failure({
      code: 'I140',
      node: node.name,
      message: `${node.name}: ${plan.config.binary.name} cannot run there: ${faults.join('; ')}`,
      remedy: diagnoseNode(node.name, world.fleet),
    })
  const run = runner(world, node.name, await world.remote(node.name))
  const look = inspectRelease(release)
  const [said = ''] = await run([look], 'I142')
  const packing = answered(world.fleet, node.name, look, said, ['present', 'zstd', 'gzip'], 'I142')
  if (packing === 'present') return 0
  const data = packing === 'zstd' ? packed.zstd : packed.gzip()
  const send = () =>
    run([receive(release, packing)], 'I143', {
      stdin: data,
      onSent: (sent) => saying(world, node)(`uploading ${Math.floor((100 * sent) / data.length)} %`),
    })
  try {
    await send()
  } catch (error) {
    if (!isFailure(error, 'I150')) throw error
    await recoverRoom(world, job, error)
    await send()
  }
  return data.length
}

/** Makes the received release the running one, unless it is already; proves it, or puts the old one back. */
export async function switchOn(
  world: Execution & Nodes & SessionFolder,
  job: NodeJob,
  sentBytes: number,
): Promise<Deployed> {
  const {
    plan,
    node,
    unit,
    shipment: { release },
  } = job
  const name = unit.unit.name
  const say = saying(world, node)
  const held = { service: plan.config.deploy.serviceName, ...job.lease }
  const run = runner(world, node.name, await world.remote(node.name))
  const prove = proveRunning(name, node)
  await run(
    plan.config.deploy.preDeploy.map((text) => owners('pre-deploy', text)),
    'I147',
  )
  const write = writeUnit(unit.unit, held, plan.config.project)
  const look: Command = { kind: 'script', why: 'enter its network', idempotent: true, text: enterPlaces(node).raw }
  const [, wrote = '', before = ''] = await run([look, write, prove, prune(release)], ['I160', 'I144', 'I156', 'I144'])
  const unitState = answered(world.fleet, node.name, write, wrote, ['foreign', 'changed', 'same'], 'I144')
  const now = parseProcess(node.name, name, before).proof
  const forced = node.role === 'bootstrap' && plan.config.deploy.bootstrap === 'always'
  if (unitState === 'same' && now?.exeSha256 === release.sha256 && now.network !== 'another' && !forced) {
    say('already runs this binary')
    return { proof: now, skipped: true, sentBytes, foreignUnit: false }
  }
  const used: Used = new Set()
  // What ran before said things of its own.
  const since = world.clock.now()
  for (;;) {
    say('restarting')
    try {
      const proof = await start(world, job)
      say(`runs ${release.sha256.slice(0, 12)} as pid ${proof.pid}`)
      return { proof, skipped: false, sentBytes, foreignUnit: unitState === 'foreign' }
    } catch (error) {
      world.signal.throwIfAborted()
      // Asked before anything is put back: afterwards another program runs.
      const found =
        error instanceof Failure && error.kind === 'product'
          ? await withDiagnosis(world, node, plan, since, error, job.diagnosis)
          : { failure: error, diagnosis: null }
      if (await recoverStart(world, job, found, used)) continue
      await putBefore(world, job, found.failure)
      throw found.failure
    }
  }
}

/** Switches, starts and proves; then the owner's own commands. */
async function start(world: Execution & Nodes, job: NodeJob): Promise<RunningProof> {
  const { plan, node, unit, shipment, lease } = job
  const { release } = shipment
  const name = unit.unit.name
  const held = { service: plan.config.deploy.serviceName, ...lease }
  const run = runner(world, node.name, await world.remote(node.name))
  const [, , after = ''] = await run(
    [switchTo(release, held), restartUnit(name, held), proveRunning(name, node)],
    ['I145', 'P010', 'I156'],
  )
  const proof = await awaitRunning(
    world,
    node,
    { ...unit, sha256: release.sha256 },
    parseProcess(node.name, name, after),
    () => provenProcess(world, node.name, name),
  )
  const last = plan.config.deploy.postDeploy.map((text) => owners('post-deploy', text))
  await run([...last, settleUnit(name, release)], [...last.map(() => 'I146' as const), 'I144'])
  return proof
}

/** The first reason is what counts; a roll back that fails too is told beside it. */
async function putBefore(world: Execution & Nodes, job: NodeJob, reason: unknown): Promise<void> {
  const { plan, node, unit, shipment, lease } = job
  const name = unit.unit.name
  saying(world, node)('putting back what ran before')
  const run = runner(world, node.name, await world.remote(node.name))
  const told = { node: node.name, recognised: messageOf(reason).replace(`${node.name}: `, ''), nth: 1 }
  await run([putBack(name, shipment.release, { service: plan.config.deploy.serviceName, ...lease })], 'I148').then(
    ([was = '']) =>
      world.recoveries?.fire('put-back', {
        ...told,
        done: ended[was] ?? `what ran before was asked for, and the node said ${JSON.stringify(was.slice(0, 100))}`,
        ...(was === 'unknown' || was === 'none' ? { usedUp: true } : {}),
      }),
    (e: unknown) =>
      world.recoveries?.fire('put-back', { ...told, done: `could not be done: ${messageOf(e)}`, usedUp: true }),
  )
}

const ended: Readonly<Record<string, string>> = {
  back: 'the release of before runs again',
  same: 'the unit of before runs again',
  untouched: 'the release was not switched to',
  none: 'nothing ran before: the unit is stopped',
  unknown: 'what ran before is not known: the unit is stopped',
}

const saying =
  (world: Execution & Nodes, node: FleetNode) =>
  (text: string): void =>
    world.log.progress(`deploy ${node.name}`, `${node.name}: ${text}`)

/** A shell line that the project's owner wrote into the configuration; it may not be safe to run twice. */
const owners = (why: string, text: string): Command => ({ kind: 'script', why, idempotent: false, text })
