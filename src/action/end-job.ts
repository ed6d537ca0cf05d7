/**
 * The end of a job that is about a session: outputs, summary and annotations, the person who is asked, the exit code.
 */
import type { StoredSession } from '../app/sessions.ts'
import { askPerson, updateAskIssue } from './ask.ts'
import { followUps } from './follow-ups.ts'
import type { JobResult, Job } from './job.ts'
import { proofOutputs } from './proof-outputs.ts'
import { reportSession, setOutputs, titleOf, type TestView } from './report.ts'

/** Nothing here is optional, so that every job says what it leaves to another. */
export interface JobEnd {
  /** Besides those of every job. */
  readonly outputs: Readonly<Record<string, string>>
  /** Whether the environments that hold what comes next are looked up. */
  readonly next: boolean
  /** The test whose proof lies here and may be attested; null: another job gives it. */
  readonly proof: TestView | null
  /** The test in the summary and the annotations; null: another job shows the session. */
  readonly summary: TestView | null
  /** `ask`: where the session needs a person. `update`: whoever was asked before. */
  readonly person: 'ask' | 'update' | 'leave'
  readonly code: number
  /** Null: what the session came to. */
  readonly title: string | null
}

/** `known`: the session as it stands after the job's work. */
export async function endJob(job: Job, known: StoredSession, end: JobEnd): Promise<JobResult> {
  setOutputs(job, known.session, known.entries, {
    ...(end.next ? await followUps(job, known.session) : {}),
    ...(end.proof === null ? {} : await proofOutputs(job, end.proof)),
    ...end.outputs,
  })
  if (end.summary !== null) await reportSession(job, known, end.summary)
  if (end.person === 'ask') await askPerson(job, known)
  if (end.person === 'update') await updateAskIssue(job, known)
  return { code: end.code, title: end.title ?? titleOf(known) }
}
