/** The leases of a session that a run leaves, in every state: as a table. */
import { expect, test } from 'vitest'
import { leaseFate } from '../../src/domain/lease-policy.ts'
import { fold } from '../../src/domain/session.ts'
import { stateNames, type State } from '../../src/domain/states.ts'
import { story, type Step } from '../kit/session.ts'

const hour = 3_600_000
const soaks: Step = ['confirmed', { soak: ['WAIT_1HR', 'WAIT_6HR'] }]
const tested = ['begin', soaks, 'ready', 'built', 'deployed'] as const
const asks = ['begin', ['confirmed', { proof: 'manual-verify' }], 'ready', 'built', 'deployed', 'passed'] as const

/** Steps, state, and what becomes of the leases: when the run ended well, and when it broke off. */
const rows: readonly (readonly [readonly Step[], State, string, string])[] = [
  [[], 'IDLE', 'leave', 'give-back'],
  [['begin'], 'INTERVIEW', 'leave', 'give-back'],
  [['begin', soaks], 'SETUP', 'leave', 'give-back'],
  [['begin', soaks, 'queued', 'claimed'], 'SETUP', 'leave', 'give-back'],
  [tested.slice(0, 3), 'BUILD', 'leave', 'give-back'],
  [tested.slice(0, 4), 'DEPLOY', 'leave', 'give-back'],
  [tested, 'TEST', 'leave', 'give-back'],
  [['begin', soaks, 'queued', 'ready', 'built', 'deployed'], 'TEST', 'leave', 'hold 6000'],
  [[...tested, 'passed', 'due'], 'TEST', 'leave', `hold ${6000 + hour}`],
  [[...tested, 'failed'], 'FIX', 'leave', 'give-back'],
  [[...tested, 'passed'], 'WAIT_1HR', `hold ${6000 + hour}`, `hold ${6000 + hour}`],
  [[...tested, 'passed', 'due', 'passed'], 'WAIT_6HR', `hold ${8000 + 6 * hour}`, `hold ${8000 + 6 * hour}`],
  [[...tested, 'passed', 'due', 'failed'], 'RESTART', 'leave', 'give-back'],
  [[...tested, 'failed', 'no-fix-command'], 'AWAIT_PUSH', 'give-back', 'give-back'],
  [asks, 'AWAIT_APPROVAL', 'give-back', 'give-back'],
  [[...asks, 'approved'], 'COMPLETE', 'give-back', 'give-back'],
  [[...tested, 'stop'], 'STOPPED', 'give-back', 'give-back'],
]
const told = (steps: readonly Step[], brokeOff: boolean): string => {
  const fate = leaseFate(fold('s', story(steps)), { brokeOff })
  return fate.kind === 'hold' ? `hold ${fate.until}` : fate.kind
}

test.each(rows)('%j: %s', (steps, state, ended, brokeOff) => {
  expect(fold('s', story(steps)).state).toBe(state)
  expect([told(steps, false), told(steps, true)]).toEqual([ended, brokeOff])
})
test('every state has a row', () =>
  expect(stateNames.filter((s) => !rows.some(([, state]) => state === s))).toEqual([]))
