/** A plan as a person reads it: a build without a sandbox, and how long a build takes. */
import { expect, test } from 'vitest'
import { lastBuildOf } from '../../src/app/last-build.ts'
import { planText } from '../../src/app/plan-text.ts'
import type { Entry } from '../../src/domain/ledger.ts'
import { memorySessions } from '../kit/context.ts'
import { buildRecord } from '../kit/facts.ts'
import { planOf } from '../kit/plan.ts'
import { story } from '../kit/session.ts'

const none = { kind: 'none', why: 'sudo: a password is required' } as const
const lines = (...[sandbox, unenclosed]: [Parameters<typeof planText>[1]['sandbox'], 'refuse' | 'build']) =>
  planText(planOf(), { sandbox, unenclosed, lastBuild: null })
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

test.each([
  [null, / \(about 20 s\)$/, /^About 2 min, /],
  ['never', / \(not built here before: minutes; later about 20 s\)$/, /^About 2 min and the first build, /],
  [312.4, / \(about 313 s, as the last time\)$/, /^About 7 min, /],
] as const)('a build whose last one took %s', (lastBuild, step, whole) => {
  const text = planText(planOf({ more: { source: { kind: 'build', workspace: '.', revision: null } } }), {
    sandbox: null,
    unenclosed: 'build',
    lastBuild,
  }).split('\n')
  expect(text.find((line) => line.includes('BUILD'))).toMatch(step)
  expect(text.find((line) => line.startsWith('About '))).toMatch(whole)
})

test('the last build is the newest that was made, of whichever session', async () => {
  const session = (id: string, source: 'zigbuild' | 'file', seconds: number, from: number) => ({
    [id]: story(['begin', 'confirmed', 'ready', ['built', { build: { ...buildRecord, source, seconds } }]], {
      session: id,
      plan: planOf({ project: 'p' }),
      at: (seq) => from + seq,
    }),
  })
  const last = (...all: readonly Readonly<Record<string, readonly Entry[]>>[]) =>
    lastBuildOf(
      { sessions: memorySessions('/x', { p: Object.assign({}, ...all) as Record<string, readonly Entry[]> }) },
      'p',
    )
  expect(await last()).toBe('never')
  expect(await last(session('a', 'file', 1, 3000))).toBe('never')
  expect(
    await last(session('a', 'zigbuild', 40, 2000), session('b', 'zigbuild', 300, 1000), session('c', 'file', 1, 3000)),
  ).toBe(40)
  const away = { ...memorySessions('/x', {}), ledgers: () => Promise.reject(new Error('away')) }
  expect(await lastBuildOf({ sessions: away }, 'p')).toBeNull()
})
