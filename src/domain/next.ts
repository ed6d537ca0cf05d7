/** The entry that follows what a stage came to: the transition table's only reader. */
import type { Entry, EntryBody, StageResult } from './events/entry.ts'
import type { Firing } from './recovery/firing.ts'
import { chain } from './ledger.ts'
import type { Session } from './session.ts'
import { checkpointRows, isCheckpoint, type State } from './states.ts'
import { targetOf } from './transitions.ts'
import { signature, type Signer } from './writer.ts'

/** A person's time to look at the proof (spec §4: AWAIT_APPROVAL has a deadline). */
const approvalMs = 7 * 24 * 3_600_000

/** The entry that records `result`; undefined when this state knows no such event. */
export function next(
  entries: readonly Entry[],
  session: Session,
  result: StageResult,
  at: number,
  signer?: Signer,
  /** What recovery rules did since the entry before. */
  recoveries: readonly Firing[] = [],
): Entry | undefined {
  const target = targetOf(session, result.event)
  if (target === undefined) return undefined
  return chain(entries, {
    session: session.id,
    at,
    from: session.state,
    event: result.event,
    to: target.to,
    why: target.why === undefined ? result.why : `${target.why}; ${result.why}`,
    facts: {
      ...result.facts,
      ...untilWhen(target.to, at),
      ...(signer === undefined ? {} : signature(signer)),
      ...(recoveries.length === 0 ? {} : { recoveries }),
    },
    // The table has just said that this state knows the event.
  } as EntryBody)
}

function untilWhen(to: State, at: number): { readonly dueAt?: number; readonly deadline?: number } {
  if (isCheckpoint(to)) return { dueAt: at + (checkpointRows.find((c) => c.state === to)?.afterMs ?? 0) }
  return to === 'AWAIT_APPROVAL' ? { deadline: at + approvalMs } : {}
}
