/** One kept connection on its caller: started there under the lease, and looked at with what we wrote down of it. */
import { keptNotesIn, keptProcessIn, lookAtKept, startKept } from '../../commands/kept-connection.ts'
import { placeOf } from '../../commands/place.ts'
import { currentBinary } from '../../commands/release.ts'
import { notRead, thereIs, type Pair, type Read } from '../../domain/evidence.ts'
import { Failure } from '../../domain/failure.ts'
import type { NodeName } from '../../domain/fleet.ts'
import { bootstrapsFor, fillTemplate, registryUrlOf } from '../../domain/program.ts'
import { keptNote } from '../../domain/suites/survival/evidence-shape.ts'
import type { SurvivalUse } from '../../domain/suites/survival/use.ts'
import type { KeptNote, KeptProcess, SurvivalWork } from '../../domain/suites/survival/work.ts'
import { onEachNode } from '../../instruments/per-node.ts'
import type { Bench } from '../bench.ts'
import type { Wanted } from '../drivers/driver.ts'

export async function startOn(bench: Bench, work: SurvivalWork, use: SurvivalUse, wanted: Wanted): Promise<void> {
  const { world, plan } = bench
  const args = fillTemplate('keep', use.keep, {
    registryUrl: registryUrlOf(world.fleet, plan),
    peerId: wanted.peerId,
    localPort: String(wanted.localPort),
    timeoutMs: String(wanted.seconds * 1000),
    timeoutSeconds: String(wanted.seconds),
    bootstraps: bootstrapsFor(world.fleet, plan),
  })
  const { installPath } = plan.config.deploy
  const program = currentBinary({ installPath, name: plan.config.binary.name })
  const kept = {
    place: placeOf(wanted.from.runtime),
    program,
    args,
    to: wanted.to,
    longestSeconds: work.longestSeconds,
    confinedBy: bench.confinedBy,
  }
  const { code, stderr } = await (
    await world.remote(wanted.from.name)
  ).run(startKept(kept, leaseOn(bench, wanted.from.name)), { timeoutMs: 30_000, signal: world.signal })
  if (code === 0) return
  throw new Failure({
    code: 'I126',
    node: wanted.from.name,
    message: `${wanted.from.name}: the connection to ${wanted.to} could not be started: ${stderr.trim().slice(-200)}`,
  })
}

export const leaseOn = ({ world, plan }: Bench, node: NodeName) => ({
  service: plan.config.deploy.serviceName,
  holder: world.tables.session,
  fence: world.tables.fences.get(node) ?? 0,
})

interface Look {
  readonly process: Read<KeptProcess>
  readonly notes: Read<readonly KeptNote[]>
}

export async function lookOn({ world, plan }: Bench, { from, to }: Pair): Promise<Look> {
  const read = await onEachNode([from], world.signal, async (name) =>
    (await world.remote(name)).run(lookAtKept(plan.config.deploy.serviceName, to), {
      timeoutMs: 30_000,
      signal: world.signal,
    }),
  )
  const result = read.done.get(from)
  if (result?.code !== 0) {
    const why = read.failed.get(from)?.message ?? `exit ${String(result?.code)}`
    return { process: notRead(why), notes: notRead(why) }
  }
  const [first = '', ...lines] = result.stdout.split('\n')
  const notes = keptNotesIn(lines, (value) => keptNote(value) === null)
  return { process: keptProcessIn(first), notes: notes.length === 0 ? { kind: 'absent' } : thereIs(notes) }
}
