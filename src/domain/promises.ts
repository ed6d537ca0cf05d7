/** What a profile promises of a delivery, and the best grade that follows from it. */
import type { Profile } from './profile.ts'
import type { Grade } from './suites/sample.ts'

export interface Promises {
  /** The receiver writes down what it received. */
  readonly record: boolean
  readonly payload: 'given' | 'derived' | 'generated' | 'opaque'
  /** The receiver keeps the payload itself where a command of ours can hash it. */
  readonly kept: boolean
}

export const promisesOf = ({ record, payload }: Pick<Profile, 'record' | 'payload'>): Promises => ({
  record: record.kind !== 'none',
  payload: payload.kind === 'sha256-counter' ? 'derived' : payload.kind,
  kept: payload.kind === 'given' && payload.kept !== null,
})

export const bestGrade = ({ record, payload, kept }: Promises): Grade =>
  !record || payload === 'derived' || payload === 'opaque' ? 'C' : kept ? 'A' : 'B'

/** What each grade rests on, in a few words. */
export const gradeWords: Readonly<Record<Grade, string>> = {
  A: 'the payload itself, found with the receiver',
  B: "the receiver's record of an unpredictable payload",
  C: 'volume in packet counters',
  D: "the program's claim alone",
}
