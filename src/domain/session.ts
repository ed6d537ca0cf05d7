/** The state machine of spec §4 as data: a session is a fold over ledger entries, `next` is the table's only reader. */
import { chain, type Entry, type Json } from './ledger.ts'
import type { Origin, Writer } from './writer.ts'

export const states = [
  'IDLE',
  'INTERVIEW',
  'SETUP',
  'BUILD',
  'DEPLOY',
  'TEST',
  'FIX',
  'WAIT_1HR',
  'WAIT_6HR',
  'RESTART',
  'AWAIT_PUSH',
  'AWAIT_APPROVAL',
  'COMPLETE',
  'STOPPED',
] as const
export type State = (typeof states)[number]
export type Checkpoint = 'WAIT_1HR' | 'WAIT_6HR'

/** States in which nothing further happens by itself. */
export const finals: readonly State[] = ['COMPLETE', 'STOPPED']

/** States that wait for something outside a run, and what goes on with them. */
export const waiting: Readonly<Partial<Record<State, string>>> = {
  AWAIT_PUSH: "a push on the session's branch continues it at BUILD",
  WAIT_1HR: 'the checkpoint is taken by the soak schedule',
  WAIT_6HR: 'the checkpoint is taken by the soak schedule',
  AWAIT_APPROVAL: 'a person decides',
}

/** A checkpoint that is being taken. Times are Unix milliseconds of the orchestrator. */
export interface Taking {
  readonly name: Checkpoint
  readonly dueAt: number
  readonly takenAt: number
  readonly latenessMs: number
}

/** Who held the fleet when this session wanted it. `until`: Unix milliseconds. */
export interface Queued {
  readonly holder: string
  readonly who: string
  readonly until: number
}

export interface Session {
  readonly id: string
  readonly state: State
  /** Unix milliseconds. */
  readonly startedAt: number
  readonly changedAt: number
  readonly lastTestAt: number | null
  readonly waitUntil: number | null
  readonly counters: {
    readonly builds: number
    readonly deploys: number
    readonly tests: number
    readonly fixes: number
    readonly restarts: number
  }
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
  readonly planDigest: string | null
  readonly origin: Origin | null
  /** Who wrote the newest entry: the session is theirs while they live. */
  readonly by: Writer | null
  /** Facts of the newest entry that left each state; a new build forgets the old build and deploy, a new setup the old setup too. */
  readonly learned: Readonly<Partial<Record<State, Readonly<Record<string, Json>>>>>
  readonly why: string
}

/** What a stage came to. `why` is one sentence for a person. */
export interface StageResult {
  readonly event: string
  readonly why: string
  readonly facts: Readonly<Record<string, Json>>
}

type Target = { readonly to: State; readonly why?: string }
const to = (state: State, why?: string): Target => (why === undefined ? { to: state } : { to: state, why })
const afterPass = (s: Session): Target =>
  s.checkpointsLeft[0] !== undefined ? to(s.checkpointsLeft[0]) : s.manualVerify ? to('AWAIT_APPROVAL') : to('COMPLETE')
const afterRegression = (s: Session): Target =>
  s.counters.restarts < restartsAllowed
    ? to('RESTART', 'regression at a soak checkpoint')
    : to('STOPPED', `regression after ${restartsAllowed} full loops: a person is asked`)

type Row = Readonly<Record<string, (s: Session) => Target>>
const buildsAllowed = 3
/** The texts name no end to the loop of soak and restart; a program that regresses each time would hold a fleet for ever. */
const restartsAllowed = 3

const stay: Row = { claimed: (s) => to(s.state) }
const checkpointRow: Row = { due: () => to('TEST'), missed: () => to('STOPPED', 'a checkpoint was missed') }

/** Every state and every event it knows. `stop`, `superseded` and `unrecoverable` lead to STOPPED from anywhere and stand in `next`. */
export const table: Readonly<Record<State, Row>> = {
  IDLE: { begin: () => to('INTERVIEW') },
  INTERVIEW: { confirmed: () => to('SETUP') },
  SETUP: { ready: () => to('BUILD'), queued: () => to('SETUP'), ...stay },
  BUILD: {
    built: () => to('DEPLOY'),
    toolchain: () => to('BUILD', 'natively on the build host'),
    failed: (s) =>
      s.failedBuildsInARow + 1 >= buildsAllowed
        ? to('STOPPED', `${buildsAllowed} failed builds: a person is asked`)
        : to('FIX'),
    ...stay,
  },
  // A fleet is waited for in SETUP: by the time it is free, nodes may have changed, and another run builds the binary that it deploys.
  DEPLOY: { deployed: () => to('TEST'), failed: () => to('FIX'), queued: () => to('SETUP'), ...stay },
  TEST: {
    passed: afterPass,
    failed: (s) => (s.checkpoint === null ? to('FIX') : afterRegression(s)),
    inconclusive: (s) =>
      s.inconclusiveInARow === 0 ? to('TEST', 'inconclusive: once more') : to('STOPPED', 'inconclusive twice in a row'),
    missed: () => to('STOPPED', 'a checkpoint was missed'),
    ...stay,
  },
  FIX: { fixed: () => to('BUILD'), 'no-fix-command': () => to('AWAIT_PUSH'), ...stay },
  AWAIT_PUSH: { pushed: () => to('BUILD') },
  WAIT_1HR: checkpointRow,
  WAIT_6HR: checkpointRow,
  RESTART: { restart: () => to('SETUP'), ...stay },
  AWAIT_APPROVAL: {
    approved: () => to('COMPLETE'),
    rejected: () => to('STOPPED', 'rejected by a person'),
    expired: () => to('STOPPED', 'nobody approved in time'),
  },
  COMPLETE: {},
  STOPPED: {},
}

const hour = 3_600_000
const waits: Readonly<Record<Checkpoint, number>> = { WAIT_1HR: hour, WAIT_6HR: 6 * hour }
/** A person's time to look at the proof (spec §4: AWAIT_APPROVAL has a deadline). */
const approvalMs = 7 * 24 * hour

/** The entry that records `outcome`; undefined when this state knows no such event. */
export function next(entries: readonly Entry[], session: Session, outcome: StageResult, at: number): Entry | undefined {
  const target = targetOf(session, outcome.event)
  if (target === undefined) return undefined
  const due =
    target.to === 'WAIT_1HR' || target.to === 'WAIT_6HR'
      ? { dueAt: at + waits[target.to] }
      : target.to === 'AWAIT_APPROVAL'
        ? { deadline: at + approvalMs }
        : {}
  const why = target.why === undefined ? outcome.why : `${target.why}; ${outcome.why}`
  return chain(entries, {
    session: session.id,
    at,
    from: session.state,
    event: outcome.event,
    to: target.to,
    why,
    facts: { ...outcome.facts, ...due },
  })
}

function targetOf(session: Session, event: string): Target | undefined {
  if (finals.includes(session.state)) return undefined
  if (event === 'stop') return to('STOPPED', 'stopped by a person')
  if (event === 'superseded') return to('STOPPED', 'superseded')
  if (event === 'unrecoverable') return to('STOPPED')
  const row = table[session.state]
  return Object.hasOwn(row, event) ? row[event]?.(session) : undefined
}

export const idle = (id: string, at: number): Session => ({
  id,
  state: 'IDLE',
  startedAt: at,
  changedAt: at,
  lastTestAt: null,
  waitUntil: null,
  counters: { builds: 0, deploys: 0, tests: 0, fixes: 0, restarts: 0 },
  inconclusiveInARow: 0,
  failedBuildsInARow: 0,
  claimsInARow: 0,
  checkpointsLeft: [],
  checkpointsTaken: [],
  checkpoint: null,
  queued: null,
  unattended: false,
  manualVerify: false,
  planDigest: null,
  origin: null,
  by: null,
  learned: {},
  why: '',
})

/** The session that a chain of entries describes. */
export const fold = (id: string, entries: readonly Entry[]): Session =>
  entries.reduce(step, idle(id, entries[0]?.at ?? 0))

/** Being stopped is no build, no test and no checkpoint taken. */
const endings: readonly string[] = ['stop', 'superseded', 'unrecoverable', 'missed']
/** Said about a state that goes on: nothing was done in it. */
const notes: readonly string[] = ['claimed', 'queued']

function step(s: Session, e: Entry): Session {
  const note = notes.includes(e.event)
  const done = note || endings.includes(e.event) || e.event === 'toolchain' ? null : (e.from as State)
  const taken =
    done === 'TEST' && s.checkpoint !== null && e.to !== 'TEST'
      ? [...s.checkpointsTaken, s.checkpoint.name]
      : s.checkpointsTaken
  const count = (key: keyof Session['counters'], when: boolean) => s.counters[key] + (when ? 1 : 0)
  const learned = note ? s.learned : { ...s.learned, [e.from]: e.facts }
  return {
    ...s,
    state: e.to as State,
    changedAt: e.at,
    why: e.why,
    lastTestAt: done === 'TEST' ? e.at : s.lastTestAt,
    waitUntil:
      typeof e.facts['dueAt'] === 'number'
        ? e.facts['dueAt']
        : typeof e.facts['deadline'] === 'number'
          ? e.facts['deadline']
          : null,
    counters: {
      builds: count('builds', done === 'BUILD'),
      deploys: count('deploys', done === 'DEPLOY'),
      tests: count('tests', done === 'TEST'),
      fixes: count('fixes', done === 'FIX'),
      restarts: count('restarts', done === 'RESTART'),
    },
    inconclusiveInARow:
      done === 'TEST' ? (e.event === 'inconclusive' ? s.inconclusiveInARow + 1 : 0) : s.inconclusiveInARow,
    failedBuildsInARow:
      done === 'BUILD'
        ? e.event === 'failed'
          ? s.failedBuildsInARow + 1
          : 0
        : done === 'AWAIT_PUSH'
          ? 0
          : s.failedBuildsInARow,
    claimsInARow: e.event === 'claimed' ? s.claimsInARow + 1 : 0,
    checkpointsLeft:
      done === 'INTERVIEW' || done === 'RESTART'
        ? checkpoints(learned.INTERVIEW?.['soak'])
        : e.to === 'WAIT_1HR' || e.to === 'WAIT_6HR'
          ? s.checkpointsLeft.slice(1)
          : s.checkpointsLeft,
    checkpointsTaken: e.to === 'RESTART' ? [] : taken,
    checkpoint:
      e.from === 'WAIT_1HR' || e.from === 'WAIT_6HR'
        ? e.to === 'TEST'
          ? taking(s, e.from, e.at)
          : null
        : e.to !== 'TEST'
          ? null
          : e.event === 'claimed' && s.checkpoint !== null
            ? takenAt(s.checkpoint, e.at)
            : s.checkpoint,
    queued:
      e.event === 'queued'
        ? {
            holder: String(e.facts['holder']),
            who: String(e.facts['who']),
            until: typeof e.facts['until'] === 'number' ? e.facts['until'] : 0,
          }
        : note
          ? s.queued
          : null,
    unattended: s.unattended || e.event === 'queued' || e.to === 'RESTART',
    manualVerify: done === 'INTERVIEW' ? e.facts['proof'] === 'manual-verify' : s.manualVerify,
    planDigest: typeof e.facts['planDigest'] === 'string' ? e.facts['planDigest'] : s.planDigest,
    origin: e.facts['origin'] === undefined ? s.origin : (e.facts['origin'] as unknown as Origin),
    by: e.facts['by'] === undefined ? s.by : (e.facts['by'] as unknown as Writer),
    learned:
      e.from === e.to
        ? learned
        : forget(
            learned,
            e.to === 'SETUP' ? ['SETUP', 'BUILD', 'DEPLOY'] : e.to === 'BUILD' ? ['BUILD', 'DEPLOY'] : [],
          ),
  }
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

/** What is done anew is not known any more: a node that the old program failed on is in the next deploy again. */
const forget = (learned: Session['learned'], states: readonly State[]): Session['learned'] =>
  states.length === 0
    ? learned
    : Object.fromEntries(Object.entries(learned).filter(([state]) => !states.includes(state as State)))

/** In the order in which they are due, each once. */
const checkpoints = (value: Json | undefined): readonly Checkpoint[] =>
  (['WAIT_1HR', 'WAIT_6HR'] as const).filter((c) => Array.isArray(value) && value.includes(c))
