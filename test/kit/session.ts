/** Sessions for tests: only what the transition table allows, with the facts of each event typed. */
import type { EntryBody, EventName, EventOf, FactsOf, StageResult } from '../../src/domain/events/entry.ts'
import { chain, type Entry } from '../../src/domain/ledger.ts'
import { next } from '../../src/domain/next.ts'
import type { Plan } from '../../src/domain/plan.ts'
import { fold, type Session } from '../../src/domain/session.ts'
import type { State } from '../../src/domain/states.ts'
import type { Signer, Writer } from '../../src/domain/writer.ts'
import { factsFor } from './facts.ts'
import { planOf } from './plan.ts'
import { ownEntry } from './reached.ts'

type FactsNamed<E extends EventName> = {
  [S in State]: E extends EventOf<S> ? Partial<FactsOf<S, E>> : never
}[State]
interface More {
  readonly why?: string
  /** Unix milliseconds. */
  readonly at?: number
  readonly by?: Writer
}
/** An event, or one with facts of its own and what else differs. */
export type Step = {
  readonly [E in EventName]: E | readonly [event: E, facts?: FactsNamed<E>, more?: More]
}[EventName]

export const runWriter = (run: string, repository = 'o/r'): Writer => ({
  kind: 'run',
  repository,
  run,
  attempt: 1,
  url: '',
})

export interface Setting {
  readonly session?: string
  readonly plan?: Plan
  readonly by?: Writer
  /** The session that the entries so far describe, where it is at hand. */
  readonly folded?: Session
  /** Time of the entry with this number, from 0. */
  readonly at?: (seq: number) => number
}

const plain = planOf()

/** What a stage would answer here, with the facts that are given in the place of its own. */
export function resultOf(
  entries: readonly Entry[],
  step: Step,
  { session = 's', plan = plain, at, folded }: Setting = {},
): StageResult {
  const [event, facts = {}, { why = `because ${event}` } = {}] = typeof step === 'string' ? ([step] as const) : step
  const state = folded ?? fold(session, entries)
  const usual: Readonly<Record<string, object>> = factsFor(state, plan, (at ?? everySecond)(entries.length))[
    state.state
  ]
  // The table refuses what this state does not know; the facts are the event's own by the type of a step.
  return { event, why, facts: { ...usual[event], ...facts } } as StageResult
}

const everySecond = (seq: number): number => 1000 * (seq + 1)

/** The entry that follows; throws where the table knows none. */
export function entryAfter(entries: readonly Entry[], step: Step, setting: Setting = {}): Entry {
  const { session = 's', by, at = everySecond } = setting
  const more = typeof step === 'string' ? {} : (step[2] ?? {})
  const when = more.at ?? at(entries.length)
  const writer = more.by ?? by
  const signer: Signer | undefined = writer === undefined ? undefined : { writer, clockShift: 0 }
  const before = fold(session, entries)
  const entry = next(
    entries,
    before,
    resultOf(entries, step, { ...setting, folded: before, at: () => when }),
    when,
    signer,
  )
  if (entry === undefined) throw new Error(`${before.state} knows no ${typeof step === 'string' ? step : step[0]}`)
  return ownEntry(entry)
}

/** Entries of a session that went through these steps; each takes one second. */
export const story = (steps: readonly Step[], setting: Setting = {}, before: readonly Entry[] = []): readonly Entry[] =>
  steps.reduce<readonly Entry[]>((entries, step) => [...entries, entryAfter(entries, step, setting)], before)

/** What others may have written into a ledger: in the chain, and otherwise anything. */
export const foreignEntry = (entries: readonly Entry[], body: Readonly<Record<string, unknown>>): Entry =>
  // Deliberately not checked: what is read from outside is.
  ownEntry(
    chain(entries, {
      session: 's',
      at: 5,
      from: 'IDLE',
      event: 'begin',
      to: 'INTERVIEW',
      why: '',
      facts: {},
      ...body,
    } as EntryBody),
  )
