/** A clock that a test moved: on a lab alone, whoever writes, and said of every session that such a writer wrote to. */
import { hasPlan } from './events/entry.ts'
import { Failure } from './failure.ts'
import type { Fleet } from './fleet.ts'
import type { Entry } from './ledger.ts'
import type { Unsupported } from './unsupported.ts'

/** Refuses a moved clock on a fleet that is no lab; null: nobody knows the fleet. */
export function checkShift(shift: number | undefined, fleet: Pick<Fleet, 'name' | 'lab'> | null): void {
  if (shift === undefined || shift === 0) return
  const remedy = 'unset VPS_TEST_CLOCK_SHIFT_SECONDS'
  if (typeof shift !== 'number' || !Number.isFinite(shift))
    throw new Failure({ code: 'U059', message: 'VPS_TEST_CLOCK_SHIFT_SECONDS is no number', remedy })
  if (fleet?.lab === undefined)
    throw new Failure({
      code: 'U058',
      message: `the clock is moved by ${shift} s, which is for tests on a lab; fleet ${fleet?.name ?? 'of this session'} is none`,
      remedy,
    })
}

/** The same for an entry that is to follow these: its own signature against the newest plan. */
export function checkEntryShift(before: readonly Entry[], entry: Entry): void {
  const plan = [...before, entry].findLast(hasPlan)?.facts.plan
  checkShift(entry.facts.clockShift, plan?.fleet ?? null)
}

/**
 * Our clock decides when a checkpoint is due: that it was moved is told wherever its times are, whichever writer of the
 * session moved it.
 */
export function shiftNotes(entries: readonly Entry[], own: number): readonly Unsupported[] {
  const seconds = [...entries.map((e) => e.facts.clockShift), own].filter(
    (s): s is number => typeof s === 'number' && s !== 0,
  )
  return seconds.length === 0
    ? []
    : [
        {
          what: 'real waiting',
          why: `the clock was moved by ${[...new Set(seconds)].map((s) => `${s} s`).join(', ')} for a test`,
        },
      ]
}
