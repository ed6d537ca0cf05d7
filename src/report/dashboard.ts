/** The ledger branch's own page and derived state, from entries alone: whoever writes them writes the same bytes. */
import type { Entry, Json } from '../domain/ledger.ts'
import { isFinal, traitsOf } from '../domain/states.ts'
import type { Queued, Session } from '../domain/session.ts'
import { writerText } from '../domain/writer.ts'
import { latenessText } from './sections/checkpoints.ts'
import { countsText } from '../domain/counts.ts'
import { fleetOf, originOf, projectOf, testsOf, writerOf } from '../domain/events/readers.ts'
import { pageMarkdown } from './markdown.ts'
import {
  code,
  inline,
  link,
  list,
  paragraph,
  strong,
  table,
  text,
  type Block,
  type Inline,
  type Section,
} from './section.ts'
import { iso } from '../domain/text.ts'

export interface SessionRow {
  readonly session: Session
  readonly entries: readonly Entry[]
}

const finishedShown = 50
/** More rows than GitHub renders of one page would be cut by it, unsaid. */
const unfinishedShown = 100
/** Of state.json; grows when a field changes its meaning. */
const schema = 1

/** Nobody goes on with it. `why`: one sentence for a person. */
export interface DamagedRow {
  readonly id: string
  readonly why: string
}

export function dashboard(
  sessions: readonly SessionRow[],
  broken: readonly DamagedRow[] = [],
): Readonly<Record<string, string>> {
  const sorted = sessions.toSorted(
    (a, b) => b.session.changedAt - a.session.changedAt || (a.session.id < b.session.id ? -1 : 1),
  )
  const states = [
    ...sorted.map((s) => [s.session.id, stateOf(s)] as const),
    ...broken.map((b) => [b.id, { damage: short(b.why) }] as const),
  ]
  return {
    'README.md': pageMarkdown(head(sorted), 1, sections(sorted, broken)),
    'state.json': `${JSON.stringify({ schema, sessions: Object.fromEntries(states) }, sortedKeys, 1)}\n`,
  }
}

const isOpen = ({ session }: SessionRow): boolean => !isFinal(session.state)

const head = (sorted: readonly SessionRow[]): Section => ({
  id: 'sessions',
  title: 'vps-test: sessions',
  blocks: holding(sorted.filter(isOpen)),
})

function sections(sorted: readonly SessionRow[], broken: readonly DamagedRow[]): readonly Section[] {
  const [open, done] = [sorted.filter(isOpen), sorted.filter((s) => !isOpen(s))]
  return [
    ...(broken.length === 0 ? [] : [damage(broken)]),
    {
      id: 'unfinished',
      title: 'Unfinished',
      blocks: [
        open.length === 0 ? paragraph('None.') : rows(open.slice(0, unfinishedShown)),
        ...more(open.length - unfinishedShown),
      ],
    },
    {
      id: 'finished',
      title: 'Finished',
      blocks: [
        done.length === 0 ? paragraph('None yet.') : rows(done.slice(0, finishedShown)),
        ...more(done.length - finishedShown),
      ],
    },
    { id: 'reading', title: 'How to read this', blocks: [list(reading)] },
  ]
}

const reading: readonly Inline[] = [
  inline`Each session is a folder of this branch: one file for each transition, chained by SHA-256,
    with the raw counts of each test. ${code('state.json')} and this page follow from them and are written again with
    each entry.`,
  inline`${strong('next due')} is when the next soak checkpoint is to be taken; ${strong('late by')}
    is how long after its due time the newest one was.`,
  inline`Verdicts give successes/attempts for each pair class or other group. Inconclusive counts as a failure.`,
  inline`Judge a test again, offline: unpack its evidence artifact into a folder, get this branch with
    ${code('git clone -b vps-test-ledger <this repository> ledger')}, and run
    ${code('vps-test verify <folder> --ledger ledger')}. The digest of the proof page stands here.`,
]

const damage = (broken: readonly DamagedRow[]): Section => ({
  id: 'damaged',
  title: 'Damaged',
  blocks: [
    paragraph(
      inline`Nothing is done with these any more, and the others go on. To be rid of one, remove its
        folder from this branch by a commit; the history keeps it.`,
    ),
    table(
      ['session', 'what is wrong', 'on a clone of this branch'],
      broken
        .slice(0, unfinishedShown)
        .map(({ id, why }) => [
          code(id, 80),
          text(why, 300),
          /^\w[\w.-]*$/.test(id) ? code(`git rm -r sessions/${id}`, 200) : '–',
        ]),
    ),
    ...more(broken.length - unfinishedShown),
  ],
})

const more = (n: number): readonly Block[] => (n > 0 ? [paragraph(`And ${n} more, in this branch's folders.`)] : [])

const rows = (shown: readonly SessionRow[]): Block =>
  table(
    [
      'session',
      'project',
      'branch',
      'commit',
      'state',
      'changed',
      'next due',
      'late by',
      'last verdict',
      'proof',
      'run',
      'why',
    ],
    shown.map(({ session, entries }) => {
      const [origin, tests, writer] = [originOf(entries), testsOf(entries), writerOf(entries.at(-1))]
      const last = tests.at(-1)
      return [
        code(session.id, 80),
        text(projectOf(entries) ?? '–', 60),
        origin?.branch == null ? '–' : code(origin.branch, 80),
        origin?.commit == null ? '–' : code(origin.commit.slice(0, 10)),
        strong(text(session.state, 40)),
        iso(session.changedAt),
        session.waitUntil === null ? '–' : iso(session.waitUntil),
        latenessText(tests.findLast((t) => t.checkpoint !== null)?.checkpoint?.latenessMs ?? null),
        last === undefined
          ? '–'
          : `${last.result}${countsText(last.counts) === '' ? '' : `: ${countsText(last.counts)}`}`,
        last?.proofSha256 == null ? '–' : code(last.proofSha256.slice(0, 16)),
        writer === null
          ? '–'
          : writer.kind === 'run'
            ? link(`run ${writer.run.slice(0, 40)}`, writer.url)
            : text(writerText(writer), 80),
        text(session.why, 160),
      ]
    }),
  )

/** The mirror of the leases: what entries say of who holds the fleet and who waits for it. */
function holding(open: readonly SessionRow[]): readonly Block[] {
  const lines = open.flatMap(({ session, entries }): readonly Inline[] => {
    const wait = queueOf(entries)
    if (wait !== null)
      return [
        inline`${code(session.id, 80)} waits for session ${code(wait.holder, 80)} (${text(wait.who, 80)}),
          leased until ${iso(wait.until)}`,
      ]
    const fences = fencesOf(entries)
    return traitsOf(session.state).holdsLeases && fences !== null
      ? [inline`${code(session.id, 80)} holds ${fences} nodes (${text(fleetOf(entries) ?? 'fleet', 60)})`]
      : []
  })
  return lines.length === 0
    ? [paragraph('No session holds a fleet.')]
    : [paragraph('The fleet:'), list(lines.slice(0, unfinishedShown))]
}

function queueOf(entries: readonly Entry[]): Queued | null {
  const last = entries.at(-1)
  return last?.event === 'queued' ? last.facts : null
}

function fencesOf(entries: readonly Entry[]): number | null {
  const ready = entries.findLast((e) => e.event === 'ready')
  return ready === undefined ? null : Object.keys(ready.facts.fences).length
}

/** What a program that reads the branch needs without folding entries; never a plan, an address or a log line. */
function stateOf({ session: s, entries }: SessionRow): Json {
  const [origin, tests, writer] = [originOf(entries), testsOf(entries), writerOf(entries.at(-1))]
  const last = tests.at(-1)
  return {
    state: short(s.state),
    why: short(s.why),
    project: short(projectOf(entries)),
    branch: short(origin?.branch ?? null),
    commit: short(origin?.commit ?? null),
    startedAt: s.startedAt,
    changedAt: s.changedAt,
    dueAt: s.waitUntil,
    entries: entries.length,
    lastHash: entries.at(-1)?.hash ?? null,
    planDigest: short(s.planDigest),
    counters: { ...s.counters },
    checkpointsLeft: [...s.checkpointsLeft],
    checkpointsTaken: [...s.checkpointsTaken],
    by: writer === null ? null : short(writerText(writer)),
    waitsFor: short(queueOf(entries)?.holder ?? null),
    lastTest:
      last === undefined
        ? null
        : {
            at: last.at,
            result: last.result,
            counts: last.counts,
            evidenceRoot: last.evidenceRoot,
            proofSha256: last.proofSha256,
            checkpoint: last.checkpoint === null ? null : { ...last.checkpoint, name: short(last.checkpoint.name) },
          },
  }
}

/** Foreign words as they are, but not by the megabyte. */
const short = (value: string | null): string | null => (value === null ? null : value.slice(0, 500).toWellFormed())

const sortedKeys = (_: string, value: unknown): unknown =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
    ? Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0)))
    : value
