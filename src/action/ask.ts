/**
 * "Ask a person": one issue of the tested repository for each session, opened when the session needs one and told, and
 * closed, when it needs nobody any more.
 */
import { quote } from '../commands/quote.ts'
import { meaningOf } from '../domain/events/entry.ts'
import { isFinal, traitsOf } from '../domain/states.ts'
import { originOf } from '../domain/events/readers.ts'
import { blocksMarkdown } from '../report/markdown.ts'
import { plainLine } from '../report/plain.ts'
import { commentMarker, prComment } from '../report/pr-comment.ts'
import { code, inline, paragraph, type Inline, type Span } from '../report/section.ts'
import { storedSessions, type StoredSession } from '../app/sessions.ts'
import type { Job } from './job.ts'
import { newestTest, titleOf } from './report.ts'
import { iso, messageOf } from '../domain/text.ts'

type Asked = Pick<StoredSession, 'project' | 'session' | 'entries'>

/** Sessions that only a person can go on with, or that ended in a way that a person should know. */
const needsPerson = ({ session: s, entries }: Asked): boolean =>
  traitsOf(s.state).kind === 'person' ||
  (s.state === 'STOPPED' && s.newest.INTERVIEW !== undefined && !endedByPerson(entries))
function endedByPerson(entries: StoredSession['entries']): boolean {
  const last = entries.at(-1)
  return last !== undefined && meaningOf(last).by === 'person'
}
/** The others were never asked about: GitHub need not be searched for their issue. */
const everWaited = ({ entries }: Asked): boolean => entries.some((e) => traitsOf(e.to).kind === 'person')

/** Asks, or tells whoever was asked before. */
export async function askPerson(job: Job, known: Asked): Promise<void> {
  if (!needsPerson(known)) return updateAskIssue(job, known)
  const { forge } = job.context
  if (forge === null || job.facts.origin.event === 'pull_request') return
  await tried(
    job,
    async () =>
      `asked a person: ${await forge.issue(commentMarker(known.session.id), headline(known), `${bodyOf(job, known)}\n${blocksMarkdown([paragraph(nextOf(job, known))])}\n`)}`,
  )
}

/**
 * What became of a session that a person was asked about: its open issue says so and is closed. Where there is none,
 * none is made.
 */
export async function updateAskIssue(job: Job, known: Asked): Promise<void> {
  const { forge } = job.context
  if (forge === null || needsPerson(known) || !everWaited(known)) return
  const last = isFinal(known.session.state)
    ? 'The session has ended: nobody is asked any more.'
    : 'The session goes on: nobody is asked any more.'
  await tried(job, async () => {
    const url = await forge.closeIssue(
      commentMarker(known.session.id),
      headline(known),
      `${bodyOf(job, known)}\n${last}\n`,
    )
    return url === null ? null : `told who was asked: ${url}`
  })
}

/** The same for every session with an open issue: what a person said on a command line, no job was there to tell. */
export async function updateAskIssues(job: Job): Promise<void> {
  const {
    context: { forge, sessions },
  } = job
  if (forge === null) return
  await tried(job, async () => {
    const open = await forge.openIssues()
    const all = open.length === 0 ? [] : await storedSessions(sessions)
    for (const known of all.filter((k) => open.includes(commentMarker(k.session.id)))) await updateAskIssue(job, known)
    return null
  })
}

/** Nobody was asked or told, and whoever reads the log must know; the session itself is not worse for it. */
async function tried({ context: { terminal, signal } }: Job, write: () => Promise<string | null>): Promise<void> {
  try {
    const said = await write()
    if (said !== null) terminal.info(said)
  } catch (error) {
    signal.throwIfAborted()
    terminal.warn(`no issue could be written: ${messageOf(error)}`)
  }
}

const headline = (known: Asked): string => plainLine(`vps-test ${known.session.id}: ${titleOf(known)}`, 240)

const bodyOf = ({ facts }: Job, { session, entries }: Asked): string =>
  prComment(
    {
      session,
      entries,
      bundle: null,
      verdict: null,
      artifactUrl: newestTest(entries)?.facts.artifact?.url ?? null,
      runUrl: facts.runUrl,
      comparison: null,
    },
    commentMarker(session.id),
  )

/** What a person can do, in commands that find the session on the ledger branch, from any machine. */
function nextOf({ facts }: Job, { project, session, entries }: Asked): Inline {
  const origin = originOf(entries)
  const remote = `${facts.serverUrl}/${origin?.repository ?? facts.repository}.git`
  const command = (...words: readonly string[]): Span => code(['vps-test', ...words].map(quote).join(' '), 2000)
  const here = ['--remote', remote, '--session', session.id]
  const until = session.waitUntil === null ? '' : ` until ${iso(session.waitUntil)}`
  switch (session.state) {
    case 'AWAIT_APPROVAL':
      return inline`A person decides${until}. Yes: ${command('approve', ...here)} No: ${command('approve', '--reject', ...here)}`
    case 'AWAIT_PUSH':
      return inline`A push ${origin?.branch == null ? "on the session's branch" : inline`onto ${code(origin.branch, 100)}`} continues it at BUILD. To end it: ${command('stop', project, ...here)}`
    default:
      return inline`It has ended. All sessions: ${command('status', '--remote', remote)}`
  }
}
