/** After every job: outputs, annotations, and a summary when there is something to show. */
import { join } from 'node:path'
import { Failure } from '../domain/failure.ts'
import type { Counts } from '../domain/counts.ts'
import { isTest, meaningOf, type TestEntry } from '../domain/events/entry.ts'
import type { Entry, Json } from '../domain/ledger.ts'
import type { Session } from '../domain/session.ts'
import type { Verdict } from '../domain/verdict.ts'
import type { BundleHead } from '../domain/bundle.ts'
import { annotations } from '../report/annotations.ts'
import type { Comparison } from '../report/comparison.ts'
import { jobSummary } from '../report/job-summary.ts'
import { verdictTitle } from '../report/verdict-title.ts'
import { storedSession, type StoredSession } from '../app/sessions.ts'
import { bundleIn } from '../app/evidence.ts'
import type { Job } from './job.ts'

/** The newest test of a session, as this job has it at hand. */
export interface TestView {
  readonly bundle: BundleHead | null
  readonly verdict: Verdict | null
  readonly folder: string | null
  readonly comparison: Comparison | null
}
export const noTestView: TestView = { bundle: null, verdict: null, folder: null, comparison: null }

export const newestTest = (entries: readonly Entry[]): TestEntry | undefined => entries.findLast(isTest)

/** What this machine holds of the newest test. */
export async function testViewHere(job: Job, { project, session, entries }: StoredSession): Promise<TestView> {
  const test = newestTest(entries)
  if (test === undefined) return noTestView
  const folder = join(job.context.sessions.folderOf(project, session.id), test.facts.folder)
  const found = await bundleIn(folder).catch(() => null)
  return found === null ? noTestView : { ...found, folder, comparison: null }
}

/**
 * What the newest test came to, while the session stands on it: a checkpoint that was claimed or missed since, or an
 * end without a test, is no pass.
 */
export function verdictOf({ checkpoint }: Session, entries: readonly Entry[]): string {
  const verdict = newestTest(entries)?.event
  const last = entries.at(-1)
  if (verdict === undefined || last === undefined) return ''
  const { ends = false, exit } = meaningOf(last)
  const untested = ends && exit !== 'failed'
  return verdict === 'passed' && (checkpoint !== null || untested) ? 'inconclusive' : verdict
}

export function setOutputs(
  job: Job,
  session: Session,
  entries: readonly Entry[],
  more: Readonly<Record<string, string>> = {},
): void {
  const test = newestTest(entries)
  job.surface.setOutputs({
    session: session.id,
    state: session.state,
    verdict: verdictOf(session, entries),
    rates: JSON.stringify(ratesOf(test?.facts.counts ?? {})),
    evidence: test?.facts.artifact?.name ?? '',
    'artifact-url': test?.facts.artifact?.url ?? '',
    ...more,
  })
}

/** The attempt of a run that wrote an entry, and so holds its artifacts. */
export const runOf = ({ facts: { by } }: Entry): { readonly run: string; readonly attempt: number } | undefined =>
  by?.kind === 'run' ? { run: by.run, attempt: by.attempt } : undefined

const ratesOf = (counts: Counts): Json =>
  Object.fromEntries(
    Object.entries(counts).map(([suite, groups]) => [
      suite,
      Object.fromEntries(
        Object.entries(groups).map(([group, { attempts, successes }]) => [
          group,
          { attempts, successes, rate: attempts === 0 ? null : successes / attempts },
        ]),
      ),
    ]),
  )

/** Summary and annotations of a session as it stands now. */
export async function reportSession(job: Job, known: StoredSession, shown: TestView = noTestView): Promise<void> {
  const { session, entries } = known
  await job.surface.writeSummary(
    jobSummary({
      session,
      entries,
      bundle: shown.bundle,
      verdict: shown.verdict,
      artifactUrl: newestTest(entries)?.facts.artifact?.url ?? null,
      runUrl: job.facts.runUrl,
      comparison: shown.comparison,
      subject: job.facts.pullTitle,
    }),
  )
  job.surface.annotate(annotations(session, entries, shown.verdict))
}

export const titleOf = ({ session, entries }: Pick<StoredSession, 'session' | 'entries'>): string =>
  verdictTitle({ session, entries })

/** The session as the ledger has it now; the action's job is on it alone. */
export async function sessionOf(job: Job, id = job.inputs.session): Promise<StoredSession> {
  const known = id === '' ? undefined : await storedSession(job.context.sessions, id)
  if (known === undefined) throw missing(id)
  return known
}

const missing = (id: string): Failure =>
  new Failure({
    code: 'U065',
    message: id === '' ? 'the input session is empty' : `the ledger has no session ${id}`,
    remedy: 'gh workflow run vps-test-ops.yml -f command=status',
  })
