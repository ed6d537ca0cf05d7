/** What of a session is told, and whether it goes out: as tables over stories. */
import { describe, expect, test } from 'vitest'
import { longestNotice, notificationsOf, type Notification } from '../../src/domain/notifications/events.ts'
import { notificationEvents } from '../../src/domain/notifications/kinds.ts'
import { isQuiet, silence, type NotificationDelivery } from '../../src/domain/notifications/policy.ts'
import { usualWishes } from '../../src/domain/notifications/wishes.ts'
import { story, type Step } from '../kit/session.ts'

const soaks: Step = ['confirmed', { soak: ['WAIT_1HR', 'WAIT_6HR'] }]
const deployed = ['begin', 'confirmed', 'ready', 'built', 'deployed'] as const
const soaked = ['begin', soaks, 'ready', 'built', 'deployed'] as const

const events = (steps: readonly Step[]) => notificationsOf(story(steps)).map((n) => `${n.event} ${n.state}`)
const lines = (steps: readonly Step[]) => notificationsOf(story(steps)).map((n) => n.line)

describe('what is told of a session', () => {
  test.each<readonly [string, readonly Step[], readonly string[]]>([
    ['nothing before a yes', ['begin'], []],
    ['a start, and its end', [...deployed, 'passed'], ['start SETUP', 'complete COMPLETE']],
    [
      'each wait, and the end',
      [...soaked, 'passed', 'due', 'passed', 'due', 'passed'],
      ['start SETUP', 'wait_start WAIT_1HR', 'wait_start WAIT_6HR', 'complete COMPLETE'],
    ],
    [
      'a failed test, and that a push is waited for',
      [...deployed, 'failed', 'no-fix-command'],
      ['start SETUP', 'test_fail FIX', 'waiting AWAIT_PUSH'],
    ],
    [
      'a fix, and nothing of a test that fails again',
      [...deployed, 'failed', 'fixed', 'built', 'deployed', 'failed', 'no-fix-command'],
      ['start SETUP', 'test_fail FIX', 'fix_commit BUILD', 'waiting AWAIT_PUSH'],
    ],
    [
      'a regression',
      [...soaked, 'passed', 'due', 'failed'],
      ['start SETUP', 'wait_start WAIT_1HR', 'test_fail RESTART'],
    ],
    [
      'an approval that is waited for',
      ['begin', ['confirmed', { proof: 'manual-verify' }], 'ready', 'built', 'deployed', 'passed'],
      ['start SETUP', 'waiting AWAIT_APPROVAL'],
    ],
    ['an end by a fault', ['begin', 'confirmed', 'unrecoverable'], ['start SETUP', 'error STOPPED']],
    ['an end by doubt, once', [...deployed, 'inconclusive', 'inconclusive'], ['start SETUP', 'error STOPPED']],
    ['nothing of what a person did', [...deployed, 'stop'], ['start SETUP']],
    ['nothing of claims', [...soaked, 'passed', 'due', 'claimed'], ['start SETUP', 'wait_start WAIT_1HR']],
  ])('%s', (_, steps, said) => expect(events(steps)).toEqual(said))

  test('every event that can be wished for is told of somewhere', () => {
    const all = [
      [...soaked, 'passed'],
      [...deployed, 'passed'],
      [...deployed, 'failed', 'fixed'],
      [...deployed, 'failed', 'no-fix-command'],
      ['begin', 'confirmed', 'unrecoverable'],
    ] as const
    const told = new Set(all.flatMap((steps) => notificationsOf(story(steps)).map((n) => n.event)))
    expect([...told].toSorted()).toEqual([...notificationEvents].toSorted())
  })

  test('a line is understood when it is heard', () => {
    expect(lines([...soaked, 'passed', 'due', 'passed'])).toEqual([
      'p: testing of commit c0ffeec has begun.',
      'p: passed. The next test follows in one hour.',
      'p: passed. The next test follows in 6 hours.',
    ])
    expect(lines([...deployed, 'failed']).at(-1)).toMatch(/^p: the test failed: direct \d+\/\d+/)
    // Its rates may all be whole: what is heard is the reason.
    const died = ['failed', { reasons: ['n-1: p died'] }] as const
    expect(lines([...soaked, 'passed', 'due', died]).at(-1)).toBe(
      'p: what passed before fails in the soak: n-1: p died.',
    )
  })

  test('words of a node are cut, and hide nothing', () => {
    const why = `\u001b[31mred\u202e\n::error::x ${'word '.repeat(100)}`
    const [, told] = notificationsOf(story(['begin', 'confirmed', ['unrecoverable', {}, { why }]]))
    expect(told?.line.length).toBeLessThanOrEqual(longestNotice)
    expect(told?.line).toMatch(/^p stopped: \[31mred ::error::x word .*word…$/)
  })
})

describe('whether it goes out', () => {
  const note: Notification = {
    event: 'test_fail',
    project: 'p',
    session: 's',
    seq: 7,
    at: 0,
    state: 'FIX',
    line: 'p: the test failed.',
  }
  const out = (more: Partial<NotificationDelivery> = {}): NotificationDelivery => ({
    at: 0,
    session: 'before',
    seq: 1,
    event: 'test_fail',
    line: 'another',
    channel: 'slack',
    outcome: { kind: 'delivered', tries: 1 },
    ...more,
  })
  const failed = { kind: 'failed', tries: 3, why: 'x' } as const
  const night = { from: 22 * 60, to: 7 * 60, timezone: 'Europe/Helsinki' }
  const noon = Date.UTC(2026, 10, 26, 10)
  const late = Date.UTC(2026, 10, 26, 21, 30)

  test.each<readonly [string, Partial<typeof usualWishes>, readonly NotificationDelivery[], number, string | null]>([
    ['nothing is against it', {}, [], noon, null],
    ['it is not wished for', { onEvents: ['complete'] }, [], noon, 'test_fail is not among notifications.on_events'],
    ['it went out before', {}, [out({ session: 's', seq: 7 })], noon, 'it went out before'],
    ['it did not get through before', {}, [out({ session: 's', seq: 7, outcome: failed })], noon, null],
    ['the same was the last one', {}, [out({ line: note.line })], noon, 'nothing changed since the last one'],
    ['something else came between', {}, [out({ line: note.line }), out({ event: 'complete' })], noon, null],
    ['it is night', { quietHours: night }, [], late, 'quiet hours'],
    ['it is day', { quietHours: night }, [], noon, null],
    [
      'there were too many',
      { mostPerHour: 2 },
      [out({ at: noon }), out({ at: noon, seq: 2 })],
      noon,
      '2 went out within an hour',
    ],
    ['they are long ago', { mostPerHour: 2 }, [out(), out({ seq: 2 })], noon, null],
  ])('%s', (_, wishes, before, now, why) => expect(silence(note, { ...usualWishes, ...wishes }, before, now)).toBe(why))

  test('hours of one day, and of two', () => {
    const day = { from: 9 * 60, to: 17 * 60, timezone: 'UTC' }
    expect([8, 9, 16, 17].map((h) => isQuiet(day, Date.UTC(2026, 0, 1, h)))).toEqual([false, true, true, false])
    const over = { ...day, from: 22 * 60, to: 7 * 60 }
    expect([21, 22, 0, 6, 7].map((h) => isQuiet(over, Date.UTC(2026, 0, 1, h)))).toEqual([
      false,
      true,
      true,
      true,
      false,
    ])
  })
})
