/** Why an attempt could not be seen: what the program cannot have caused is tried again, what it caused is its own. */
import { describe, expect, test } from 'vitest'
import {
  nobody,
  notRead,
  thereIs,
  type Attempt,
  type Flow,
  type RoundEvidence,
} from '../../../../src/domain/evidence.ts'
import { floodedBy, toRepeat, unseen } from '../../../../src/domain/suites/connectivity/unseen.ts'
import { emptyCounters, flow, judged, reading, run } from '../../fixtures.ts'

const whole =
  (run().items.connectivity ?? []).find((r) => r.attempts.some((a) => a.pair.to === 'saorsa-8')) ?? expect.fail()
const attempt = whole.attempts.find((a) => a.pair.to === 'saorsa-8') ?? expect.fail()
const { from, to } = attempt.pair
const round = (of: Partial<Attempt> = {}, counters?: RoundEvidence['readings'][string]['counters']): RoundEvidence => ({
  ...whole,
  attempts: whole.attempts.map((a) => (a.id === attempt.id ? { ...a, ...of } : a)),
  readings: {
    ...whole.readings,
    ...(counters === undefined ? {} : { [to]: reading(counters) }),
  },
})
const why = (r: RoundEvidence) => unseen(r.attempts.find((a) => a.id === attempt.id) ?? expect.fail(), r, true)
const flows = (n: number, localPort: number): readonly Flow[] =>
  Array.from({ length: n }, (_, i) => flow('10.0.0.1', i, localPort, 1, 60))
const anySum = { packets: 1, bytes: 60 }
const full = (own: number, others: number) =>
  thereIs({ ...emptyCounters, in: [...flows(own, attempt.servicePort), ...flows(others, 53)], overflow: true })

describe('what cannot be the program’s doing is to be tried again', () => {
  test.each<[string, RoundEvidence, string]>([
    ['a step of ours that broke', round({ fault: { kind: 'infra', message: 'lost' } }), 'lost'],
    ['a table that is gone', round({}, { kind: 'absent' }), `the packet counters of ${to} were not there`],
    ['counters that were not read', round({}, notRead('nft')), `the packet counters of ${to} were not there`],
    [
      'a table that the rest of the machine filled',
      round({}, full(9000, 60_000)),
      `the packet counters of ${to} were full`,
    ],
    ['a record that was not read', round({ record: notRead('exit 65') }), 'exit 65'],
  ])('%s', (_, seen, text) => {
    expect(why(seen)).toBe(text)
    expect(toRepeat([seen], true).map((a) => a.id)).toEqual([attempt.id])
  })
})

describe('what was seen, or is the program’s own doing, is not', () => {
  test.each<[string, RoundEvidence]>([
    ['a success', round()],
    ['a record that was read and is absent', round({ record: { kind: 'absent' } })],
    ['counters that its own port filled', round({}, full(40_000, 26_000))],
  ])('%s', (_, seen) => {
    expect(why(seen)).toBeNull()
    expect(toRepeat([seen], true)).toEqual([])
  })
  test('a flood is told with its numbers', () => {
    expect(floodedBy(attempt, round({}, full(40_000, 26_000)))).toBe(
      `the program filled the packet counters of ${to}: 40000 flows are its own`,
    )
    expect(floodedBy(attempt, round())).toBeNull()
  })
  test('the dialler is known by its user, whatever ports it takes', () => {
    const sent = (uid: number) =>
      Array.from({ length: 65_535 }, (_, i) => ({ ...anySum, remote: `r${i}`, protocol: 'tcp', localPort: i, uid }))
    const by = (uid: number) => ({
      ...round(),
      readings: { ...whole.readings, [from]: reading(thereIs({ ...emptyCounters, sent: sent(uid), overflow: true })) },
    })
    expect(floodedBy(attempt, by(nobody))).toContain(`the packet counters of ${from}: 65535 flows`)
    expect(floodedBy(attempt, by(33))).toBeNull()
  })
})

test('each is tried twice more at most, the last try after the one before it', () => {
  const lost = { kind: 'infra', message: 'lost' } as const
  const seen: RoundEvidence[] = [round({ fault: lost })]
  for (const expected of [attempt.id, 'second', 'third']) {
    const again = toRepeat(seen, true)
    if (expected === 'third') expect(again).toEqual([])
    else {
      expect(again.map((a) => a.id)).toEqual([expected])
      const id = expected === attempt.id ? 'second' : 'third'
      seen.push({ ...whole, attempts: [{ ...attempt, id, repeats: expected, fault: lost }] })
    }
  }
})
test('of one pair one is tried at a time', () => {
  const lost = { kind: 'infra', message: 'lost' } as const
  const twice = [round({ fault: lost }), { ...whole, attempts: [{ ...attempt, id: 'other', fault: lost }] }]
  expect(toRepeat(twice, true)).toHaveLength(1)
  expect(from).not.toBe(to)
})

test('a repetition of what was seen, by evidence that holds one all the same, is one more chance that nobody gave', () => {
  const input = run()
  const again = {
    ...whole,
    round: 999,
    attempts: [{ ...attempt, id: 'again', nonce: 'f'.repeat(32), repeats: attempt.id }],
  }
  const told = (first: RoundEvidence) =>
    judged({
      ...input,
      items: {
        connectivity: [
          ...(input.items.connectivity ?? []).map((r) => (r === whole || r.round === whole.round ? first : r)),
          again,
        ],
      },
    }).reasons.filter(
      (r) => r.text === `attempt again repeats ${attempt.id}, which nothing of ours kept from being seen`,
    )
  expect(told(round({ record: notRead('cut') }))).toEqual([])
  // Ambiguous: it did not count, and not because anything of ours failed.
  const record = attempt.record.kind === 'there' ? attempt.record.value : expect.fail()
  expect(told(round({ record: thereIs({ ...record, from: '203.0.113.9:1' }) }))).toHaveLength(1)
  expect(told(round())).toHaveLength(1)
})
