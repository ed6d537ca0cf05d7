/** What becomes of a session's leases when a run leaves it: a function of where it stands and how the run ended. */
import type { Session } from './session.ts'
import { isFinal, traitsOf } from './states.ts'

export type LeaseFate =
  /** Unix milliseconds. */
  | { readonly kind: 'hold'; readonly until: number }
  | { readonly kind: 'give-back' }
  /** They are another run's matter, or expire by themselves. */
  | { readonly kind: 'leave' }

/** `brokeOff`: the run ended before the session did, and nobody else has gone on with it. */
export function leaseFate(s: Session, { brokeOff }: { readonly brokeOff: boolean }): LeaseFate {
  const { kind } = traitsOf(s.state)
  if (kind === 'timer' && s.waitUntil !== null) return { kind: 'hold', until: s.waitUntil }
  // The schedule tests again what is deployed, so that nobody may deploy anything else meanwhile.
  const schedules = s.state === 'TEST' && (s.checkpoint !== null || s.unattended)
  if (brokeOff && schedules) return { kind: 'hold', until: s.checkpoint?.dueAt ?? s.changedAt }
  return isFinal(s.state) || kind === 'person' || brokeOff ? { kind: 'give-back' } : { kind: 'leave' }
}
