/** Transitions of the session that are recovery rules at work: one row for each, read by whoever writes entries. */
import type { StageResult } from '../events/entry.ts'
import type { Session } from '../session.ts'
import { buildsAllowed } from '../transitions.ts'
import type { State } from '../states.ts'
import type { Fired } from './firing.ts'
import type { RuleId } from './rules.ts'

interface Step {
  readonly session: Session
  readonly outcome: StageResult
  readonly to: State
}

type Row = (s: Step) => readonly [RuleId, Fired] | null

const budget = (nth: number, of: number, last: boolean): Pick<Fired, 'nth' | 'usedUp'> =>
  last ? { nth: of, usedUp: true } : { nth }

const rows: readonly Row[] = [
  ({ session, outcome, to }) =>
    session.state === 'BUILD' && outcome.event === 'failed'
      ? [
          'build-does-not-compile',
          {
            recognised: outcome.why,
            done: to === 'STOPPED' ? 'a person is asked' : 'handed to FIX with the compiler’s errors',
            ...budget(session.failedBuildsInARow + 1, buildsAllowed, to === 'STOPPED'),
          },
        ]
      : null,
  ({ session, outcome }) =>
    session.state === 'BUILD' && outcome.event === 'toolchain'
      ? [
          'build-toolchain',
          { recognised: outcome.why, done: 'the same commit is built natively on the build host', nth: 1 },
        ]
      : null,
  ({ session, outcome, to }) =>
    session.state === 'TEST' && (outcome.event === 'inconclusive' || outcome.event === 'unclear') && !session.selection
      ? [
          'test-inconclusive',
          {
            recognised: outcome.why,
            done: to === 'TEST' ? 'the same test once more' : 'the session stops',
            ...budget(1, 1, to !== 'TEST'),
          },
        ]
      : null,
  ({ session, outcome, to }) =>
    session.state === 'TEST' && outcome.event === 'failed' && session.checkpoint !== null && !session.selection
      ? [
          'regression',
          {
            recognised: outcome.why,
            done: to === 'RESTART' ? 'the full loop from SETUP' : 'a person is asked',
            of: session.restartsAllowed,
            ...budget(session.counters.restarts + 1, session.restartsAllowed, to !== 'RESTART'),
          },
        ]
      : null,
]

/** What fires by the entry itself; null: it is none of a rule. */
export function firedBy(session: Session, outcome: StageResult, to: State): readonly [RuleId, Fired] | null {
  for (const row of rows) {
    const fired = row({ session, outcome, to })
    if (fired !== null) return fired
  }
  return null
}
