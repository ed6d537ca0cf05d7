/** What a ledger tells the reader of one test's proof about the session since. */
import { expect, test } from 'vitest'
import { sessionStory } from '../../src/domain/anchor.ts'
import { story, type Step } from '../kit/session.ts'

const tested: readonly Step[] = [
  'begin',
  ['confirmed', { soak: ['WAIT_1HR'] }],
  'ready',
  'built',
  'deployed',
  'begun',
  'passed',
]

test('a session that was stopped before its checkpoint', () =>
  expect(sessionStory(story([...tested, 'stop']), 6)).toEqual([
    'session s is STOPPED since 1970-01-01T00:00:08.000Z: stopped by a person; because stop',
    'test-1: passed (entry 6, 1970-01-01T00:00:07.000Z), this one',
  ]))

test('a checkpoint that failed since', () =>
  expect(sessionStory(story([...tested, 'due', 'begun', 'failed']), 6)).toEqual([
    expect.stringMatching(/^session s is RESTART since .*because failed$/),
    'test-1: passed (entry 6, 1970-01-01T00:00:07.000Z), this one',
    'test-2, checkpoint WAIT_1HR: failed (entry 9, 1970-01-01T00:00:10.000Z)',
  ]))

test('a ledger without entries tells nothing', () => expect(sessionStory([], 0)).toEqual([]))
