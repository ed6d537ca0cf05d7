/** Failures that a repository knows of: which attempts they are, why, and until when they are left out of the rates. */
import type { Pair } from './evidence.ts'
import type { Finding } from './findings.ts'
import { isoDay } from './text.ts'
import { counts, subjectName, type Sample, type Subject } from './suites/sample.ts'

/** What is null is any. */
export interface KnownFailure {
  readonly suite: string | null
  readonly group: string | null
  readonly pair: Pair | null
  readonly reason: string
  /** The last day, `2026-12-31`, UTC. */
  readonly until: string
}

/** `at`: start of the test, Unix milliseconds. */
export interface KnownFailures {
  readonly list: readonly KnownFailure[]
  readonly at: number
}

export const noneKnown: KnownFailures = { list: [], at: 0 }

/** One attempt, or a subject of which none was made, of which suite. */
export interface OfSuite {
  readonly suite: string
  readonly group: string
  readonly subject: Subject
}

/** `now-passing`: every attempt that counted succeeded. `expired`: it counts again. `unmatched`: no such attempt. */
export type KnownState = 'failing' | 'now-passing' | 'not-counted' | 'expired' | 'unmatched'

export interface KnownResult extends KnownFailure {
  readonly state: KnownState
  /** Attempts of it that counted, and how many of these failed. */
  readonly attempts: number
  readonly failed: number
  /** Pairs and nodes that it leaves out. */
  readonly leftOut: number
}

/** ISO days are in the order of their text. */
export const isOver = ({ until }: KnownFailure, at: number): boolean => isoDay(at) > until

const matches = ({ suite, group, pair }: KnownFailure, of: OfSuite): boolean =>
  (suite === null || suite === of.suite) &&
  (group === null || group === of.group) &&
  (pair === null ||
    (of.subject.kind === 'pair' && of.subject.pair.from === pair.from && of.subject.pair.to === pair.to))

/** The entry that leaves it out; undefined: it counts. */
export const knownAs = ({ list, at }: KnownFailures, of: OfSuite): KnownFailure | undefined =>
  list.find((known) => !isOver(known, at) && matches(known, of))

/** Pairs of a suite that are named, whatever their day; absent: none. */
export function knownIn(list: readonly KnownFailure[], suite: string): { readonly known?: readonly Pair[] } {
  const pairs = list.flatMap((k) => (k.pair !== null && (k.suite === null || k.suite === suite) ? [k.pair] : []))
  return pairs.length === 0 ? {} : { known: pairs }
}

/** `saorsa-3 → saorsa-7 of suite connectivity`. */
export function knownName({ suite, group, pair }: KnownFailure): string {
  const of = [...(group === null ? [] : [`group ${group}`]), ...(suite === null ? [] : [`suite ${suite}`])]
  return pair === null ? of.join(' of ') : [subjectName({ kind: 'pair', pair }), ...of].join(' of ')
}

type Judged = OfSuite & Pick<Sample, 'outcome'>

/** `all`: every sample of the test; those that no entry of the list names are passed over. */
export function judgeKnown({ list, at }: KnownFailures, all: readonly Judged[]): readonly KnownResult[] {
  return list.map((known) => {
    const own = all.filter((s) => matches(known, s))
    const counted = own.filter(counts)
    const failed = counted.filter((s) => s.outcome === 'failed').length
    const over = isOver(known, at)
    return {
      ...known,
      state:
        own.length === 0
          ? 'unmatched'
          : over
            ? 'expired'
            : counted.length === 0
              ? 'not-counted'
              : failed === 0
                ? 'now-passing'
                : 'failing',
      attempts: counted.length,
      failed,
      leftOut: over ? 0 : new Set(own.map((s) => JSON.stringify([s.suite, s.group, s.subject]))).size,
    }
  })
}

export const knownFindings = (results: readonly KnownResult[]): readonly Finding[] =>
  results.map((r) => ({ kind: kinds[r.state], message: `${knownName(r)}: ${wordsOf(r)} (${r.reason})`, attempts: [] }))

const kinds = {
  failing: 'known-failure',
  'now-passing': 'now-passing',
  'not-counted': 'known-failure',
  expired: 'known-failure-expired',
  unmatched: 'known-failure-unmatched',
} as const

function wordsOf({ state, attempts, failed, until }: KnownResult): string {
  switch (state) {
    case 'failing':
      return `${failed} of ${attempts} attempts failed; left out of the rates until ${until}`
    case 'now-passing':
      return `now passing, ${attempts} of ${attempts}; left out of the rates until it is taken from the list, or ${until}`
    case 'not-counted':
      return `none of its attempts could be counted; left out of the rates until ${until}`
    case 'expired':
      return `was known until ${until}, and counts again: ${failed} of ${attempts} attempts failed`
    case 'unmatched':
      return 'names nothing that was tested'
  }
}

/** The clause that follows every result which leaves something out; empty where nothing is. */
export function knownRemarks(leftOut: number, results: readonly KnownResult[]): readonly string[] {
  if (leftOut === 0) return []
  const passing = results.filter((r) => r.state === 'now-passing').length
  return [
    `${leftOut} known ${leftOut === 1 ? 'failure' : 'failures'} left out${passing === 0 ? '' : ` (${passing} now passing)`}`,
  ]
}
