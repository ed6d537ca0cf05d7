/** What one tick does with a session in each state, and exactly at the edges of its times. */
import { describe, expect, test } from 'vitest'
import { asksWriter, claimsAllowed, reconcile, windowMs, type Tick } from '../../src/domain/reconcile.ts'
import { fold, type Session } from '../../src/domain/session.ts'
import { next } from '../../src/domain/next.ts'
import { story, type Step } from '../kit/session.ts'
import { stateNames, type State } from '../../src/domain/states.ts'
import { duration } from '../../src/domain/text.ts'

const hour = 3_600_000
const by = { kind: 'run', repository: 'o/r', run: '7', attempt: 2, url: 'https://example.org/7' } as const

/** A session that went through `steps`; each takes a second unless its time is told. */
const at = (...steps: readonly Step[]): Session => fold('s', story(steps, { by }))

const soak = ['confirmed', { soak: ['WAIT_1HR', 'WAIT_6HR'], proof: 'logs' }] as const
const started = ['begin', soak, 'ready'] as const
const first = [...started, 'built', 'deployed'] as const
const waits = [...first, 'passed'] as const
const due = 6000 + hour
const claimed = [...waits, ['due', {}, { at: due + 5000 }]] as const
const waits6 = [...claimed, ['passed', {}, { at: due + 9000 }]] as const
const due6 = due + 9000 + 6 * hour
const regressed = [...claimed, ['failed', {}, { at: due + 9000 }]] as const
const again = [...regressed, ['restart', {}, { at: due + 9500 }]] as const
const queued = ['begin', soak, ['queued', { holder: 'other', who: 'ann', until: 20 * 60_000 }, { at: 60_000 }]] as const
const approving = [
  'begin',
  ['confirmed', { soak: [], proof: 'manual-verify' }],
  'ready',
  'built',
  'deployed',
  'passed',
] as const
const week = 6000 + 7 * 24 * hour

/** `claimed`, `record missed`, `nothing`. */
const brief = (t: Tick): string => (t.kind === 'nothing' ? 'nothing' : `${t.kind} ${t.outcome.event}`)

const cases: readonly (readonly [State, readonly Step[], number, boolean, string, RegExp])[] = [
  ['IDLE', [], 1, true, 'nothing', /not confirmed/],
  ['INTERVIEW', ['begin'], 1e12, true, 'nothing', /not confirmed/],
  ['SETUP', ['begin', soak], 1e12, true, 'nothing', /an interrupted run: run its job again, or stop it/],
  ['BUILD', started, 1e12, true, 'nothing', /interrupted/],
  ['DEPLOY', [...started, 'built'], 1e12, true, 'nothing', /interrupted/],
  ['TEST', first, 1e12, true, 'nothing', /interrupted/],
  ['FIX', [...first, 'failed'], 1e12, true, 'nothing', /interrupted/],
  ['AWAIT_PUSH', [...first, 'failed', 'no-fix-command'], 1e12, true, 'nothing', /waits for a push/],
  ['COMPLETE', [...approving, 'approved'], 1e12, true, 'nothing', /ended/],
  ['STOPPED', [...waits, 'stop'], 1e12, true, 'nothing', /ended/],

  ['WAIT_1HR', waits, due - 1, true, 'nothing', /not due/],
  ['WAIT_1HR', waits, due, false, 'claim due', /^0 s late/],
  ['WAIT_1HR', waits, due + windowMs, false, 'claim due', /^24 h 00 min late/],
  ['WAIT_1HR', waits, due + windowMs + 1, true, 'record missed', /nobody took it until .*: more than 24 h late/],
  ['WAIT_6HR', waits6, due6 - 1, true, 'nothing', /not due/],
  ['WAIT_6HR', waits6, due6, true, 'claim due', /^0 s late/],
  ['WAIT_6HR', waits6, due6 + windowMs + 1, true, 'record missed', /24 h late/],

  ['TEST', claimed, due + 5001, false, 'nothing', /run 7 \(attempt 2\) of o\/r works on it/],
  [
    'TEST',
    claimed,
    due + 5001,
    true,
    'claim claimed',
    /taken over from run 7 \(attempt 2\) of o\/r, which ended without a record/,
  ],
  ['TEST', claimed, due + windowMs, true, 'claim claimed', /taken over/],
  ['TEST', claimed, due + windowMs + 1, true, 'record missed', /claimed and not recorded; due 1970-01-01T01:00:06/],
  ['TEST', claimed, due + windowMs + 1, false, 'nothing', /works on it/],
  ['TEST', [...claimed, ['inconclusive', {}, { at: due + 6000 }]], due + 7000, true, 'claim claimed', /taken over/],

  ['RESTART', regressed, due + 9001, false, 'nothing', /works on it/],
  ['RESTART', regressed, due + 9001, true, 'claim claimed', /taken over/],
  ['SETUP', again, 1e12, true, 'claim claimed', /taken over/],
  ['BUILD', [...again, ['ready', {}, { at: due + 9600 }]], 1e12, true, 'claim claimed', /taken over/],
  [
    'DEPLOY',
    [...again, ['ready', {}, { at: due + 9600 }], ['built', {}, { at: due + 9700 }]],
    1e12,
    true,
    'claim claimed',
    /taken over/,
  ],
  // Not a checkpoint any more: there is nothing to miss, however late.
  [
    'TEST',
    [
      ...again,
      ['ready', {}, { at: due + 9600 }],
      ['built', {}, { at: due + 9700 }],
      ['deployed', {}, { at: due + 9800 }],
    ],
    1e12,
    true,
    'claim claimed',
    /taken over/,
  ],
  [
    'FIX',
    [...again, ['ready', {}, { at: due + 9600 }], ['failed', {}, { at: due + 9700 }]],
    1e12,
    false,
    'nothing',
    /works on it/,
  ],

  ['SETUP', queued, 60_000 + 9 * 60_000, true, 'nothing', /waits for the fleet, held by ann/],
  ['SETUP', queued, 60_000 + 10 * 60_000 - 1, true, 'nothing', /held by ann/],
  // A lease may be given back long before it ends: asked again after ten minutes.
  ['SETUP', queued, 60_000 + 10 * 60_000, true, 'claim claimed', /taken over/],
  ['SETUP', queued, 60_001, false, 'nothing', /works on it/],
  [
    'SETUP',
    ['begin', soak, ['queued', { holder: 'other', who: 'ann', until: 90_000 }, { at: 60_000 }]],
    90_000,
    true,
    'claim claimed',
    /taken over/,
  ],
  [
    'SETUP',
    ['begin', soak, ['queued', { holder: 'other', who: 'ann' }, { at: 60_000 }]],
    60_001,
    true,
    'claim claimed',
    /taken over/,
  ],

  ['AWAIT_APPROVAL', approving, week, true, 'nothing', /waits for approval/],
  ['AWAIT_APPROVAL', approving, week + 1, false, 'record expired', /the deadline was 1970-01-08/],
]

describe('a tick', () => {
  test.each(cases)('%s of %j at %d, its writer ended: %s → %s', (state, steps, now, ended, expected, why) => {
    const session = at(...steps)
    expect(session.state).toBe(state)
    const tick = reconcile(session, now, ended)
    expect(brief(tick)).toBe(expected)
    expect(tick.kind === 'nothing' ? tick.why : tick.outcome.why).toMatch(why)
  })

  test('has a case for every state', () => {
    expect(stateNames.filter((s) => !cases.some(([state]) => state === s))).toEqual([])
  })

  test('only ever decides what the table knows', () => {
    for (const [, steps, now, ended] of cases) {
      const session = at(...steps)
      const tick = reconcile(session, now, ended)
      if (tick.kind !== 'nothing') expect(next([], session, tick.outcome, now), brief(tick)).toBeDefined()
    }
  })

  test('tells when something will be due, so that nobody has to ask before', () => {
    const nextAt = (now: number, ...steps: readonly Step[]): number | null => {
      const t = reconcile(at(...steps), now, true)
      return t.kind === 'nothing' ? t.nextAt : NaN
    }
    expect(nextAt(5, ...waits)).toBe(due)
    expect(nextAt(5, ...waits6)).toBe(due6)
    expect(nextAt(5, ...approving)).toBe(week)
    expect(nextAt(60_001, ...queued)).toBe(60_000 + 10 * 60_000)
    expect(
      nextAt(60_001, 'begin', soak, ['queued', { holder: 'other', who: 'ann', until: 90_000 }, { at: 60_000 }]),
    ).toBe(90_000)
    expect(nextAt(5, ...first, 'failed', 'no-fix-command')).toBeNull()
  })

  test('says which checkpoint it takes or missed, with times that fit each other', () => {
    const checkpoint = (tick: Tick): unknown =>
      tick.kind === 'nothing'
        ? undefined
        : 'checkpoint' in tick.outcome.facts
          ? tick.outcome.facts.checkpoint
          : undefined
    expect(checkpoint(reconcile(at(...waits), due + 90_000, true))).toEqual({
      name: 'WAIT_1HR',
      dueAt: due,
      takenAt: due + 90_000,
      latenessMs: 90_000,
    })
    expect(checkpoint(reconcile(at(...waits6), due6 + windowMs + 5, true))).toEqual({
      name: 'WAIT_6HR',
      dueAt: due6,
      takenAt: null,
      latenessMs: null,
    })
    expect(checkpoint(reconcile(at(...claimed), due + windowMs + 5, true))).toEqual({
      name: 'WAIT_1HR',
      dueAt: due,
      takenAt: null,
      latenessMs: null,
    })
  })
})

describe('claims that came to nothing', () => {
  const claims = (n: number): readonly Step[] =>
    Array.from({ length: n }, (_, i) => ['claimed', {}, { at: due + 6000 + i }] as const)
  test('are allowed five times, then a person is asked', () => {
    expect(claimsAllowed).toBe(5)
    expect(brief(reconcile(at(...claimed, ...claims(4)), due + 7000, true))).toBe('claim claimed')
    const tick = reconcile(at(...claimed, ...claims(5)), due + 7000, true)
    expect(tick).toMatchObject({
      kind: 'record',
      outcome: {
        event: 'unrecoverable',
        why: '5 runs ended in TEST without a record: a person is asked',
        facts: { code: 'I400' },
      },
    })
    expect(brief(reconcile(at(...claimed, ...claims(5)), due + 7000, false))).toBe('nothing')
  })
  test('a missed checkpoint is told as missed before that', () =>
    expect(brief(reconcile(at(...claimed, ...claims(5)), due + windowMs + 1, true))).toBe('record missed'))
  test('count anew after every transition', () =>
    expect(
      brief(reconcile(at(...claimed, ...claims(5), ['inconclusive', {}, { at: due + 6500 }]), due + 7000, true)),
    ).toBe('claim claimed'))
})

test('the writer is asked for only where the answer decides something', () => {
  expect(
    cases
      .filter(([, steps]) => asksWriter(at(...steps)))
      .map(([state]) => state)
      .filter((s, i, all) => all.indexOf(s) === i),
  ).toEqual(['TEST', 'RESTART', 'SETUP', 'BUILD', 'DEPLOY', 'FIX'])
  for (const [, steps, now] of cases)
    if (!asksWriter(at(...steps)))
      expect(reconcile(at(...steps), now, true)).toEqual(reconcile(at(...steps), now, false))
})

test.each([
  [-5, '0 s'],
  [0, '0 s'],
  [499, '0 s'],
  [500, '1 s'],
  [31_000, '31 s'],
  [59_499, '59 s'],
  [59_500, '1 min 00 s'],
  [60_000, '1 min 00 s'],
  [119_000, '1 min 59 s'],
  [59 * 60_000 + 59_000, '59 min 59 s'],
  [hour - 500, '1 h 00 min'],
  [hour, '1 h 00 min'],
  [4 * hour + 7 * 60_000, '4 h 07 min'],
  [30 * hour, '30 h 00 min'],
])('a lateness of %d ms is %s', (ms, text) => {
  expect(duration(ms)).toBe(text)
})
