/** "Ask a person": one issue of the tested repository for each session, opened when the session needs one and told what became of it. */
import { waiting, type Session } from '../domain/session.ts'
import { commentMarker, prComment } from '../report/pr-comment.ts'
import type { Known } from '../verbs/home.ts'
import type { Job } from './job.ts'
import { artifactOf, newestTest, titleOf } from './tell.ts'

/** Sessions that only a person can go on with, or that ended in a way that a person should know. */
const needsPerson = (s: Session): boolean => s.state === 'AWAIT_PUSH' || s.state === 'AWAIT_APPROVAL' || (s.state === 'STOPPED' && s.learned.INTERVIEW !== undefined)

export async function askPerson(job: Job, known: Known): Promise<void> {
  const { context: { forge, terminal }, facts } = job
  const { session, entries } = known
  if (forge === null || !needsPerson(session) || facts.origin.event === 'pull_request' || endedByPerson(known)) return
  const body = prComment({ session, entries, bundle: null, verdict: null, artifactUrl: artifactOf(newestTest(entries)?.facts)?.url ?? null, runUrl: facts.runUrl, comparison: null }, commentMarker(session.id))
  const next = waiting[session.state]
  try {
    terminal.info(`asked a person: ${await forge.issue(commentMarker(session.id), `vps-test ${session.id}: ${titleOf(known)}`.slice(0, 240), `${body}\n${next === undefined ? '' : `${next}\n`}`)}`)
  } catch (error) {
    // Nobody was asked, and whoever reads the log must know; the session itself is not worse for it.
    terminal.warn(`no issue could be written: ${error instanceof Error ? error.message : String(error)}`)
  }
}

const endedByPerson = ({ entries }: Known): boolean => ['stop', 'superseded', 'rejected'].includes(entries.at(-1)?.event ?? '')
