/**
 * `advance`: what follows a test. Without a fix command the session waits for a push; with checkpoints ahead, the
 * environments whose timers would hold them are looked up; a person is asked where one is needed.
 */
import { exitCodes } from '../domain/failure.ts'
import type { Session } from '../domain/session.ts'
import { isFinal, traitsOf } from '../domain/states.ts'
import { run } from '../run.ts'
import { endJob } from './end-job.ts'
import type { JobResult, Job } from './job.ts'
import { withStage } from './stages.ts'
import { sessionOf } from './report.ts'
import { messageOf } from '../domain/text.ts'

export async function advance(job: Job): Promise<JobResult> {
  const before = await sessionOf(job)
  const on = (): Promise<unknown> =>
    withStage(job, before, (world, plan) => run(plan, before.session.id, world, { states: ['FIX'] }))
  if (before.session.state === 'FIX') await on()
  // A job that died after its last entry has given no lease back, or has not prolonged it for the wait.
  else if (rests(before.session))
    await on().catch((error: unknown) => {
      job.context.terminal.warn(`leases: ${messageOf(error)}`)
    })
  const known = await sessionOf(job)
  return endJob(job, known, {
    outputs: {},
    next: true,
    proof: null,
    summary: null,
    person: 'ask',
    code: exitCodes.passed,
    title: null,
  })
}

const rests = (s: Session): boolean =>
  s.newest.SETUP !== undefined && (isFinal(s.state) || traitsOf(s.state).waitsFor !== undefined)
