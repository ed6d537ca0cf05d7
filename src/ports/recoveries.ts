/** Where the firings of recovery rules go, as an interface only: the ledger of the session at work. */
import type { Failure } from '../domain/failure.ts'
import type { Fired, Firing } from '../domain/recovery/firing.ts'
import type { RuleId } from '../domain/recovery/rules.ts'

/** Whoever retries, falls back or leaves out says so by it, once for each time. */
export interface Recoveries {
  /** Neither waits nor throws. `alarm`: the failure that must stop the session, of a rule that is an alarm. */
  fire(rule: RuleId, fired: Fired, alarm?: Failure): void
}

/** Between whoever fires and the run that writes it down. */
export interface FiringQueue extends Recoveries {
  /** The run at work. Without one, firings are told and kept by nobody. */
  attach(run: FiringWriter): void
  detach(): void
  /** What no entry holds yet. Whoever takes it writes it, or gives it back. */
  take(): readonly Firing[]
  giveBack(firings: readonly Firing[]): void
  /** Writes what has fired so far; from then on firings wait for the run's next entry of another event. */
  hold(): Promise<void>
  /** That entry is written: what has fired since, and what fires from now on, has entries of its own again. */
  release(): Promise<void>
}

export interface FiringWriter {
  /** Writes an entry that takes what fired. False: there can be none now. */
  write(): Promise<boolean>
  alarmed(failure: Failure): void
}
