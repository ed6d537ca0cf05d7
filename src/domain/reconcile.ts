/**
 * What a tick of the schedule does with one session: a function of its ledger, the clock and whether its writer still
 * lives (spec §4 WAIT_*, RESTART).
 */
import { duration, iso } from './text.ts'
import type { NotTaken, Taking } from './events/facts.ts'
import { isCheckpoint, isFinal, traitsOf } from './states.ts'
import { taking, type Session } from './session.ts'
import type { StageResult } from './events/entry.ts'
import { writerText } from './writer.ts'

export type Tick =
  | { readonly kind: 'nothing'; readonly why: string; /** Unix milliseconds. */ readonly nextAt: number | null }
  /** Append this entry: whoever's append succeeds works on the session. */
  | { readonly kind: 'claim'; readonly outcome: StageResult }
  /** Append this entry; there is no work to do. */
  | { readonly kind: 'record'; readonly outcome: StageResult }

/**
 * GitHub's schedule was seen twelve hours late (github-platform §3); what comes a day late says nothing about the hours
 * that it was to witness.
 */
export const windowMs = 24 * 3_600_000
/** Runs that may end without a record before a person is asked. */
export const claimsAllowed = 5

/** Whether the tick must know if the session's last writer still lives. */
export const asksWriter = (s: Session): boolean => s.by !== null && traitsOf(s.state).kind === 'working' && resumable(s)

/**
 * `writerEnded`: the run or process that wrote the last entry has ended; asked only where {@link asksWriter} says so.
 */
export function reconcile(s: Session, now: number, writerEnded: boolean): Tick {
  if (isFinal(s.state)) return nothing('ended')
  if (isCheckpoint(s.state)) {
    const due = s.waitUntil ?? s.changedAt
    if (now < due) return nothing('not due', due)
    const checkpoint = taking(s, s.state, now)
    if (now > due + windowMs)
      return {
        kind: 'record',
        outcome: {
          event: 'missed',
          why: `due ${iso(due)}, nobody took it until ${iso(now)}: more than ${windowMs / 3_600_000} h late`,
          facts: { checkpoint: notTaken(checkpoint) },
        },
      }
    return {
      kind: 'claim',
      outcome: { event: 'due', why: `${duration(checkpoint.latenessMs)} late`, facts: { checkpoint } },
    }
  }
  if (s.state === 'AWAIT_APPROVAL') {
    const deadline = s.waitUntil ?? Infinity
    return now > deadline
      ? { kind: 'record', outcome: { event: 'expired', why: `the deadline was ${iso(deadline)}`, facts: {} } }
      : nothing('waits for approval', deadline)
  }
  if (traitsOf(s.state).kind !== 'working')
    return nothing(s.state === 'AWAIT_PUSH' ? 'waits for a push' : 'not confirmed')
  if (!resumable(s)) return nothing('an interrupted run: run its job again, or stop it')
  // Also in RESTART: the run that found the regression goes on with the full loop by itself.
  if (!writerEnded) return nothing(`${s.by === null ? 'somebody' : writerText(s.by)} works on it`)
  if (s.checkpoint !== null && now > s.checkpoint.dueAt + windowMs)
    return {
      kind: 'record',
      outcome: {
        event: 'missed',
        why: `claimed and not recorded; due ${iso(s.checkpoint.dueAt)}`,
        facts: { checkpoint: notTaken(s.checkpoint) },
      },
    }
  if (s.claimsInARow >= claimsAllowed)
    return {
      kind: 'record',
      outcome: {
        event: 'unrecoverable',
        why: `${claimsAllowed} runs ended in ${s.state} without a record: a person is asked`,
        facts: { code: 'I400' },
      },
    }
  if (s.queued !== null && now < s.queued.until && s.state === 'SETUP' && now < s.changedAt + retryMs)
    return nothing(`waits for the fleet, held by ${s.queued.who}`, Math.min(s.queued.until, s.changedAt + retryMs))
  return {
    kind: 'claim',
    outcome: {
      event: 'claimed',
      why: s.by === null ? 'taken over' : `taken over from ${writerText(s.by)}, which ended without a record`,
      facts: {},
    },
  }
}

/** A holder may give a lease back long before it ends, so it is asked again now and then. */
const retryMs = 10 * 60_000

/** Only what was begun to go on by itself: a first loop that broke off waits for the person who began it. */
const resumable = (s: Session): boolean => s.checkpoint !== null || s.unattended

const nothing = (why: string, nextAt: number | null = null): Tick => ({
  kind: 'nothing',
  why,
  nextAt: nextAt === Infinity ? null : nextAt,
})

const notTaken = ({ name, dueAt }: Taking): NotTaken => ({ name, dueAt, takenAt: null, latenessMs: null })
