/**
 * One node's deploy in two halves: receive beside what runs; then switch in one rename, restart, prove what runs. A
 * failure puts the old release back.
 */
import { diagnoseNode } from '../../commands/remedies.ts'
import type { Command } from '../../commands/command.ts'
import { placeOf } from '../../commands/place.ts'
import {
  exitDigest,
  exitLeaseLost,
  exitNoSpace,
  inspectRelease,
  prune,
  receive,
  rollBack,
  switchTo,
  type Release,
} from '../../commands/release.ts'
import { parts, sequence } from '../../commands/sequence.ts'
import { proveRunning, restartUnit, restoreUnit, writeUnit } from '../../commands/service.ts'
import { elfFaults, readElf } from '../../domain/elf.ts'
import type { RunningProof } from '../../domain/evidence.ts'
import { Failure, type FailureCode } from '../../domain/failure.ts'
import type { Fleet, FleetNode } from '../../domain/fleet.ts'
import type { Plan } from '../../domain/plan.ts'
import type { NodeRuntime } from '../../domain/runtime.ts'
import type { Nodes, Remote, Execution } from '../../ports.ts'
import { parseProcess, provenProcess, type ProcessReading } from '../../instruments/process.ts'
import { portTaken } from './port-taken.ts'
import { listens, type UnitPlan } from './units.ts'
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
  readonly plan: Plan
  readonly node: FleetNode
  readonly unit: UnitPlan
  readonly shipment: Shipment
  readonly lease: { readonly holder: string; readonly fence: number }
  readonly runtime: NodeRuntime
}

/**
 * Brings the release onto the node, beside what runs there; changes nothing that runs. Bytes sent; 0 when it lay there
 * already.
 */
export async function receiveOn(
  world: Execution & Nodes,
  { plan, node, shipment: { release, packed, binary }, runtime }: NodeJob,
): Promise<number> {
  const faults = elfFaults(readElf(binary), runtime, node.name)
  if (faults.length > 0)
    throw new Failure({
      code: 'I140',
      node: node.name,
      message: `${node.name}: ${plan.config.binary.name} cannot run there: ${faults.join('; ')}`,
      remedy: diagnoseNode(node.name, world.fleet),
    })
  const run = runner(world, node.name, await world.remote(node.name))
  const [found = ''] = await run([inspectRelease(release)], 'I142')
  if (found === 'present') return 0
  const packing = found === 'zstd' ? 'zstd' : 'gzip'
  const data = packing === 'zstd' ? packed.zstd : packed.gzip()
  await run([receive(release, packing)], 'I143', {
    stdin: data,
    onSent: (sent) => saying(world, node)(`uploading ${Math.floor((100 * sent) / data.length)} %`),
  })
  return data.length
}

/** Makes the received release the running one, unless it is already; proves it, or puts the old one back. */
export async function switchOn(world: Execution & Nodes, job: NodeJob, sentBytes: number): Promise<Deployed> {
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
  const prove = proveRunning(name, placeOf(node.runtime))
  await run(
    plan.config.deploy.preDeploy.map((text) => owners('pre-deploy', text)),
    'I147',
  )
  const [unitState = '', before = ''] = await run(
    [writeUnit(unit.unit, held, plan.config.project), prove, prune(release)],
    'I144',
  )
  const now = parseProcess(node.name, name, before).proof
  const forced = node.role === 'bootstrap' && plan.config.deploy.bootstrap === 'always'
  if (unitState === 'same' && now?.exeSha256 === release.sha256 && !forced) {
    say('already runs this binary')
    return { proof: now, skipped: true, sentBytes, foreignUnit: false }
  }
  say('restarting')
  let old = ''
  try {
    const [was = '', , after = ''] = await run(
      [switchTo(release, held), restartUnit(name, held), prove],
      ['I145', 'P010', 'P010'],
      {
        done: (outputs) => {
          old = outputs[0] ?? ''
        },
      },
    )
    old = was
    const proof = await awaitRunning(world, node, unit, release.sha256, parseProcess(node.name, name, after))
    await run(
      plan.config.deploy.postDeploy.map((text) => owners('post-deploy', text)),
      'I146',
    )
    say(`runs ${release.sha256.slice(0, 12)} as pid ${proof.pid}`)
    return { proof, skipped: false, sentBytes, foreignUnit: unitState === 'foreign' }
  } catch (error) {
    world.signal.throwIfAborted()
    if (old === '') throw error
    const before = /^releases\/[0-9a-f]{64}$/.test(old) && old !== `releases/${release.sha256}`
    say(before ? 'rolling back' : 'stopping')
    // The first reason is what counts; a roll back that fails too is told beside it.
    await run([...(before ? [rollBack(release, old, held)] : []), restoreUnit(name, before, held)], 'I148').catch(
      (e: unknown) => world.log.warn(messageOf(e)),
    )
    throw error
  }
}

const saying =
  (world: Execution & Nodes, node: FleetNode) =>
  (text: string): void =>
    world.log.progress(`deploy ${node.name}`, `${node.name}: ${text}`)

/** A shell line that the project's owner wrote into the configuration; it may not be safe to run twice. */
const owners = (why: string, text: string): Command => ({ kind: 'script', why, idempotent: false, text })

interface Extras {
  readonly stdin?: Uint8Array
  readonly onSent?: (n: number) => void
  /** Told the outputs of the commands that did succeed, also when a later one did not. */
  readonly done?: (outputs: readonly string[]) => void
}
/** `code`: of the failure, one for all or one for each command. */
type Runner = (
  commands: readonly Command[],
  code: FailureCode | readonly FailureCode[],
  extras?: Extras,
) => Promise<readonly string[]>

/** Runs commands that must all exit 0, in one exec; the first other exit becomes a named failure. */
function runner(world: Execution & Nodes, name: string, remote: Remote): Runner {
  return async (commands, code, { done, ...upload } = {}) => {
    const only = commands[0]
    if (only === undefined) return []
    const result = await remote.run(
      commands.length === 1 ? only : sequence(commands.map((c) => c.why).join(', '), commands),
      { timeoutMs: 600_000, signal: world.signal, ...upload },
    )
    const ran =
      commands.length === 1
        ? [{ code: result.code ?? -1, output: result.code === 0 ? result.stdout : `${result.stdout}${result.stderr}` }]
        : parts(result.stdout)
    const bad = commands.findIndex((_, i) => ran[i]?.code !== 0)
    done?.(ran.filter((r) => r.code === 0).map((r) => r.output.trim()))
    if (bad === -1) return ran.map((r) => r.output.trim())
    throw failed(
      world.fleet,
      name,
      commands[bad] as Command,
      ran[bad]?.code ?? null,
      (ran[bad]?.output ?? result.stderr).trim().slice(-300),
      typeof code === 'string' ? code : (code[bad] ?? 'I142'),
    )
  }
}

function failed(
  fleet: Fleet,
  name: string,
  command: Command,
  exit: number | null,
  tail: string,
  code: FailureCode,
): Failure {
  const known: Readonly<Record<number, readonly [FailureCode, string]>> = {
    [exitNoSpace]: ['I150', `no space left: ${tail}`],
    [exitDigest]: ['I151', 'the uploaded file does not have the expected sha256'],
    [exitLeaseLost]: ['B011', `the lease was lost: ${tail}`],
  }
  const [knownCode, text] = known[exit ?? -1] ?? [
    code,
    `${command.why} failed (exit ${String(exit)})${tail === '' ? '' : `: ${tail}`}`,
  ]
  return new Failure({
    code: knownCode,
    node: name,
    message: `${name}: ${text}`,
    remedy: diagnoseNode(name, fleet),
  })
}

/** Polls until the unit runs this very binary and its main process owns the port. */
async function awaitRunning(
  world: Execution & Nodes,
  node: FleetNode,
  unit: UnitPlan,
  sha256: string,
  first: ProcessReading,
): Promise<RunningProof> {
  const deadline = world.clock.now() + 15_000
  for (let seen = first; ; seen = await provenProcess(world, node.name, unit.unit.name)) {
    const bound = listens(seen.ports, unit.listens)
    if (seen.proof !== null && seen.proof.exeSha256 === sha256 && bound) return seen.proof
    if (world.clock.now() > deadline) {
      const taken = bound ? null : await portTaken(world, node, unit)
      if (taken !== null) throw taken
      throw new Failure({
        code: 'P011',
        node: node.name,
        message: `${node.name}: ${why(seen, sha256, unit)}`,
        remedy: diagnoseNode(node.name, world.fleet),
      })
    }
    await world.clock.sleep(100, world.signal)
  }
}

const why = (r: ProcessReading, sha256: string, unit: UnitPlan): string =>
  r.proof === null
    ? `${unit.unit.name} does not run: ${r.state}`
    : r.proof.exeSha256 !== sha256
      ? `${unit.unit.name} runs another binary (${r.proof.exeSha256.slice(0, 12)})`
      : `${unit.unit.name} does not listen on ${unit.listens.port === 0 ? 'any port of ' : ''}${unit.listens.protocol}${unit.listens.port === 0 ? '' : ` ${unit.listens.port}`}`
