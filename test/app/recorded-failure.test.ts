/** The end of a run names the code and the remedy of the failure that ended it. */
import { expect, test } from 'vitest'
import { recordedFailure } from '../../src/app/recorded-failure.ts'
import { Failure, failureFacts } from '../../src/domain/failure.ts'
import type { Entry } from '../../src/domain/ledger.ts'
import { story, type Step } from '../kit/session.ts'

const noKey = new Failure({ code: 'U031', message: 'no private key for fleet f', remedy: 'vps-test start --key k' })
const ended = (step: Step): readonly Entry[] => story(['begin', 'confirmed', step])
const why = { why: noKey.message }
const excluded = [
  { node: 'b', stage: 'SETUP', code: 'T004', message: 'b: cannot be reached' },
  { node: 'a', stage: 'SETUP', ...failureFacts(noKey), message: noKey.message },
]

test.each([
  ['of the entry itself', ended(['unrecoverable', failureFacts(noKey), why])],
  [
    'of the node that the reason names',
    ended(['unrecoverable', { excluded }, { why: `no registry: ${noKey.message}` }]),
  ],
])('code and remedy %s', (_, entries) => {
  expect(recordedFailure(entries)).toEqual({ code: 'U031', remedy: 'vps-test start --key k' })
})

test.each([
  ['nothing was written', []],
  ['the session goes on', ended(['ready', { excluded }, why])],
  ['no excluded node is the reason', ended(['unrecoverable', { excluded }, { why: 'too few nodes' }])],
  ['it was the program that failed', story(['begin', 'confirmed', 'ready', 'built', 'deployed', 'failed'])],
])('none where %s', (_, entries) => {
  expect(recordedFailure(entries)).toBeNull()
})

test('a row gives the remedy where the place that throws has none', () => {
  expect(failureFacts(new Failure({ code: 'I304', message: 'm' }))).toEqual({
    code: 'I304',
    remedy: 'vps-test doctor --fix',
  })
})
