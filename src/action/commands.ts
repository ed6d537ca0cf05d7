/** Command name to what it does; and an error as one annotation for each fault. */
import { Failure, exitCodeOf, exitCodes } from '../domain/failure.ts'
import { advance } from './advance.ts'
import { all } from './all.ts'
import { approve } from './approve.ts'
import { comment } from './comment.ts'
import { gate } from './gate.ts'
import type { ActionCommand } from './inputs.ts'
import type { Ended, Job } from './job.ts'
import { look } from './look.ts'
import { confirm, plan } from './plan.ts'
import { prove } from './prove.ts'
import { bring } from './runner.ts'
import { soak } from './soak.ts'
import { build, deploy, setup, test } from './stages.ts'
import type { Surface } from '../adapters/github/surface.ts'
import { block } from '../report/markdown.ts'

const acts: Readonly<Record<ActionCommand, (job: Job) => Promise<Ended>>> = {
  run: all, plan, confirm, setup, build, deploy, test, prove, advance, gate, soak, approve, comment,
  status: (job) => look(job, 'status'), stop: (job) => look(job, 'stop'), logs: (job) => look(job, 'logs'), diagnose: (job) => look(job, 'diagnose'), nodes: (job) => look(job, 'nodes'),
  version: async (job) => { job.surface.setOutputs({ version: job.context.version }); job.context.terminal.info(`vps-test ${job.context.version}`); return { code: exitCodes.passed, title: '' } },
}

const probing: readonly ActionCommand[] = ['run', 'test', 'nodes']

export async function act(job: Job): Promise<Ended> {
  const { command, session } = job.inputs
  const needsProber = probing.includes(command) || (command === 'soak' && session !== '')
  if (!needsProber || job.context.probe !== null) return acts[command](job)
  const { VPS_TEST_PROBE } = await job.surface.group('prober', () => bring('prober', job.context.root, job.context.signal))
  return acts[command]({ ...job, context: { ...job.context, probe: VPS_TEST_PROBE } })
}

/** Every fault gets its own annotation, so that nobody mends one at a time; the remedy is told with the last. */
export async function tellFailure(surface: Surface, error: unknown, interrupted: boolean): Promise<number> {
  if (interrupted) { surface.fail('interrupted', 'the job was cancelled; what was recorded stays, and running it again goes on from there'); return exitCodes.harness }
  if (!(error instanceof Failure)) {
    surface.fail('fault of vps-test itself', error instanceof Error ? (error.stack ?? error.message) : String(error))
    return exitCodes.harness
  }
  const lines = error.message.split('\n').filter((l) => l.trim() !== '')
  const shown = lines.slice(0, 9)
  surface.annotate(shown.map((message, i) => ({ level: 'error', title: `vps-test ${error.facts.code}`, message: i === shown.length - 1 && error.facts.remedy !== undefined ? `${message} (try: ${error.facts.remedy})` : message })))
  await surface.writeSummary(`## ${error.facts.code}\n\n${block(lines.join('\n'))}\n${error.facts.remedy === undefined ? '' : `\nTry:\n\n${block(error.facts.remedy)}\n`}`)
  return exitCodeOf(error.kind)
}
