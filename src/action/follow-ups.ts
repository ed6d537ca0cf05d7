/** The environments of the repository that hold what a session waits for. */
import type { Session } from '../domain/session.ts'
import { checkpointRows, isCheckpoint, type CheckpointRow } from '../domain/states.ts'
import type { Job } from './job.ts'

/** The environments that hold what comes next; empty where there is none, and then the schedule and `approve` do it. */
export async function followUps(job: Job, s: Session): Promise<Readonly<Record<string, string>>> {
  const { soakEnvironments: timers, approvalEnvironment } = job.inputs
  const isAhead = ({ state }: CheckpointRow): boolean =>
    s.state === state || (isCheckpoint(s.state) && s.checkpointsLeft.includes(state))
  const waits = await Promise.all(
    checkpointRows.map(async (c) => [`wait-${c.id}`, isAhead(c) ? await timer(job, c, timers[c.state]) : ''] as const),
  )
  return {
    ...Object.fromEntries(waits),
    'approval-environment': s.state === 'AWAIT_APPROVAL' ? await approval(job, approvalEnvironment, s.id) : '',
  }
}

async function timer({ context: { forge, terminal } }: Job, checkpoint: CheckpointRow, name: string): Promise<string> {
  const found = name === '' || forge === null ? null : await forge.environment(name)
  if (found !== null && found.waitMinutes * 60_000 >= checkpoint.afterMs) return name
  terminal.info(
    `${checkpoint.state}: ${name === '' ? 'no environment is named' : `environment ${name} ${found === null || found.kind === 'missing' ? 'does not exist' : `has a timer of ${found.waitMinutes} minutes`}`}; the schedule takes the checkpoint, as late as GitHub's schedule is`,
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
