/** What several entries together say: the tests, whose session it is, of which project, fleet and commit. */
import type { Writer } from '../writer.ts'
import { hasPlan, isTest, type Entry, type FactsOf } from './entry.ts'
import type { NotTaken, Taking } from './facts.ts'
import type { Result } from './row.ts'

export type { Result }

/** A checkpoint, as far as it came. */
export type CheckpointFact = Taking | NotTaken

/** One recorded test. */
export type TestFact = FactsOf<'TEST', Result> & { readonly seq: number; readonly at: number; readonly result: Result }

/** Tests that ended with a verdict, oldest first; a claim or a stop is none. */
export const testsOf = (entries: readonly Entry[]): readonly TestFact[] =>
  entries.filter(isTest).map((e) => ({ ...e.facts, seq: e.seq, at: e.at, result: e.event }))

export const writerOf = (entry: Entry | undefined): Writer | null => entry?.facts.by ?? null

/** Of the newest entry that has one: a push that continued the session tells another commit than its start. */
export const originOf = (entries: readonly Entry[]) => entries.findLast(hasPlan)?.facts.origin ?? null

export const projectOf = (entries: readonly Entry[]): string | null =>
  entries.findLast(hasPlan)?.facts.plan.answers.project.value ?? null

/** The fleet of the newest plan. */
export const fleetOf = (entries: readonly Entry[]): string | null =>
  entries.findLast(hasPlan)?.facts.plan.fleet.name ?? null

/** First line of the tested commit's message; null where nothing was built yet, or not from that commit. */
export function subjectOf(entries: readonly Entry[]): string | null {
  const from = entries.findLast((e) => e.event === 'built')?.facts.build.from
  return from !== undefined && from.kind === 'git' && from.commit === originOf(entries)?.commit ? from.subject : null
}

export interface BuildFaultFact {
  readonly file: string
  /** From 1; null: of no line. */
  readonly line: number | null
  readonly message: string
}

/** Of the newest build, when that one failed. */
export function buildFaultsOf(entries: readonly Entry[]): readonly BuildFaultFact[] {
  const last = entries.findLast((e) => e.from === 'BUILD')
  const faults = last?.event === 'failed' || last?.event === 'unrecoverable' ? (last.facts.faults ?? []) : []
  return faults.map((f) => ({ ...f, line: f.line === 0 ? null : f.line }))
}
