/** The environments of the repository that hold what a session waits for. */
import type { Session } from '../domain/session.ts'
import type { Checkpoint } from '../domain/states.ts'
import type { Job } from './job.ts'

const timerMinutes: Readonly<Record<Checkpoint, number>> = { WAIT_1HR: 60, WAIT_6HR: 360 }

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
