/** `history` and `compare`: what sessions there were, and how two of them differ. */
import { join } from 'node:path'
import type { BundleHead } from '../domain/bundle.ts'
import { compareSessions, type Side } from '../domain/compare-sessions.ts'
import { countsText } from '../domain/counts.ts'
import { hasPlan } from '../domain/events/entry.ts'
import { fleetOf, subjectOf, testsOf } from '../domain/events/readers.ts'
import { exitCodes, Failure } from '../domain/failure.ts'
import { outcomesOf, type Outcomes } from '../domain/outcomes.ts'
import { isFinal } from '../domain/states.ts'
import { duration, iso, messageOf, stripHidden } from '../domain/text.ts'
import { writerText } from '../domain/writer.ts'
import { comparisonHead, comparisonSections } from '../report/session-comparison.ts'
import { fitted, type Column } from '../report/fitting.ts'
import { blockText, pageText } from '../report/plain.ts'
import { toned } from '../report/section.ts'
import type { Context } from './context.ts'
import { bundleIn } from './evidence.ts'
import { named, sessionById } from './named-session.ts'
import { sessionsIn, type StoredSession } from './sessions.ts'

export interface HistoryFlags {
  readonly json?: boolean
  readonly limit?: string
}

const usualLimit = 20

/** Newest first. */
export async function history(c: Context, project: string | undefined, flags: HistoryFlags): Promise<number> {
  if (flags.limit !== undefined && !/^[1-9]\d{0,5}$/.test(flags.limit))
    throw new Failure({
      code: 'U013',
      message: `--limit ${JSON.stringify(stripHidden(flags.limit, 80))}: it is no number from 1 on`,
      remedy: 'vps-test history --limit 50',
    })
  const all = project === undefined ? (await sessionsIn(c.sessions)).whole : await named(c, project, undefined)
  const sorted = all.toSorted((a, b) => b.session.startedAt - a.session.startedAt)
  const rows = sorted.slice(0, Number(flags.limit ?? usualLimit)).map(rowOf)
  if (flags.json === true) c.terminal.print(JSON.stringify(rows))
  else if (rows.length === 0) c.terminal.print('no sessions yet')
  else {
    c.terminal.print(blockText(fitted(columns, rows, c.terminal.columns()), c.terminal.palette))
    if (rows.length < sorted.length)
      c.terminal.info(`${sorted.length - rows.length} older ones: --limit ${sorted.length}`)
  }
  return exitCodes.passed
}

type HistoryRow = ReturnType<typeof rowOf>

function rowOf({ project, session, entries }: StoredSession) {
  const test = testsOf(entries).at(-1)
  const confirmed = entries.findLast((e) => e.event === 'confirmed')
  return {
    session: session.id,
    project,
    startedAt: iso(session.startedAt),
    tookMs: session.changedAt - session.startedAt,
    state: session.state,
    ended: isFinal(session.state),
    verdict: test?.result ?? null,
    counts: test?.counts ?? null,
    tests: session.counters.tests,
    commit: session.origin?.commit ?? null,
    subject: subjectOf(entries),
    branch: session.origin?.branch ?? null,
    fleet: fleetOf(entries),
    who:
      confirmed?.event === 'confirmed'
        ? confirmed.facts.confirmedBy
        : session.by === null
          ? null
          : writerText(session.by),
    why: session.why,
  }
}

const tones = { passed: 'good', failed: 'bad', inconclusive: 'warn' } as const

const columns: readonly Column<HistoryRow>[] = [
  { title: 'session', rank: 1, of: (r) => r.session },
  { title: 'started', rank: 4, of: (r) => r.startedAt.slice(0, 16).replace('T', ' ') },
  {
    title: 'verdict',
    rank: 2,
    of: (r) => (r.verdict === null ? toned('–', 'dim') : toned(r.verdict, tones[r.verdict])),
  },
  { title: 'state', rank: 3, of: (r) => r.state },
  { title: 'took', rank: 8, align: 'right', of: (r) => duration(r.tookMs) },
  { title: 'commit', rank: 5, of: (r) => r.commit?.slice(0, 10) ?? '' },
  { title: 'counted', rank: 6, of: (r) => (r.counts === null ? '' : countsText(r.counts)) },
  { title: 'fleet', rank: 9, of: (r) => r.fleet ?? '' },
  { title: 'who', rank: 7, of: (r) => stripHidden(r.who ?? '', 40) },
  { title: 'subject', rank: 10, cut: true, of: (r) => stripHidden(r.subject ?? '', 120) },
]

/** Of two sessions, the first as what it was before. */
export async function compareTwo(
  c: Context,
  first: string,
  second: string,
  flags: { readonly json?: boolean },
): Promise<number> {
  const [a, b] = [await sideOf(c, await sessionById(c, first)), await sideOf(c, await sessionById(c, second))]
  const compared = compareSessions(a, b)
  c.terminal.print(
    flags.json === true
      ? JSON.stringify({ a: headOf(a), b: headOf(b), ...compared })
      : pageText(comparisonHead(a, b), comparisonSections(compared), c.terminal.palette),
  )
  return exitCodes.passed
}

const headOf = ({ session, project, commit, binary, at, result, counts }: Side): unknown => ({
  session,
  project,
  commit,
  binary,
  at: iso(at),
  result,
  counts,
})

/** By the ledger, and by the evidence of the newest test where this machine has it. */
async function sideOf(c: Context, { project, session, entries }: StoredSession): Promise<Side> {
  const test = testsOf(entries).at(-1)
  if (test === undefined)
    throw new Failure({
      code: 'U053',
      message: `session ${session.id} has no test that ended: it stands in ${session.state}`,
      remedy: `vps-test history ${project}`,
    })
  const evidence = await evidenceOf(c, project, session.id, test.folder)
  const begun = entries.findLast((e) => e.event === 'begun')
  return {
    session: session.id,
    project,
    plan: entries.findLast(hasPlan)?.facts.plan ?? null,
    commit: session.origin?.commit ?? null,
    binary: begun?.event === 'begun' ? begun.facts.binarySha256 : null,
    at: test.at,
    result: test.result,
    why: session.why,
    counts: test.counts,
    outcomes: test.outcomes ?? evidence?.outcomes ?? null,
    nats: evidence?.head.measurements.before ?? null,
    logs: evidence?.head.logs ?? null,
  }
}

async function evidenceOf(
  c: Context,
  project: string,
  session: string,
  folder: string,
): Promise<{ readonly head: BundleHead; readonly outcomes: Outcomes } | null> {
  if (!/^test-\d{1,6}$/.test(folder)) return null
  try {
    const { bundle, verdict } = await bundleIn(join(c.sessions.folderOf(project, session), folder))
    return { head: bundle, outcomes: outcomesOf(verdict.suites) }
  } catch (error) {
    c.terminal.info(`the evidence of ${session} is not read: ${messageOf(error).split('\n')[0] ?? ''}`)
    return null
  }
}
