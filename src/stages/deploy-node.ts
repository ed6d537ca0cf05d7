/** One node's deploy: receive beside, check, switch in one rename, restart, prove what runs; a failure puts the old release back. */
import type { Command } from '../commands/command.ts'
import { exitDigest, exitLeaseLost, exitNoSpace, inspectRelease, prune, receive, rollBack, switchTo, type Release } from '../commands/release.ts'
import { restartUnit, writeUnit } from '../commands/service.ts'
import { elfFaults, readElf } from '../domain/elf.ts'
import type { RunningProof } from '../domain/evidence.ts'
import { Failure } from '../domain/failure.ts'
import type { FleetNode } from '../domain/fleet.ts'
import type { Plan } from '../domain/plan.ts'
import type { NodeRuntime } from '../domain/runtime.ts'
import type { World } from '../ports.ts'
import { running, type Running } from '../suites/running.ts'
import type { UnitPlan } from './units.ts'

export interface Shipment {
  readonly release: Release
  /** Compressed once for all nodes. */
  readonly packed: { readonly zstd: Uint8Array; readonly gzip: () => Uint8Array }
  readonly binary: Uint8Array
}

export interface Deployed { readonly proof: RunningProof; readonly skipped: boolean; readonly sentBytes: number; readonly foreignUnit: boolean }

export async function deployNode(world: World, plan: Plan, node: FleetNode, unit: UnitPlan, shipment: Shipment, lease: { holder: string; fence: number }, runtime: NodeRuntime): Promise<Deployed> {
  const say = (text: string): void => world.log.progress(`deploy ${node.name}`, `${node.name}: ${text}`)
  const run = await runner(world, node.name)
  const { release } = shipment
  const held = { service: plan.config.deploy.serviceName, ...lease }
  const faults = elfFaults(readElf(shipment.binary), runtime, node.name)
  if (faults.length > 0) throw failure(node, 'I140', `the binary cannot run there: ${faults.join('; ')}`)

  for (const text of plan.config.deploy.preDeploy) await run({ kind: 'script', why: 'pre-deploy', idempotent: false, text }, 'I141', 120_000)
  const found = (await run(inspectRelease(release), 'I142')).trim()
  let sentBytes = 0
  if (found !== 'present') {
    const packing = found === 'zstd' ? 'zstd' : 'gzip'
    const data = packing === 'zstd' ? shipment.packed.zstd : shipment.packed.gzip()
    await run(receive(release, packing), 'I143', 600_000, data, (sent) => say(`uploading ${Math.floor((100 * sent) / data.length)} %`))
    sentBytes = data.length
  }
  const unitState = (await run(writeUnit(unit.unit), 'I144')).trim()
  const before = await running(world, node.name, unit.unit.name)
  if (unitState === 'same' && before.proof?.exeSha256 === release.sha256) {
    say('already runs this binary')
    return { proof: before.proof, skipped: true, sentBytes, foreignUnit: false }
  }
  const old = (await run(switchTo(release, held), 'I145')).trim()
  try {
    say('restarting')
    await run(restartUnit(unit.unit.name, held), 'P010', 60_000)
    const proof = await awaitRunning(world, node, unit, release.sha256)
    for (const text of plan.config.deploy.postDeploy) await run({ kind: 'script', why: 'post-deploy', idempotent: false, text }, 'I146', 120_000)
    await run(prune(release), 'I147')
    say(`runs ${release.sha256.slice(0, 12)} as pid ${proof.pid}`)
    return { proof, skipped: false, sentBytes, foreignUnit: unitState === 'foreign' }
  } catch (error) {
    world.signal.throwIfAborted()
    if (/^releases\/[0-9a-f]{64}$/.test(old) && old !== `releases/${release.sha256}`) {
      say('rolling back')
      await run(rollBack(release, old, held), 'I148')
      await run(restartUnit(unit.unit.name, held), 'I148', 60_000)
    }
    throw error
  }
}

type Runner = (command: Command, code: string, timeoutMs?: number, stdin?: Uint8Array, onSent?: (n: number) => void) => Promise<string>

/** Runs a command that must exit 0; other exits become named failures. */
async function runner(world: World, name: string): Promise<Runner> {
  const remote = await world.remote(name)
  return async (command, code, timeoutMs = 60_000, stdin, onSent) => {
    const result = await remote.run(command, { timeoutMs, signal: world.signal, ...(stdin === undefined ? {} : { stdin }), ...(onSent === undefined ? {} : { onSent }) })
    if (result.code === 0) return result.stdout
    const tail = result.stderr.trim().slice(-300)
    const known: Readonly<Record<number, readonly [string, string]>> = {
      [exitNoSpace]: ['I150', `no space left: ${tail}`], [exitDigest]: ['I151', 'the uploaded file does not have the expected sha256'], [exitLeaseLost]: ['B011', `the lease was lost: ${tail}`],
    }
    const [knownCode, text] = known[result.code ?? -1] ?? [code, `${command.why} failed (exit ${String(result.code ?? result.signal)})${tail === '' ? '' : `: ${tail}`}`]
    throw new Failure({ kind: knownCode.startsWith('B') ? 'busy' : knownCode.startsWith('P') ? 'product' : 'infra', code: knownCode, node: name, message: `${name}: ${text}`, remedy: `vps-test diagnose ${name}` })
  }
}

/** Polls until the unit runs this very binary and its main process owns the port. */
async function awaitRunning(world: World, node: FleetNode, unit: UnitPlan, sha256: string): Promise<RunningProof> {
  const deadline = world.clock.now() + 15_000
  for (;;) {
    const seen = await running(world, node.name, unit.unit.name)
    const listens = seen.ports.some((p) => p.protocol === unit.listens.protocol && p.port === unit.listens.port)
    if (seen.proof !== null && seen.proof.exeSha256 === sha256 && listens) return seen.proof
    if (world.clock.now() > deadline) throw new Failure({ kind: 'product', code: 'P011', node: node.name, message: `${node.name}: ${why(seen, sha256, unit)}`, remedy: `vps-test diagnose ${node.name}` })
    await world.clock.sleep(200, world.signal)
  }
}

const why = (r: Running, sha256: string, unit: UnitPlan): string =>
  r.proof === null ? `${unit.unit.name} does not run: ${r.state}`
  : r.proof.exeSha256 !== sha256 ? `${unit.unit.name} runs another binary (${r.proof.exeSha256.slice(0, 12)})`
  : `${unit.unit.name} does not listen on ${unit.listens.protocol} ${unit.listens.port}`

const failure = (node: FleetNode, code: string, text: string): Failure => new Failure({ kind: 'infra', code, node: node.name, message: `${node.name}: ${text}` })
