/**
 * `run`: every stage in one job; with fleet `lab` the fleet is built on this machine first and taken away at the end.
 */
import { writeFile, mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { exitCodes } from '../domain/failure.ts'
import { toLines } from '../domain/bundle.ts'
import { run } from '../run.ts'
import { settledCode } from '../app/exit-code.ts'
import * as lab from '../app/lab.ts'
import { endJob } from './end-job.ts'
import type { JobResult, Job } from './job.ts'
import { begin } from './plan.ts'
import { evidence } from './show-evidence.ts'
import { reportFile, reportName } from './record.ts'
import { withStage } from './stages.ts'
import { storedSessions } from '../app/sessions.ts'
import { messageOf } from '../domain/text.ts'
import type { Ledger } from '../ports.ts'
import { newestTest, noTestView, sessionOf } from './report.ts'

const labId = 'action'

export async function all(job: Job): Promise<JobResult> {
  if (job.inputs.request.fleet !== 'lab') return story(job)
  const flags = { lab: labId }
  try {
    const code = await job.surface.group('lab up', () => lab.up(job.context, flags))
    if (code !== exitCodes.passed) return { code, title: 'the lab could not be built' }
    return await story({ ...job, inputs: { ...job.inputs, request: { ...job.inputs.request, lab: labId } } })
  } finally {
    await lab.down({ ...job.context, signal: AbortSignal.timeout(60_000) }, flags)
  }
}

async function story(job: Job): Promise<JobResult> {
  const begun = await begin(job)
  if (begun === null) return { code: exitCodes.passed, title: 'nothing was done, as asked' }
  const before = await sessionOf(job, begun.session)
  await withStage(job, { ...before, ledger: remembering(job, before.ledger) }, (world, plan) =>
    run(plan, begun.session, world),
  )
  const known = await sessionOf(job, begun.session)
  const test = newestTest(known.entries)
  const shown = test === undefined ? noTestView : await evidence(job, known, test)
  await report(job, known.session.id, toLines(known.entries))
  return endJob(job, known, {
    outputs: { proceed: 'true' },
    next: true,
    proof: shown,
    summary: shown,
    // Whoever records it asks.
    person: job.inputs.ledger === 'none' ? 'leave' : 'ask',
    code: settledCode(known.session, known.entries),
    title: null,
  })
}

/**
 * A run that writes no branch still reads there what was begun before, of the same program: a test that is repeated
 * until it passes is seen to be one.
 */
function remembering({ inputs, baseHome, context: c }: Job, own: Ledger): Ledger {
  if (inputs.ledger !== 'none') return own
  return {
    ...own,
    all: async () => {
      const mine = await own.all()
      const others = await storedSessions(baseHome).catch((error: unknown) => {
        c.signal.throwIfAborted()
        c.terminal.warn(`earlier tests are not known, because the ledger branch cannot be read: ${messageOf(error)}`)
        return []
      })
      return [...others.map(({ session: { id }, entries }) => ({ id, entries })), ...mine]
    },
  }
}

/** The ledger of a run that writes none: it ends with this machine otherwise. */
async function report({ artifacts, context: c, facts, inputs }: Job, session: string, lines: string): Promise<void> {
  if (artifacts === null || inputs.ledger !== 'none') return
  const folder = join(facts.temp, 'report')
  await mkdir(folder, { recursive: true })
  const file = join(folder, reportFile)
  await writeFile(file, lines)
  const { url } = await artifacts.upload(reportName(session, facts.attempt), folder, [file])
  c.terminal.info(`ledger of this run: ${url}`)
}
