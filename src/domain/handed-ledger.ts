/** Entries of a ledger that a job without rights kept: recorded only as what that job of this run can have come to. */
import { hasPlan } from './events/entry.ts'
import { entryShape } from './events/check.ts'
import { originOf } from './events/readers.ts'
import { chainFaults, type Entry } from './ledger.ts'
import { isFinal, traitsOf, type State } from './states.ts'
import { messageOf } from './text.ts'
import { fromLines } from './bundle.ts'
import type { Origin } from './writer.ts'

export interface HandedOver {
  readonly session: string
  readonly run: string
  readonly repository: string
  readonly origin: Origin
}

/** No session of one run has more. */
const mostEntries = 1000

/** The lines as entries, or what is wrong with them. */
export function readHanded(lines: string): readonly Entry[] | string {
  let values: readonly unknown[]
  try {
    values = fromLines(lines)
  } catch (error) {
    return `no lines of JSON: ${messageOf(error)}`
  }
  if (values.length === 0 || values.length > mostEntries) return `${values.length} entries`
  const entries: Entry[] = []
  for (const value of values) {
    const fault = entryShape(value)
    if (fault !== null) return `entry ${entries.length}${fault}`
    // The check above is that of every entry of a ledger.
    entries.push(value as Entry)
  }
  return entries
}

/** Nobody but a job that can do no harm wrote them: about a lab alone, of this run's commit, and at rest. */
export function handedFaults(entries: readonly Entry[], of: HandedOver): readonly string[] {
  const told = originOf(entries)
  const last = entries.at(-1)?.to
  return [
    ...chainFaults(entries, of.session),
    ...entries.flatMap(({ facts: { by } }, i) =>
      by?.kind === 'run' && by.run === of.run && by.repository === of.repository
        ? []
        : [`entry ${i} was not written by run ${of.run}`],
    ),
    ...(['repository', 'branch', 'commit', 'event'] as const).flatMap((key) =>
      told?.[key] === of.origin[key] ? [] : [`its ${key} is not that of this run`],
    ),
    ...(entries.filter(hasPlan).every((e) => e.facts.plan.fleet.lab !== undefined) ? [] : ['its fleet is no lab']),
    ...(last !== undefined && atRest(last)
      ? []
      : [`its last state is ${last ?? 'none'}, which another job goes on with`]),
  ]
}

/** A checkpoint or an approval cannot come: the lab ended with its job. */
const atRest = (state: State): boolean =>
  isFinal(state) || (traitsOf(state).kind === 'person' && state !== 'AWAIT_APPROVAL')
