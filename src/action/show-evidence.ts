/**
 * `prove`: fetches the evidence that the test job kept, judges it again against the ledger, and shows it; without a
 * test, at least every node's log.
 */
import { join } from 'node:path'
import { quote } from '../commands/quote.ts'
import { exitCodes, Failure } from '../domain/failure.ts'
import type { TestEntry } from '../domain/events/entry.ts'
import { collect } from '../stages/parts/collect.ts'
import { leasedNodes } from '../stages/parts/roster.ts'
import type { StoredSession } from '../app/sessions.ts'
import { check } from '../app/evidence.ts'
import { againstBase, baseBranchOf } from './base.ts'
import { continuedAtOtherCommit } from './other-commit.ts'
import { endJob } from './end-job.ts'
import type { JobResult, Job } from './job.ts'
import { filesBelow } from './store-artifact.ts'
import { withStage } from './stages.ts'
import { newestTest, noTestView, runOf, sessionOf, type TestView } from './report.ts'
import { messageOf } from '../domain/text.ts'

export async function prove(job: Job): Promise<JobResult> {
  const known = await sessionOf(job)
  const other = continuedAtOtherCommit(job, known.session)
  if (other !== null) return { code: exitCodes.inconclusive, title: other }
  const test = newestTest(known.entries)
  const shown = test === undefined ? noTestView : await evidence(job, known, test)
  // A test that broke off left no evidence behind: what the nodes wrote is fetched before it is gone.
  if (test === undefined || known.entries.at(-1) !== test) await nodeLogs(job, known)
  return endJob(job, known, {
    outputs: {},
    next: false,
    proof: shown,
    summary: shown,
    person: 'leave',
    code: exitCodes.passed,
    title: null,
  })
}

/** The evidence of a test, from this machine or from its artifact, found to be what the ledger says. */
export async function evidence(
  job: Job,
  { project, session, entries }: StoredSession,
  test: TestEntry,
): Promise<TestView> {
  const { context: c, artifacts } = job
  const folder = join(c.sessions.folderOf(project, session.id), test.facts.folder)
  const stored = test.facts.artifact
  if ((await filesBelow(folder).catch(() => [])).length === 0) {
    if (stored === null || artifacts === null) return noTestView
    c.terminal.info(`fetching artifact ${stored.name}`)
    await artifacts.download(stored.id, folder, runOf(test))
  }
  const ledger = { name: 'the ledger branch', read: async () => ({ kind: 'entries' as const, entries }) }
  const { result, evidence: read } = await check(folder, { version: c.version, ledgers: [ledger] })
  const seen = [
    ...result.faults,
    ...(result.root === test.facts.evidenceRoot ? [] : ['the evidence is not the one that the ledger names']),
  ]
  if (seen.length > 0 || read === null || !result.anchored)
    throw new Failure({
      code: 'H033',
      message: `the evidence of ${session.id} is not what was recorded: ${seen.slice(0, 5).join('; ')}`,
      remedy: `vps-test verify ${quote(folder)} ${c.sessions.anchorFlag(project)}`,
    })
  return { ...read, folder, comparison: await comparisonWith(job, entries, test) }
}

async function comparisonWith(
  job: Job,
  entries: StoredSession['entries'],
  test: TestEntry,
): Promise<TestView['comparison']> {
  const branch = baseBranchOf(job, entries)
  return branch === null
    ? null
    : (await againstBase(job, { id: test.session, entries, counts: test.facts.counts }))(branch)
}

/** Of every node that SETUP reached: one that DEPLOY had to leave out is of most interest. */
async function nodeLogs(job: Job, known: StoredSession): Promise<void> {
  const { context: c, artifacts, facts } = job
  if (known.session.newest.SETUP === undefined && known.session.state !== 'BUILD') return
  const folder = `logs-${facts.attempt}`
  await withStage(job, known, async (world, plan) => {
    const missing = await collect(
      { ...world, signal: AbortSignal.any([c.signal, AbortSignal.timeout(120_000)]) },
      plan,
      {
        nodes: leasedNodes(plan, known.session),
        folder,
        window: { from: known.session.startedAt, to: world.clock.now() },
        since: known.session.startedAt,
      },
    )
    missing.forEach((m) => c.terminal.warn(`${m.what}: ${m.why}`))
    const root = join(world.files.root, folder)
    const files = await filesBelow(root).catch(() => [])
    if (artifacts !== null && files.length > 0)
      await artifacts.upload(`vps-test-logs-${known.session.id}-${facts.attempt}`, root, files)
  }).catch((error: unknown) => {
    c.terminal.warn(`logs of the nodes: ${messageOf(error)}`)
  })
}
