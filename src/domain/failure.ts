/** The closed family of failures: who owns it is decided where it is first seen (architecture: failure kinds). */
import { failures, failureRow, type FailureCode } from './failures/failures.ts'
import type { FailureKind } from './failures/row.ts'
import type { NodeName } from './fleet.ts'

export type { FailureCode, FailureKind }

/** A place in a file that a person wrote: 1-based line and column. */
export interface FileLocation {
  readonly file: string
  readonly path: string
  readonly line?: number
  readonly column?: number
}

/** One thing wrong with an input. */
export interface Fault {
  readonly at: FileLocation
  readonly message: string
}

/**
 * Exit codes of every command (architecture: style). `unanchored`: evidence that agrees with itself, and with no ledger
 * that the person named.
 */
export const exitCodes = {
  passed: 0,
  harness: 1,
  usage: 2,
  infra: 10,
  failed: 20,
  inconclusive: 30,
  unanchored: 31,
} as const

/** What the place that throws knows; kind and common remedy are the row's. */
export interface FailureInput {
  /**
   * Stable: U usage, T transport, I infrastructure, H harness, P product, B busy; then three digits. Listed in
   * docs/errors.md.
   */
  readonly code: FailureCode
  readonly message: string
  /** A command that can be typed; better than the row's, because it names what is concerned. */
  readonly remedy?: string
  readonly node?: NodeName
  readonly step?: string
  readonly faults?: readonly Fault[]
  /** For `busy`: who holds the node. `until`: Unix milliseconds. */
  readonly held?: { readonly holder: string; readonly who: string; readonly until: number }
}

export interface FailureInfo extends FailureInput {
  readonly kind: FailureKind
}

/** Every error this program throws on purpose. */
export class Failure extends Error {
  readonly facts: FailureInfo
  constructor(input: FailureInput, cause?: unknown) {
    super(input.message, cause === undefined ? undefined : { cause })
    this.name = 'Failure'
    const { kind, remedy } = failures[input.code]
    this.facts = { kind, ...(remedy === undefined ? {} : { remedy }), ...input }
  }
  get kind(): FailureKind {
    return this.facts.kind
  }
}

export const isFailure = (error: unknown, code: FailureCode): error is Failure =>
  error instanceof Failure && error.facts.code === code

/** What a ledger entry keeps of a failure, so that the end of the run can name it. */
export const failureFacts = ({
  facts: { code, remedy },
}: Failure): { readonly code: FailureCode; readonly remedy?: string } => ({
  code,
  ...(remedy === undefined ? {} : { remedy: remedy.slice(0, 500) }),
})

/** Whose matter a failure was that a ledger entry names by its code. */
export const recordedKind = (code: unknown): FailureKind => failureRow(code)?.kind ?? 'infra'

export const exitCodeOf = (kind: FailureKind): number =>
  ({
    usage: exitCodes.usage,
    transport: exitCodes.infra,
    infra: exitCodes.infra,
    busy: exitCodes.infra,
    harness: exitCodes.harness,
    product: exitCodes.failed,
  })[kind]

export function assertNever(value: never): never {
  throw new Failure({ code: 'H001', message: `unexpected value ${JSON.stringify(value)}` })
}
