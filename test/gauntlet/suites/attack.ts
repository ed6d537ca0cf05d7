/** An attack on a suite besides connectivity, on evidence made in memory: a planted fault, or one that is nobody's. */
import type { VerdictInput } from '../../../src/domain/verdict-input.ts'

export interface SuiteAttack {
  readonly id: string
  readonly what: string
  readonly run: () => VerdictInput
}

/** A fault of the program, and the group that must be named for it, alone. */
export interface SuiteLie extends SuiteAttack {
  readonly group: string
}
