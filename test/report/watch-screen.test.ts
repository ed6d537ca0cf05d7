/** The screen of `status --watch`, frame by frame: it fits, it tells what is known, and nothing in it acts. */
import { describe, expect, test } from 'vitest'
import { fold } from '../../src/domain/session.ts'
import { triedIn } from '../../src/domain/tried.ts'
import { watchLines, type WatchView } from '../../src/report/watch-screen.ts'
import { labFleet, planOf } from '../kit/plan.ts'
import { story, type Step } from '../kit/session.ts'

const start = Date.parse('2026-01-31T08:00:00Z')
const nodes = ['saorsa-2', 'saorsa-3', 'saorsa-4']
const plan = planOf({ project: 'testnet', fleet: labFleet(nodes), nodes })
const view = (steps: readonly Step[], more: Partial<WatchView> = {}): WatchView => {
  const entries = story(steps, { session: 's-1', plan, at: (n) => start + n * 60_000 })
  return {
    project: 'testnet',
    session: fold('s-1', entries),
    entries,
    now: start + steps.length * 60_000 + 5000,
    progress: { keys: {}, lines: [] },
    tried: [],
    alive: true,
    next: null,
    others: [],
    ...more,
  }
}
const screen = (v: WatchView, columns = 80, rows = 24): string => watchLines(v, { columns, rows }).join('\n')
const toTest: readonly Step[] = ['begin', 'confirmed', 'ready', 'built', 'deployed']

test('each state with how long it took, what goes on, and what is still to come', () => {
  expect(screen(view(['begin', 'confirmed', 'ready', 'built']))).toContain(
    '✓ SETUP 1 min 00 s  ✓ BUILD 1 min 00 s  ▶ DEPLOY 1 min 05 s  · TEST',
  )
})

test('a claim in a state does not begin it anew', () => {
  expect(screen(view(['begin', 'confirmed', 'ready', 'claimed']))).toContain('▶ BUILD 2 min 05 s')
})

test('DEPLOY: each node where it is, in as many columns as fit; what is older than the state is not told', () => {
  const at = start + 4 * 60_000
  const v = view(['begin', 'confirmed', 'ready', 'built'], {
    progress: {
      keys: {
        'deploy saorsa-10': { at, text: 'saorsa-10: restarting' },
        'deploy saorsa-2': { at, text: 'saorsa-2: uploading 14 %' },
        'deploy saorsa-3': { at: start, text: 'saorsa-3: of an earlier deploy' },
      },
      lines: [],
    },
  })
  expect(screen(v, 80)).toMatch(/^saorsa-2: uploading 14 % {2,}saorsa-10: restarting$/m)
  expect(screen(v, 40)).toMatch(/^saorsa-2: uploading 14 %\nsaorsa-10: restarting$/m)
  expect(screen(v)).not.toContain('earlier')
})

describe('TEST', () => {
  const attempt = (from: string, to: string, kind: string) => ({ pair: { from, to }, record: { kind } })
  const lines = [
    JSON.stringify({ attempts: [attempt('saorsa-2', 'saorsa-3', 'there'), attempt('saorsa-3', 'saorsa-4', 'absent')] }),
    JSON.stringify({ attempts: [attempt('saorsa-2', 'saorsa-3', 'there'), attempt('saorsa-4', 'saorsa-2', 'there')] }),
    JSON.stringify({ attempts: [attempt('saorsa-4', 'saorsa-2', 'not-read'), { pair: 7 }, null] }),
    JSON.stringify({ samples: 1 }),
    'null',
    '{"attempts": [{"pair": {"from": "torn',
  ]
  const v = view(toTest, { tried: triedIn(lines) })
  test('what was found with the receiver so far, pair by pair; what was not read is not found', () => {
    expect(triedIn(lines)).toEqual([
      { from: 'saorsa-2', to: 'saorsa-3', found: 2, tried: 2 },
      { from: 'saorsa-3', to: 'saorsa-4', found: 0, tried: 1 },
      { from: 'saorsa-4', to: 'saorsa-2', found: 1, tried: 2 },
    ])
    expect(screen(v)).toContain(
      [
        'saorsa-from\\to  2  3  4',
        '2               -  +  ·',
        '3               ·  -  x',
        '4               ~  ·  -',
      ].join('\n'),
    )
    expect(screen(v)).toContain('nothing is judged before the end')
  })
  test('no room for it: it is left out whole, and the rest stays', () => {
    expect(screen(v, 80, 9)).not.toContain('from\\to')
    expect(screen(v, 80, 9)).toContain('▶ TEST')
  })
})

test('a wait counts down, and says what goes on with it; one that is late says so', () => {
  const steps: readonly Step[] = [
    'begin',
    ['confirmed', { soak: ['WAIT_1HR'], proof: 'logs' }],
    'ready',
    'built',
    'deployed',
    'passed',
  ]
  const v = view(steps, { next: 'the checkpoint is taken by: vps-test soak --watch' })
  expect(screen(v)).toMatch(/WAIT_1HR ends in 5\d min \d\d s, at 09:05:00/)
  expect(screen(v)).toContain('vps-test soak --watch')
  expect(screen({ ...v, now: start + 3 * 3_600_000 })).toMatch(/WAIT_1HR was due 1 h \d\d min ago/)
})

test('whoever worked on it has ended: said in red words, not shown as work', () => {
  expect(screen(view(toTest, { alive: false }))).toContain('has ended without a record')
  expect(screen(view(toTest, { progress: null, alive: null }))).toContain('its progress is told where it runs')
})

test.each([
  [40, 10],
  [80, 24],
  [200, 60],
])('%i × %i: never more lines than there are rows', (columns, rows) => {
  const many = Array.from({ length: 500 }, (_, i) => ({ at: start + i, text: `line ${i}` }))
  const v = view(toTest, { progress: { keys: {}, lines: many } })
  expect(watchLines(v, { columns, rows }).length).toBeLessThanOrEqual(rows)
})

test('hostile words stay words: no escape and no line end of theirs reaches the screen', () => {
  const hostile = '\u001b[2J\u001b]0;x\u0007a\nb\u202e'
  const v = view(['begin', 'confirmed', 'ready', ['built', {}, { why: hostile }]], {
    project: hostile,
    next: hostile,
    progress: { keys: { 'deploy x': { at: start + 9e6, text: hostile } }, lines: [{ at: start, text: hostile }] },
    others: [{ id: hostile, state: 'TEST', changedAt: start }],
  })
  for (const line of watchLines(v, { columns: 120, rows: 40 }))
    expect(line).not.toMatch(/[\u0000-\u001f\u007f-\u009f\u202e]/)
})
