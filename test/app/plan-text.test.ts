/** A plan says when its build would have no sandbox, and when it would be refused for that; otherwise nothing of it. */
import { expect, test } from 'vitest'
import { planText } from '../../src/app/plan-text.ts'
import { planOf } from '../kit/plan.ts'

const none = { kind: 'none', why: 'sudo: a password is required' } as const
const lines = (...[sandbox, unenclosed]: [Parameters<typeof planText>[1]['sandbox'], 'refuse' | 'build']) =>
  planText(planOf(), { sandbox, unenclosed })
    .split('\n')
    .filter((line) => line.includes('sandbox'))

test('a build without a sandbox is told before it runs, with the reason', () => {
  expect(lines(none, 'build')).toEqual([
    expect.stringMatching(/^The build would run without a sandbox.*password is req/),
  ])
  expect(lines(none, 'refuse')).toEqual([expect.stringMatching(/^The build would be refused here: .*password is req/)])
})

test.each([null, { kind: 'another user' }, { kind: 'user namespace' }] as const)('nothing to tell: %j', (sandbox) => {
  expect(lines(sandbox, 'refuse')).toEqual([])
})
