/**
 * `compile`: builds the program in a job that has no secret, since build scripts can read all that it has, and hands it
 * over as an artifact.
 */
import { copyFile, mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { compilesHere, isHandedOver, mostFaults, type Compiled } from '../domain/compiled.ts'
import { exitCodeOf, exitCodes, Failure } from '../domain/failure.ts'
import type { Plan } from '../domain/plan.ts'
import { triedBefore } from '../stages/build.ts'
import { worldIn } from '../app/context.ts'
import type { StoredSession } from '../app/sessions.ts'
import { checkoutOf } from './checkout.ts'
import type { JobResult, Job } from './job.ts'
import { artifactParts } from './compiled.ts'
import { sessionOf } from './report.ts'
import { checkStageOrder, planOf } from './stages.ts'
import { filesBelow } from './store-artifact.ts'

export async function compile(job: Job): Promise<JobResult> {
  const { artifacts, context: c, surface } = job
  const known = await sessionOf(job)
  const { session } = known
  checkStageOrder(job, session, 'BUILD')
  const plan = await planOf(known)
  surface.setOutputs({ session: session.id, state: session.state, compiled: '' })
  if (session.state !== 'BUILD' || !compilesHere(plan, triedBefore(session))) {
    c.terminal.info(`nothing to compile here: session ${session.id} is in ${session.state}, ${plan.source.kind}`)
    return { code: exitCodes.passed, title: '' }
  }
  if (artifacts === null)
    throw new Failure({
      code: 'I152',
      message: 'what was compiled cannot be handed over: this runner has no artifacts',
      remedy: 'vps-test start',
    })
  const folder = join(job.facts.temp, 'compiled')
  await mkdir(folder, { recursive: true })
  const { compiled, ended } = await outcomeOf(job, known, plan, folder)
  await writeFile(join(folder, artifactParts.outcome), JSON.stringify(compiled))
  const name = `vps-test-compiled-${session.id}-${session.counters.builds + 1}-${job.facts.attempt}`
  const stored = await artifacts.upload(name, folder, await filesBelow(folder))
  c.terminal.info(`artifact ${name}: ${stored.bytes} bytes, ${stored.url}`)
  surface.setOutputs({ compiled: String(stored.id) })
  return ended
}

async function outcomeOf(
  job: Job,
  { ledger, session }: StoredSession,
  plan: Plan,
  folder: string,
): Promise<{ readonly compiled: Compiled; readonly ended: JobResult }> {
  const { context: c } = job
  const checkout = await checkoutOf(job)
  const world = worldIn(c, { fleet: plan.fleet, ledger, session: session.id, folder, checkout, key: null })
  c.terminal.info(`compile: ${plan.config.binary.name}`)
  try {
    const obtained = await world.builder.obtain(plan, [])
    if ('elsewhere' in obtained)
      return {
        compiled: { kind: 'elsewhere', before: obtained.elsewhere },
        ended: { code: exitCodes.passed, title: 'zigbuild cannot work here; the native build is next' },
      }
    await copyFile(obtained.path, join(folder, artifactParts.program))
    return { compiled: { kind: 'built', record: obtained.record }, ended: { code: exitCodes.passed, title: '' } }
  } catch (error) {
    c.signal.throwIfAborted()
    if (!(error instanceof Failure)) throw error
    const { kind, code, message, faults = [] } = error.facts
    if (!isHandedOver(code)) throw error
    return {
      compiled: { kind: 'failed', fault: { code, message, faults: faults.slice(0, mostFaults) } },
      ended: { code: exitCodeOf(kind), title: `${code}: ${message.split('\n')[0] ?? ''}` },
    }
  } finally {
    await world.close()
  }
}
