/**
 * `comment`: shows a session of the ledger on the pull requests of its commit, and as a check there; with a run, what
 * that run left ({@link ofPullRequest}).
 */
import { cutMarkdown } from '../adapters/github/cut.ts'
import { exitCodes } from '../domain/failure.ts'
import { isFinal } from '../domain/states.ts'
import type { Session } from '../domain/session.ts'
import type { Comparison } from '../report/comparison.ts'
import { fleetOf } from '../domain/events/readers.ts'
import { plainLine } from '../report/plain.ts'
import { commentMarker, prComment } from '../report/pr-comment.ts'
import type { SessionView } from '../report/session-page.ts'
import { verdictTitle } from '../report/verdict-title.ts'
import { settledCode } from '../app/exit-code.ts'
import { storedSessions, type StoredSession } from '../app/sessions.ts'
import { againstBase } from './base.ts'
import type { JobResult, Job } from './job.ts'
import { evidence } from './show-evidence.ts'
import { ofPullRequest } from './pull-request.ts'
import { forgeOf, summaryBytes, type CommentPage } from './comment-page.ts'
import { newestTest, noTestView, sessionOf } from './report.ts'
import { messageOf } from '../domain/text.ts'

export const comment = (job: Job): Promise<JobResult> => (job.inputs.runId === '' ? ofSession(job) : ofPullRequest(job))

/** A session of this ledger: on the pull requests of its commit, and as a check there. */
async function ofSession(job: Job): Promise<JobResult> {
  const known = await sessionOf(job)
  const { session, entries } = known
  const commit = session.origin?.commit ?? null
  if (commit === null) return { code: exitCodes.passed, title: 'the session has no commit: nothing to show it on' }
  // A second tick, or a run that died: whoever records the checkpoint shows it, and until then the one before stands.
  if (session.checkpoint !== null)
    return { code: exitCodes.passed, title: `${session.checkpoint.name} is being taken: shown when it is recorded` }
  const newer = await newerThan(job, known, commit)
  if (newer !== undefined) {
    const title = `${newer.id} is a newer session of the same commit on the same fleet: that one is shown`
    job.context.terminal.info(title)
    return { code: exitCodes.passed, title }
  }
  const test = newestTest(entries)
  const shown =
    test === undefined
      ? noTestView
      : await evidence(job, known, test).catch((error: unknown) => {
          job.context.terminal.warn(`shown without its evidence: ${messageOf(error)}`)
          return noTestView
        })
  const against =
    test === undefined
      ? (): Comparison | null => null
      : await againstBase(job, { id: session.id, entries, counts: test.facts.counts })
  const input: SessionView = {
    session,
    entries,
    bundle: shown.bundle,
    verdict: shown.verdict,
    artifactUrl: test?.facts.artifact?.url ?? null,
    runUrl: job.facts.runUrl,
    comparison: shown.comparison,
  }
  const fleet = fleetOf(entries) ?? 'unknown'
  const marker = commentMarker(`fleet/${known.project}/${fleet}`)
  const good = test !== undefined && settledCode(session, entries) === exitCodes.passed
  return show(
    job,
    commit,
    {
      title: verdictTitle({ session, entries }),
      good,
      body: (pull) =>
        prComment(pull === null ? input : { ...input, subject: pull.title, comparison: against(pull.base) }, marker),
    },
    `vps-test proof (${plainLine(known.project, 60)}, ${plainLine(fleet, 60)})`,
    marker,
  )
}

/**
 * One comment and one check for a commit, a project and a fleet: an older session that ends later says nothing over a
 * newer one that was tested or is on its way. One that was never confirmed, or was refused, has nothing to say.
 */
async function newerThan(
  job: Job,
  { project, session, entries }: StoredSession,
  commit: string,
): Promise<Session | undefined> {
  const after = (s: Session): boolean =>
    s.startedAt > session.startedAt || (s.startedAt === session.startedAt && s.id > session.id)
  return (await storedSessions(job.context.sessions, project)).find(
    (k) =>
      k.session.origin?.commit === commit && fleetOf(k.entries) === fleetOf(entries) && after(k.session) && speaks(k),
  )?.session
}

const speaks = ({ session, entries }: StoredSession): boolean =>
  newestTest(entries) !== undefined || (!isFinal(session.state) && session.state !== 'INTERVIEW')

async function show(
  job: Job,
  sha: string,
  { title, good, body }: CommentPage,
  name: string,
  marker: string,
): Promise<JobResult> {
  const forge = forgeOf(job)
  const pulls = await forge.pullRequestsAt(sha)
  for (const pull of pulls)
    job.context.terminal.info(`pull request ${pull.number}: ${await forge.comment(pull.number, marker, body(pull))}`)
  if (pulls.length === 0) job.context.terminal.info(`no open pull request has ${sha.slice(0, 12)} as its head`)
  const first = body(pulls[0] ?? null)
  await forge.check({
    name,
    sha,
    conclusion: good ? 'success' : 'failure',
    title,
    summary: cutMarkdown(first, summaryBytes),
    url: job.facts.runUrl,
  })
  await job.surface.writeSummary(first)
  return { code: exitCodes.passed, title }
}
