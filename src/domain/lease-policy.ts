/** How long leases last, and what becomes of them when a run leaves its session: functions of where the session stands. */
import { windowMs } from './reconcile.ts'
import type { Session } from './session.ts'
import { checkpointRows, isFinal, traitsOf } from './states.ts'

const minute = 60_000
/** Of a run at work, which renews it: whoever waits for the fleet of an orchestrator that is lost waits no longer. */
export const heartbeatMs = 5 * minute
/** A build may take 45 minutes, in a job that cannot renew the lease; that one and the next wait for their runners. */
export const buildMs = 90 * minute
/** Between two jobs of one run. */
const jobGapMs = 30 * minute
/** No plan asks for more: its longest wait, and as long as that checkpoint may still be taken. */
export const longestLeaseMs = Math.max(...checkpointRows.map((c) => c.afterMs)) + windowMs

/** What a run at work asks for: a checkpoint's fleet stays held, since the schedule goes on with what broke off. */
export const workingMs = ({ checkpoint }: Session, now: number): number =>
  Math.max(heartbeatMs, checkpoint === null ? 0 : checkpoint.dueAt + windowMs - now)

export type LeaseFate =
  /** Unix milliseconds of our clock. */
  | { readonly kind: 'hold'; readonly until: number }
  | { readonly kind: 'give-back' }
  /** They are another run's matter, or expire by themselves. */
  | { readonly kind: 'leave' }

export interface Leaving {
  /** The run ended before the session did, and nobody else has gone on with it. */
  readonly brokeOff: boolean
  /** Nobody else has written since: another job of the same run goes on. */
  readonly ours: boolean
  readonly now: number
}

export function leaseFate(s: Session, { brokeOff, ours, now }: Leaving): LeaseFate {
  const { kind, holdsLeases } = traitsOf(s.state)
  if (kind === 'timer' && s.waitUntil !== null) return { kind: 'hold', until: s.waitUntil + windowMs }
  // The schedule tests again what is deployed, so that nobody may deploy anything else meanwhile.
  const schedules = s.state === 'TEST' && (s.checkpoint !== null || s.unattended)
  if (brokeOff && schedules) return { kind: 'hold', until: (s.checkpoint?.dueAt ?? s.changedAt) + windowMs }
  if (isFinal(s.state) || kind === 'person' || brokeOff) return { kind: 'give-back' }
  return ours && holdsLeases
    ? { kind: 'hold', until: now + (s.state === 'BUILD' ? buildMs : jobGapMs) }
    : { kind: 'leave' }
}
