/** The transition table of spec §4 as data: which state follows each event of each state. */
import type { EventOf } from './events/entry.ts'
import type { Session } from './session.ts'
import { amount } from './text.ts'
import { perCheckpoint, type State } from './states.ts'

export type Target = { readonly to: State; readonly why?: string }
type Row<S extends State> = { readonly [E in EventOf<S>]: (s: Session) => Target }

const to = (state: State, why?: string): Target => (why === undefined ? { to: state } : { to: state, why })
const afterPass = (s: Session): Target =>
  s.checkpointsLeft[0] !== undefined ? to(s.checkpointsLeft[0]) : s.manualVerify ? to('AWAIT_APPROVAL') : to('COMPLETE')
const afterRegression = (s: Session): Target =>
  s.counters.restarts < s.restartsAllowed
    ? to('RESTART', 'regression at a soak checkpoint')
    : to('STOPPED', `regression after ${amount(s.restartsAllowed + 1, 'full loop')}: a person is asked`)

export const buildsAllowed = 3

const anywhere = {
  stop: () => to('STOPPED', 'stopped by a person'),
  superseded: () => to('STOPPED', 'superseded'),
  unrecoverable: () => to('STOPPED'),
}
const stay = { ...anywhere, claimed: (s: Session) => to(s.state), recovered: (s: Session) => to(s.state) }
const missed = (): Target => to('STOPPED', 'a checkpoint was missed')

/** Every state and every event it knows. */
export const table: { readonly [S in State]: Row<S> } = {
  IDLE: { ...anywhere, begin: () => to('INTERVIEW') },
  INTERVIEW: { ...anywhere, confirmed: () => to('SETUP') },
  SETUP: { ...stay, ready: () => to('BUILD'), queued: () => to('SETUP') },
  BUILD: {
    ...stay,
    built: () => to('DEPLOY'),
    toolchain: () => to('BUILD', 'natively on the build host'),
    failed: (s) =>
      s.failedBuildsInARow + 1 >= buildsAllowed
        ? to('STOPPED', `${buildsAllowed} failed builds: a person is asked`)
        : to('FIX'),
  },
  // A fleet is waited for in SETUP: by the time it is free, nodes may have changed, and another run builds the binary
  // that it deploys.
  DEPLOY: { ...stay, deployed: () => to('TEST'), failed: () => to('FIX'), queued: () => to('SETUP') },
  TEST: {
    ...stay,
    begun: () => to('TEST'),
    passed: afterPass,
    failed: (s) => (s.selection ? to('STOPPED') : s.checkpoint === null ? to('FIX') : afterRegression(s)),
    inconclusive: (s) =>
      s.selection
        ? to('STOPPED')
        : s.inconclusiveInARow === 0
          ? to('TEST', 'inconclusive: once more')
          : to('STOPPED', 'inconclusive twice in a row'),
    green: () => to('TEST', 'what had failed is green: the whole test follows'),
    'still-red': () => to('FIX', 'what had failed still fails'),
    unclear: (s) =>
      s.inconclusiveInARow === 0
        ? to('TEST', 'not told whether it is green: once more')
        : to('STOPPED', 'inconclusive twice in a row'),
    missed,
  },
  FIX: {
    ...stay,
    fixed: () => to('BUILD'),
    'gave-up': () => to('AWAIT_PUSH'),
    'no-fix-command': () => to('AWAIT_PUSH'),
  },
  AWAIT_PUSH: { ...anywhere, pushed: () => to('BUILD') },
  ...perCheckpoint(() => ({ ...anywhere, due: () => to('TEST'), missed })),
  RESTART: { ...stay, restart: () => to('SETUP') },
  AWAIT_APPROVAL: {
    ...anywhere,
    approved: () => to('COMPLETE'),
    rejected: () => to('STOPPED', 'rejected by a person'),
    expired: () => to('STOPPED', 'nobody approved in time'),
  },
  COMPLETE: {},
  STOPPED: {},
}

export function targetOf(session: Session, event: string): Target | undefined {
  const row: Readonly<Record<string, (s: Session) => Target>> = table[session.state]
  return Object.hasOwn(row, event) ? row[event]?.(session) : undefined
}
