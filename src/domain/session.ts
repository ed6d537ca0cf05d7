/** The state machine of spec §4 as data: a session is a fold over ledger entries, `next` is the table's only reader. */
import { chain, type Entry, type Json } from './ledger.ts'

export const states = [
  'IDLE', 'INTERVIEW', 'SETUP', 'BUILD', 'DEPLOY', 'TEST', 'FIX', 'WAIT_1HR', 'WAIT_6HR', 'RESTART',
  'AWAIT_PUSH', 'AWAIT_APPROVAL', 'COMPLETE', 'STOPPED',
] as const
export type State = (typeof states)[number]
export type Checkpoint = 'WAIT_1HR' | 'WAIT_6HR'

/** States in which nothing further happens by itself. */
export const finals: readonly State[] = ['COMPLETE', 'STOPPED']

/** States that this version records but does not act on; the CLI says so and stops there. */
export const notActing: Readonly<Partial<Record<State, string>>> = {
  AWAIT_PUSH: 'a push does not continue the session in this version; start again after the commit',
  WAIT_1HR: 'soak checkpoints are not taken in this version; the due time is recorded',
  WAIT_6HR: 'soak checkpoints are not taken in this version; the due time is recorded',
  RESTART: 'the full loop after a regression does not start by itself in this version',
  AWAIT_APPROVAL: 'approval is not acted on in this version',
}

export interface Session {
  readonly id: string
  readonly state: State
  /** Unix milliseconds. */
  readonly startedAt: number
  readonly changedAt: number
  readonly lastTestAt: number | null
  readonly waitUntil: number | null
  readonly counters: { readonly builds: number; readonly deploys: number; readonly tests: number; readonly fixes: number }
  readonly inconclusiveInARow: number
  /** Since the last good build, or the last push by a person. */
  readonly failedBuildsInARow: number
  readonly checkpointsLeft: readonly Checkpoint[]
  readonly checkpointsTaken: readonly Checkpoint[]
  readonly manualVerify: boolean
  readonly planDigest: string | null
  /** Facts of the newest entry that left each state; a new build forgets the old build and deploy, a new setup the old setup too. */
  readonly learned: Readonly<Partial<Record<State, Readonly<Record<string, Json>>>>>
  readonly why: string
}

/** What a stage came to. `why` is one sentence for a person. */
export interface Outcome { readonly event: string; readonly why: string; readonly facts: Readonly<Record<string, Json>> }

type Target = { readonly to: State; readonly why?: string }
const to = (state: State, why?: string): Target => (why === undefined ? { to: state } : { to: state, why })
const afterPass = (s: Session): Target =>
  s.checkpointsLeft[0] !== undefined ? to(s.checkpointsLeft[0]) : s.manualVerify ? to('AWAIT_APPROVAL') : to('COMPLETE')

type Row = Readonly<Record<string, (s: Session) => Target>>
const buildsAllowed = 3

/** Every state and every event it knows. `stop` and `unrecoverable` lead to STOPPED from anywhere and stand in `next`. */
export const table: Readonly<Record<State, Row>> = {
  IDLE: { begin: () => to('INTERVIEW') },
  INTERVIEW: { confirmed: () => to('SETUP') },
  SETUP: { ready: () => to('BUILD') },
  BUILD: {
    built: () => to('DEPLOY'),
    failed: (s) => (s.failedBuildsInARow + 1 >= buildsAllowed ? to('STOPPED', `${buildsAllowed} failed builds: a person is asked`) : to('FIX')),
  },
  DEPLOY: { deployed: () => to('TEST'), failed: () => to('FIX') },
  TEST: {
    passed: afterPass,
    failed: (s) => (s.checkpointsTaken.length === 0 ? to('FIX') : to('RESTART', 'regression at a soak checkpoint')),
    inconclusive: (s) => (s.inconclusiveInARow === 0 ? to('TEST', 'inconclusive: once more') : to('STOPPED', 'inconclusive twice in a row')),
  },
  FIX: { fixed: () => to('BUILD'), 'no-fix-command': () => to('AWAIT_PUSH') },
  AWAIT_PUSH: { pushed: () => to('BUILD') },
  WAIT_1HR: { due: () => to('TEST') },
  WAIT_6HR: { due: () => to('TEST') },
  RESTART: { restart: () => to('SETUP') },
  AWAIT_APPROVAL: { approved: () => to('COMPLETE'), rejected: () => to('STOPPED', 'rejected by a person') },
  COMPLETE: {},
  STOPPED: {},
}

const waits: Readonly<Record<Checkpoint, number>> = { WAIT_1HR: 3_600_000, WAIT_6HR: 6 * 3_600_000 }

/** The entry that records `outcome`; undefined when this state knows no such event. */
export function next(entries: readonly Entry[], session: Session, outcome: Outcome, at: number): Entry | undefined {
  const target = targetOf(session, outcome.event)
  if (target === undefined) return undefined
  const due = target.to === 'WAIT_1HR' || target.to === 'WAIT_6HR' ? { dueAt: at + waits[target.to] } : {}
  const why = target.why === undefined ? outcome.why : `${target.why}; ${outcome.why}`
  return chain(entries, { session: session.id, at, from: session.state, event: outcome.event, to: target.to, why, facts: { ...outcome.facts, ...due } })
}

function targetOf(session: Session, event: string): Target | undefined {
  if (finals.includes(session.state)) return undefined
  if (event === 'stop') return to('STOPPED', 'stopped by a person')
  if (event === 'unrecoverable') return to('STOPPED')
  const row = table[session.state]
  return Object.hasOwn(row, event) ? row[event]?.(session) : undefined
}

export const idle = (id: string, at: number): Session => ({
  id, state: 'IDLE', startedAt: at, changedAt: at, lastTestAt: null, waitUntil: null,
  counters: { builds: 0, deploys: 0, tests: 0, fixes: 0 }, inconclusiveInARow: 0, failedBuildsInARow: 0,
  checkpointsLeft: [], checkpointsTaken: [], manualVerify: false, planDigest: null, learned: {}, why: '',
})

/** The session that a chain of entries describes. */
export const fold = (id: string, entries: readonly Entry[]): Session => entries.reduce(step, idle(id, entries[0]?.at ?? 0))

/** Being stopped is no build, no test and no checkpoint taken. */
const endings: readonly string[] = ['stop', 'unrecoverable']

function step(s: Session, e: Entry): Session {
  const from = endings.includes(e.event) ? null : (e.from as State)
  const taken = from === 'WAIT_1HR' || from === 'WAIT_6HR' ? [...s.checkpointsTaken, from] : s.checkpointsTaken
  const count = (key: keyof Session['counters'], when: boolean) => s.counters[key] + (when ? 1 : 0)
  const learned = { ...s.learned, [e.from]: e.facts }
  return {
    ...s,
    state: e.to as State,
    changedAt: e.at,
    why: e.why,
    lastTestAt: from === 'TEST' ? e.at : s.lastTestAt,
    waitUntil: typeof e.facts['dueAt'] === 'number' ? e.facts['dueAt'] : null,
    counters: { builds: count('builds', from === 'BUILD'), deploys: count('deploys', from === 'DEPLOY'), tests: count('tests', from === 'TEST'), fixes: count('fixes', from === 'FIX') },
    inconclusiveInARow: from === 'TEST' ? (e.event === 'inconclusive' ? s.inconclusiveInARow + 1 : 0) : s.inconclusiveInARow,
    failedBuildsInARow: from === 'BUILD' ? (e.event === 'failed' ? s.failedBuildsInARow + 1 : 0) : from === 'AWAIT_PUSH' ? 0 : s.failedBuildsInARow,
    checkpointsLeft: from === 'INTERVIEW' || from === 'RESTART' ? checkpoints(learned.INTERVIEW?.['soak']) : e.to === 'WAIT_1HR' || e.to === 'WAIT_6HR' ? s.checkpointsLeft.slice(1) : s.checkpointsLeft,
    checkpointsTaken: e.to === 'RESTART' ? [] : taken,
    manualVerify: from === 'INTERVIEW' ? e.facts['proof'] === 'manual-verify' : s.manualVerify,
    planDigest: typeof e.facts['planDigest'] === 'string' ? e.facts['planDigest'] : s.planDigest,
    learned: forget(learned, e.to === 'SETUP' ? ['SETUP', 'BUILD', 'DEPLOY'] : e.to === 'BUILD' ? ['BUILD', 'DEPLOY'] : []),
  }
}

/** What is done anew is not known any more: a node that the old program failed on is in the next deploy again. */
const forget = (learned: Session['learned'], states: readonly State[]): Session['learned'] =>
  states.length === 0 ? learned : Object.fromEntries(Object.entries(learned).filter(([state]) => !states.includes(state as State)))

/** In the order in which they are due, each once. */
const checkpoints = (value: Json | undefined): readonly Checkpoint[] =>
  (['WAIT_1HR', 'WAIT_6HR'] as const).filter((c) => Array.isArray(value) && value.includes(c))
