/** `advance`: what follows a test. Without a fix command the session waits for a push; with checkpoints ahead, the environments whose timers would hold them are looked up; a person is asked where one is needed. */
import { exitCodes } from '../domain/failure.ts'
import { isFinal, traitsOf, type Checkpoint } from '../domain/states.ts'
import type { Session } from '../domain/session.ts'
import { run } from '../run.ts'
import { askPerson } from './ask.ts'
import type { Ended, Job } from './job.ts'
import { withStage } from './stages.ts'
import { sessionOf, setOutputs, titleOf } from './report.ts'
import { messageOf } from '../domain/text.ts'

const timerMinutes: Readonly<Record<Checkpoint, number>> = { WAIT_1HR: 60, WAIT_6HR: 360 }

export async function advance(job: Job): Promise<Ended> {
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
  setOutputs(job, known.session, known.entries, await followUps(job, known.session))
  await askPerson(job, known)
  return { code: exitCodes.passed, title: titleOf(known) }
}

const rests = (s: Session): boolean =>
  s.newest.SETUP !== undefined && (isFinal(s.state) || traitsOf(s.state).waitsFor !== undefined)

/** The environments that hold what comes next; empty where there is none, and then the schedule and `approve` do it. */
export async function followUps(job: Job, s: Session): Promise<Readonly<Record<string, string>>> {
  const { soakEnvironments: timers, approvalEnvironment } = job.inputs
  const ahead = s.checkpointsLeft.includes('WAIT_6HR')
  return {
    'wait-1h': s.state === 'WAIT_1HR' ? await timer(job, 'WAIT_1HR', timers.WAIT_1HR) : '',
    'wait-6h':
      s.state === 'WAIT_6HR' || (s.state === 'WAIT_1HR' && ahead) ? await timer(job, 'WAIT_6HR', timers.WAIT_6HR) : '',
    'approval-environment': s.state === 'AWAIT_APPROVAL' ? await approval(job, approvalEnvironment, s.id) : '',
  }
}

async function timer({ context: { forge, terminal } }: Job, checkpoint: Checkpoint, name: string): Promise<string> {
  const found = name === '' || forge === null ? null : await forge.environment(name)
  if (found !== null && found.waitMinutes >= timerMinutes[checkpoint]) return name
  terminal.info(
    `${checkpoint}: ${name === '' ? 'no environment is named' : `environment ${name} ${found === null || found.kind === 'missing' ? 'does not exist' : `has a timer of ${found.waitMinutes} minutes`}`}; the schedule takes the checkpoint, as late as GitHub's schedule is`,
  )
  return ''
}

async function approval({ context: { forge, terminal }, facts }: Job, name: string, session: string): Promise<string> {
  const found = name === '' || forge === null ? null : await forge.environment(name)
  if (found !== null && found.reviewers > 0) return name
  terminal.warn(
    `environment ${name === '' ? 'for approval' : name} ${found === null || found.kind === 'missing' ? 'does not exist' : 'has no required reviewers'}, so nobody would be asked there; say it with: vps-test approve --remote ${facts.serverUrl}/${facts.repository}.git --session ${session}`,
  )
  return ''
}
