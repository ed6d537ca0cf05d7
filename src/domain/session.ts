/** A session as the fold of its ledger entries: where it stands, what was done, and what the newest entries learned. */
import { meaningOf, hasPlan, isPart, type Entry, type EntryFrom } from './events/entry.ts'
import type { Exclusion, SetupWarning, Taking } from './events/facts.ts'
import type { Meaning } from './events/row.ts'
import type { Finding } from './findings.ts'
import { counted, type RecoveryCounts } from './recovery/firing.ts'
import { checkpointStates, isCheckpoint, type Checkpoint, type State } from './states.ts'
import type { Origin, Writer } from './writer.ts'

export type { Taking }

/** Who held the fleet when this session wanted it. `until`: Unix milliseconds. */
export interface Queued {
  readonly holder: string
  readonly who: string
  readonly until: number
}

/**
 * The newest entry that left each state; a new build forgets the old build and deploy, a new setup the old setup too.
 */
export type Newest = { readonly [S in State]?: EntryFrom<S> }

export interface Session {
  readonly id: string
  readonly state: State
  /** Unix milliseconds. */
  readonly startedAt: number
  readonly changedAt: number
  readonly lastTestAt: number | null
  readonly waitUntil: number | null
  readonly counters: Readonly<Record<NonNullable<Meaning['counts']>, number>>
  /** Each has a number of its own, whether it ended or not. */
  readonly testsBegun: number
  readonly inconclusiveInARow: number
  /** Since the last good build, or the last push by a person. */
  readonly failedBuildsInARow: number
  /** Claims since the last transition that was none: each is a run that ended without a record. */
  readonly claimsInARow: number
  readonly checkpointsLeft: readonly Checkpoint[]
  readonly checkpointsTaken: readonly Checkpoint[]
  /** Set from the claim until the test is recorded. */
  readonly checkpoint: Taking | null
  readonly queued: Queued | null
  /** It went on without the run that began it, so the schedule may pick it up again. */
  readonly unattended: boolean
  readonly manualVerify: boolean
  /** Full loops after a regression, by its plan. */
  readonly restartsAllowed: number
  /** Its waits may be ended by a later session of its branch, of another commit. */
  readonly preemptible: boolean
  readonly planDigest: string | null
  /** Its plan is limited to some attempts, so that it ends with its verdict. */
  readonly selection: boolean
  readonly origin: Origin | null
  /** Who wrote the newest entry: the session is theirs while they live. */
  readonly by: Writer | null
  readonly newest: Newest
  /** How often each recovery rule fired. */
  readonly recoveries: RecoveryCounts
  readonly why: string
}

export const idle = (id: string, at: number): Session => ({
  id,
  state: 'IDLE',
  startedAt: at,
  changedAt: at,
  lastTestAt: null,
  waitUntil: null,
  counters: { builds: 0, deploys: 0, tests: 0, fixes: 0, restarts: 0 },
  testsBegun: 0,
  inconclusiveInARow: 0,
  failedBuildsInARow: 0,
  claimsInARow: 0,
  checkpointsLeft: [],
  checkpointsTaken: [],
  checkpoint: null,
  queued: null,
  unattended: false,
  manualVerify: false,
  restartsAllowed: 0,
  preemptible: false,
  planDigest: null,
  selection: false,
  origin: null,
  by: null,
  newest: {},
  recoveries: {},
  why: '',
})

/** The session that a chain of entries describes. */
export const fold = (id: string, entries: readonly Entry[]): Session =>
  entries.reduce(step, idle(id, entries[0]?.at ?? 0))

function step(s: Session, e: Entry): Session {
  const { counts, note = false } = meaningOf(e)
  const tested = counts === 'tests'
  const begun = e.event === 'begun'
  const recovered = e.event === 'recovered'
  const newest = newestAfter(s, e, note)
  return {
    ...s,
    state: e.to,
    changedAt: e.at,
    why: recovered ? s.why : e.why,
    lastTestAt: tested ? e.at : s.lastTestAt,
    waitUntil: e.facts.dueAt ?? e.facts.deadline ?? null,
    counters: counts === undefined ? s.counters : { ...s.counters, [counts]: s.counters[counts] + 1 },
    testsBegun: s.testsBegun + (e.event === 'begun' ? 1 : 0),
    inconclusiveInARow: !tested && !isPart(e) ? s.inconclusiveInARow : isUntold(e) ? s.inconclusiveInARow + 1 : 0,
    failedBuildsInARow: failedBuildsAfter(s, e),
    claimsInARow: e.event === 'claimed' ? s.claimsInARow + 1 : begun || recovered ? s.claimsInARow : 0,
    checkpointsLeft: checkpointsLeftAfter(s, e, newest),
    checkpointsTaken:
      e.to === 'RESTART'
        ? []
        : tested && s.checkpoint !== null && e.to !== 'TEST'
          ? [...s.checkpointsTaken, s.checkpoint.name]
          : s.checkpointsTaken,
    checkpoint: checkpointAfter(s, e),
    queued:
      e.event === 'queued'
        ? { holder: e.facts.holder, who: e.facts.who, until: e.facts.until }
        : note
          ? s.queued
          : null,
    unattended: s.unattended || e.event === 'queued' || e.to === 'RESTART',
    restartsAllowed: e.event === 'confirmed' ? e.facts.restarts : s.restartsAllowed,
    preemptible: e.event === 'confirmed' ? e.facts.preemptible : s.preemptible,
    manualVerify: e.event === 'confirmed' ? e.facts.proof === 'manual-verify' : s.manualVerify,
    planDigest: e.event === 'confirmed' || hasPlan(e) ? e.facts.planDigest : s.planDigest,
    selection: hasPlan(e) ? isSelection(e.facts) : s.selection,
    origin: hasPlan(e) ? e.facts.origin : s.origin,
    by: e.facts.by ?? s.by,
    recoveries: counted(s.recoveries, e.facts.recoveries ?? []),
    newest: e.from === e.to ? newest : forget(newest, doneAnew[e.to] ?? []),
  }
}

const isUntold = (e: Entry): boolean => e.event === 'inconclusive' || e.event === 'unclear'

/** Of an entry that may be of another version, or stand at a state that has no plan yet. */
const isSelection = (facts: { readonly plan?: { readonly only?: unknown } | null }): boolean =>
  (facts.plan?.only ?? null) !== null

function failedBuildsAfter(s: Session, e: Entry): number {
  if (e.event === 'pushed' || e.event === 'built') return 0
  return e.from === 'BUILD' && e.event === 'failed' ? s.failedBuildsInARow + 1 : s.failedBuildsInARow
}

/** In the order in which they are due, each once. */
function checkpointsLeftAfter(s: Session, e: Entry, { INTERVIEW }: Newest): readonly Checkpoint[] {
  if (e.event === 'confirmed' || e.event === 'restart') {
    const wanted = INTERVIEW?.event === 'confirmed' ? INTERVIEW.facts.soak : []
    return checkpointStates.filter((c) => wanted.includes(c))
  }
  return isCheckpoint(e.to) ? s.checkpointsLeft.slice(1) : s.checkpointsLeft
}

function checkpointAfter(s: Session, e: Entry): Taking | null {
  if (e.to !== 'TEST') return null
  if (isCheckpoint(e.from)) return taking(s, e.from, e.at)
  return e.event === 'claimed' && s.checkpoint !== null ? takenAt(s.checkpoint, e.at) : s.checkpoint
}

/** Lateness follows from the chain's own times, whatever the claimant says. */
export const taking = (s: Session, name: Checkpoint, at: number): Taking =>
  takenAt({ name, dueAt: s.waitUntil ?? at }, at)
/** By the run that takes it over: what one that died had claimed, it did not test. */
const takenAt = ({ name, dueAt }: Pick<Taking, 'name' | 'dueAt'>, at: number): Taking => ({
  name,
  dueAt,
  takenAt: at,
  latenessMs: at - dueAt,
})

const newestAfter = (s: Session, e: Entry, note: boolean): Newest =>
  // An entry stands under the state that it left.
  note ? s.newest : ({ ...s.newest, [e.from]: e } as Newest)

/** What is done anew is not known any more: a node that the old program failed on is in the next deploy again. */
const doneAnew: { readonly [S in State]?: readonly State[] } = {
  SETUP: ['SETUP', 'BUILD', 'DEPLOY'],
  BUILD: ['BUILD', 'DEPLOY'],
}
const forget = (newest: Newest, states: readonly State[]): Newest =>
  Object.fromEntries(Object.entries(newest).filter(([state]) => !states.some((s) => s === state)))

/** Everything left out so far, oldest first. */
export const exclusions = ({ newest }: Session): readonly Exclusion[] =>
  [newest.SETUP, newest.DEPLOY].flatMap((e) =>
    e !== undefined && 'excluded' in e.facts ? (e.facts.excluded ?? []) : [],
  )

export const setupWarnings = ({ newest }: Session): readonly SetupWarning[] =>
  newest.SETUP?.event === 'ready' ? newest.SETUP.facts.warnings : []

/** What SETUP saw that is worth a person's eye. */
export const setupFindings = (s: Session): readonly Finding[] =>
  setupWarnings(s)
    .filter((w) => w.kind === 'skewed-clock')
    .map(({ message, node }) => ({ kind: 'skewed-clock', message, node, attempts: [] }))
