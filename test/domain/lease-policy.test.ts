/** The leases of a session that a run leaves, in every state: as a table. */
import { expect, test } from 'vitest'
import { leaseFate, longestLeaseMs, workingMs } from '../../src/domain/lease-policy.ts'
import { fold } from '../../src/domain/session.ts'
import { stateNames, type State } from '../../src/domain/states.ts'
import { story, type Step } from '../kit/session.ts'

const hour = 3_600_000
const soaks: Step = ['confirmed', { soak: ['WAIT_1HR', 'WAIT_6HR'] }]
const tested = ['begin', soaks, 'ready', 'built', 'deployed'] as const
const asks = ['begin', ['confirmed', { proof: 'manual-verify' }], 'ready', 'built', 'deployed', 'passed'] as const

const day = 24 * hour
const [build, gap] = ['hold 5470000', 'hold 1870000']

/**
 * Steps, state, and what becomes of the leases at 70 s: when another job of the run goes on, when another run does, and
 * when the run broke off.
 */
const rows: readonly (readonly [readonly Step[], State, string, string, string])[] = [
  [[], 'IDLE', 'leave', 'leave', 'give-back'],
  [['begin'], 'INTERVIEW', 'leave', 'leave', 'give-back'],
  [['begin', soaks], 'SETUP', 'leave', 'leave', 'give-back'],
  [['begin', soaks, 'queued', 'claimed'], 'SETUP', 'leave', 'leave', 'give-back'],
  [tested.slice(0, 3), 'BUILD', build, 'leave', 'give-back'],
  [tested.slice(0, 4), 'DEPLOY', gap, 'leave', 'give-back'],
  [tested, 'TEST', gap, 'leave', 'give-back'],
  [['begin', soaks, 'queued', 'ready', 'built', 'deployed'], 'TEST', gap, 'leave', `hold ${6000 + day}`],
  [[...tested, 'passed', 'due'], 'TEST', gap, 'leave', `hold ${6000 + hour + day}`],
  [[...tested, 'failed'], 'FIX', gap, 'leave', 'give-back'],
  [[...tested, 'passed'], 'WAIT_1HR', ...same(`hold ${6000 + hour + day}`)],
  [[...tested, 'passed', 'due', 'passed'], 'WAIT_6HR', ...same(`hold ${8000 + 6 * hour + day}`)],
  [[...tested, 'passed', 'due', 'failed'], 'RESTART', gap, 'leave', 'give-back'],
  [[...tested, 'failed', 'no-fix-command'], 'AWAIT_PUSH', ...same('give-back')],
  [asks, 'AWAIT_APPROVAL', ...same('give-back')],
  [[...asks, 'approved'], 'COMPLETE', ...same('give-back')],
  [[...tested, 'stop'], 'STOPPED', ...same('give-back')],
]
function same(fate: string): readonly [string, string, string] {
  return [fate, fate, fate]
}
const told = (steps: readonly Step[], ours: boolean, brokeOff: boolean): string => {
  const fate = leaseFate(fold('s', story(steps)), { ours, brokeOff, now: 70_000 })
  return fate.kind === 'hold' ? `hold ${fate.until}` : fate.kind
}

test('a run at work asks for minutes; at a checkpoint, for as long as that may still be taken', () => {
  expect(workingMs(fold('s', story(tested)), 70_000)).toBe(5 * 60_000)
  expect(workingMs(fold('s', story([...tested, 'passed', 'due'])), 70_000)).toBe(6000 + hour + day - 70_000)
  expect(longestLeaseMs).toBe(30 * hour)
})
test.each(rows)('%j: %s', (steps, state, ended, elsewhere, brokeOff) => {
  expect(fold('s', story(steps)).state).toBe(state)
  expect([told(steps, true, false), told(steps, false, false), told(steps, true, true)]).toEqual([
    ended,
    elsewhere,
    brokeOff,
  ])
})
test('every state has a row', () =>
  expect(stateNames.filter((s) => !rows.some(([, state]) => state === s))).toEqual([]))
