/** The service of all peers is stopped and started at one moment, by the unit and under the lease of this session. */
import { restartUnit, stopUnit } from '../commands/service.ts'
import type { Command } from '../commands/command.ts'
import type { NodeName } from '../domain/fleet.ts'
import { onEachNode } from '../instruments/per-node.ts'
import type { Bench } from './bench.ts'

/** Long enough for a unit that has to be killed. */
const timeoutMs = 30_000

export const stopAll = (bench: Bench, names: readonly NodeName[]): Promise<void> =>
  onAll(bench, names, stopUnit, bench.world.signal)

/** Also where the run was ended meanwhile: what was stopped does not stay so. */
export const startAll = (bench: Bench, names: readonly NodeName[]): Promise<void> =>
  onAll(bench, names, restartUnit, bench.world.signal.aborted ? AbortSignal.timeout(timeoutMs) : bench.world.signal)

async function onAll(
  { world, plan }: Bench,
  names: readonly NodeName[],
  command: (unit: string, lease: { service: string; holder: string; fence: number }) => Command,
  signal: AbortSignal,
): Promise<void> {
  const unit = plan.config.deploy.serviceName
  const { session: holder, fences } = world.tables
  const ran = await onEachNode(names, signal, async (name) => {
    const lease = { service: unit, holder, fence: fences.get(name) ?? 0 }
    const { code, stderr } = await (await world.remote(name)).run(command(unit, lease), { timeoutMs, signal })
    if (code !== 0) throw new Error(stderr.trim().slice(0, 200) || `exit ${String(code)}`)
  })
  // Whoever did not stop goes on with the process that it had, and is told of so.
  ran.failed.forEach((f) => world.log.warn(f.message))
}
