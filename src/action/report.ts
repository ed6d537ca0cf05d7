/** After every job: outputs, annotations, and a summary when there is something to show. */
import { join } from 'node:path'
import { Failure } from '../domain/failure.ts'
import type { Counts } from '../domain/counts.ts'
import { countsOf } from '../report/facts.ts'
import type { Entry, Json } from '../domain/ledger.ts'
import type { Session } from '../domain/session.ts'
import type { Verdict } from '../domain/verdict.ts'
import type { Bundle } from '../domain/bundle.ts'
import { annotations } from '../report/annotations.ts'
import type { Comparison } from '../report/comparison.ts'
import { jobSummary } from '../report/job-summary.ts'
import { verdictTitle } from '../report/verdict-title.ts'
import { storedSession, type StoredSession } from '../app/sessions.ts'
import { bundleIn } from '../app/evidence.ts'
import type { Job } from './job.ts'

/** The newest test of a session, as this job has it at hand. */
export interface TestView {
  readonly bundle: Bundle | null
  readonly verdict: Verdict | null
  readonly folder: string | null
  readonly comparison: Comparison | null
}
export const noTestView: TestView = { bundle: null, verdict: null, folder: null, comparison: null }

export const newestTest = (entries: readonly Entry[]): Entry | undefined =>
  entries.findLast((e) => e.from === 'TEST' && typeof e.facts['evidenceRoot'] === 'string')

/** What this machine holds of the newest test. */
export async function testViewHere(job: Job, { project, session, entries }: StoredSession): Promise<TestView> {
  const test = newestTest(entries)
  if (test === undefined) return noTestView
  const folder = join(job.context.sessions.folderOf(project, session.id), String(test.facts['folder']))
  const found = await bundleIn(folder).catch(() => null)
  return found === null ? noTestView : { ...found, folder, comparison: null }
}

/** Ends, and checkpoints that nobody took, that no test led to. */
const untested: readonly string[] = ['missed', 'stop', 'superseded', 'unrecoverable', 'expired']

/** What the newest test came to, while the session stands on it: a checkpoint that was claimed or missed since, or an end without a test, is no pass. */
export function verdictOf({ checkpoint }: Session, entries: readonly Entry[]): string {
  const verdict = newestTest(entries)?.facts['verdict']
  const last = entries.at(-1)?.event ?? ''
  return typeof verdict !== 'string'
    ? ''
    : verdict === 'passed' && (checkpoint !== null || untested.includes(last))
      ? 'inconclusive'
      : verdict
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
    rates: JSON.stringify(ratesOf(countsOf(test?.facts['counts']))),
    evidence: artifactOf(test?.facts)?.name ?? '',
    'artifact-url': artifactOf(test?.facts)?.url ?? '',
    ...more,
  })
}

/** The artifact that an entry's facts name. */
export function artifactOf(
  facts: Readonly<Record<string, Json>> | undefined,
): { readonly id: number; readonly name: string; readonly url: string } | null {
  const a = facts?.['artifact'] as
    | { readonly id?: unknown; readonly name?: unknown; readonly url?: unknown }
    | null
    | undefined
  return typeof a?.id === 'number' && typeof a.name === 'string' && typeof a.url === 'string'
    ? { id: a.id, name: a.name, url: a.url }
    : null
}

/** The attempt of a run that wrote an entry, and so holds its artifacts. */
export function runOf(
  facts: Readonly<Record<string, Json>> | undefined,
): { readonly run: string; readonly attempt: number } | undefined {
  const by = facts?.['by'] as { readonly run?: unknown; readonly attempt?: unknown } | null | undefined
  return typeof by?.run === 'string' && typeof by.attempt === 'number'
    ? { run: by.run, attempt: by.attempt }
    : undefined
}

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
      artifactUrl: artifactOf(newestTest(entries)?.facts)?.url ?? null,
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
