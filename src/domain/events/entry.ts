/**
 * Entries as types: one for each event of each state, so that a writer of wrong facts and a reader of absent ones do
 * not compile.
 */
import type { z } from 'zod'
import { isCheckpoint, type State } from '../states.ts'
import type { Meaning, RedEvent, Result, Row } from './row.ts'
import { common, rows } from './rows.ts'

type Rows = typeof rows
export type EventOf<S extends State> = S extends State ? keyof Rows[S] : never
export type EventName = EventOf<State>
/** What a stage learned, of one event of one state. */
export type FactsOf<S extends State, E extends EventOf<S>> = Rows[S][E] extends {
  readonly facts: infer F extends z.ZodType
}
  ? z.infer<F>
  : never

/** Of every event. */
type Common = { readonly [K in keyof typeof common]?: z.infer<(typeof common)[K]> }

/** An event without facts of its own has those of every event. */
type EntryFacts<F> = string extends keyof F ? Common : F & Common

export interface EntryOf<S extends State, E extends EventOf<S>> {
  readonly session: string
  /** 0, 1, 2 … without gaps. */
  readonly seq: number
  /** Hash of the entry before; 64 zeros for the first. */
  readonly prev: string
  /** Unix milliseconds of the writer's clock. */
  readonly at: number
  readonly from: S
  readonly event: E
  readonly to: State
  /** Why, in one sentence for a person. */
  readonly why: string
  /** What the stage learned: counts, digests, reasons. Never secrets. */
  readonly facts: EntryFacts<FactsOf<S, E>>
  /** SHA-256 of the canonical JSON of all other fields. */
  readonly hash: string
}
export type EntryFrom<S extends State> = { [X in S]: { [E in EventOf<X>]: EntryOf<X, E> }[EventOf<X>] }[S]
export type Entry = EntryFrom<State>
export type TestEntry = EntryOf<'TEST', Result>
/** What had failed before a fix, tried alone. */
export type PartEntry = EntryOf<'TEST', RedEvent>
export type SealedEntry = TestEntry | PartEntry
export type PlanEntry = PersonsPlan | EntryOf<'FIX', 'fixed'>
/** What a person wanted, at the start or by a push. */
export type PersonsPlan = EntryOf<'IDLE', 'begin'> | EntryOf<'AWAIT_PUSH', 'pushed'>

/** An entry before it has its place in a chain. */
export type EntryBody = Entry extends infer E ? (E extends Entry ? Omit<E, 'seq' | 'prev' | 'hash'> : never) : never

/** What a stage came to. `why` is one sentence for a person. */
export type StageResult<S extends State = State> = {
  [X in S]: {
    [E in EventOf<X>]: { readonly event: E; readonly why: string; readonly facts: FactsOf<X, E> }
  }[EventOf<X>]
}[S]

/** The row of an event; undefined where the state knows no such event, or where a stranger's entry names no state. */
export function rowOf(state: State, event: string): Row | undefined {
  const of: Readonly<Record<string, Row>> = Object.hasOwn(rows, state) ? rows[state] : {}
  return Object.hasOwn(of, event) ? of[event] : undefined
}

export function meaningOf(e: { readonly from: State; readonly event: string }): Meaning {
  return rowOf(e.from, e.event)?.meaning ?? { exit: 'failed' }
}

/** A test that ended with a verdict; a claim or a stop is none. */
export const isTest = (e: Entry): e is TestEntry => meaningOf(e).counts === 'tests'
/** Of a few attempts, after a fix. */
export const isPart = (e: Entry): e is PartEntry => meaningOf(e).part === true
/** Evidence was sealed, and the entry holds its root. */
export const isSealed = (e: Entry): e is SealedEntry => isTest(e) || isPart(e)
/** It holds the plan that is worked on from then on. */
export const hasPlan = (e: Entry): e is PlanEntry => 'plan' in e.facts
export const isPersonsPlan = (e: Entry): e is PersonsPlan => e.event === 'begin' || e.event === 'pushed'
export const isDue = (e: Entry) => isCheckpoint(e.from) && e.event === 'due'
