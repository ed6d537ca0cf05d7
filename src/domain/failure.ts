/** The closed family of failures: who owns it is decided where it is first seen (architecture: failure kinds). */
import type { NodeName } from './fleet.ts'

/** A place in a file that a person wrote: 1-based line and column. */
export interface Place {
  readonly file: string
  readonly path: string
  readonly line?: number
  readonly column?: number
}

/** One thing wrong with an input. */
export interface Fault {
  readonly at: Place
  readonly message: string
}

export type FailureKind = 'usage' | 'transport' | 'infra' | 'harness' | 'product' | 'busy'

/** Exit codes of every command (architecture: style). */
export const exitCodes = { passed: 0, harness: 1, usage: 2, infra: 10, failed: 20, inconclusive: 30 } as const

export interface FailureInfo {
  readonly kind: FailureKind
  /** Stable: U usage, T transport, I infrastructure, H harness, P product, B busy; then three digits. Listed in docs/errors.md. */
  readonly code: string
  readonly message: string
  /** A command that can be typed. */
  readonly remedy?: string
  readonly node?: NodeName
  readonly step?: string
  readonly faults?: readonly Fault[]
  /** For `busy`: who holds the node. `until`: Unix milliseconds. */
  readonly held?: { readonly holder: string; readonly who: string; readonly until: number }
}

/** Every error this program throws on purpose. */
export class Failure extends Error {
  readonly facts: FailureInfo
  constructor(facts: FailureInfo, cause?: unknown) {
    super(facts.message, cause === undefined ? undefined : { cause })
    this.name = 'Failure'
    this.facts = facts
  }
  get kind(): FailureKind {
    return this.facts.kind
  }
}

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
  throw new Failure({ kind: 'harness', code: 'H001', message: `unexpected value ${JSON.stringify(value)}` })
}
