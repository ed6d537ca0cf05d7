/** What the cases in test/cases/verdict cannot say by pair: labels, punched, and that claims never decide. */
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { Claim } from '../../../../src/domain/evidence.ts'
import { views } from '../../../../src/domain/suites/connectivity/flows.ts'
import { judgeAttempt, type Judgement } from '../../../../src/domain/suites/connectivity/judge.ts'
import { oracle } from '../../../../src/domain/suites/connectivity/oracle.ts'
import { attemptOf, measurements, nineNodes, type Happening, type Tried } from '../../fixtures.ts'

const nats = new Map(measurements.map((m) => [m.node, m]))
const nat = (n: string) => nats.get(n) ?? expect.fail(n)
function judge(from: string, to: string, happening: Happening, edit: (a: Tried) => Tried = (a) => a): Judgement {
  const attempt = edit(attemptOf({ from, to }, { round: 3, repetition: 1 }, measurements, happening))
  return judgeAttempt({
    attempt,
    promises: { record: true },
    oracle: oracle(nat(from), nat(to)),
    seen: views(attempt, attempt.readings, nats, nineNodes),
  })
}
const kinds = (j: Judgement): string[] => j.findings.map((f) => f.kind)

test.each([
  ['saorsa-7', 'saorsa-8', false],
  ['saorsa-7', 'saorsa-4', false],
  ['saorsa-7', 'saorsa-5', true],
  ['saorsa-7', 'saorsa-6', true],
  ['saorsa-7', 'saorsa-10', true],
  ['saorsa-10', 'saorsa-7', false],
])('%s → %s end to end: punched %s', (from, to, punched) =>
  expect(judge(from, to, { path: 'end-to-end' }).punched).toBe(punched),
)

test('a relayed path is never punched', () =>
  expect(judge('saorsa-6', 'saorsa-10', { path: 'relayed' })).toMatchObject({
    punched: false,
    path: 'relayed',
    relayVia: 'saorsa-2',
    outcome: 'success',
    grade: 'A',
  }))

describe('labels', () => {
  test.each<[string, string, Happening, string[]]>([
    ['saorsa-7', 'saorsa-8', { path: 'end-to-end', claims: 'direct' }, []],
    ['saorsa-7', 'saorsa-8', { path: 'end-to-end', claims: 'relayed' }, ['method-mislabelled']],
    ['saorsa-7', 'saorsa-8', { path: 'end-to-end', claims: 'hole_punched' }, ['method-mislabelled']],
    ['saorsa-7', 'saorsa-4', { path: 'end-to-end', claims: 'hole_punched' }, []],
    ['saorsa-7', 'saorsa-4', { path: 'end-to-end', claims: 'direct' }, []],
    ['saorsa-7', 'saorsa-6', { path: 'end-to-end', claims: 'direct' }, ['method-mislabelled']],
    // saorsa-5's NAT filters by address: it may remember the caller.
    ['saorsa-7', 'saorsa-5', { path: 'end-to-end', claims: 'direct' }, []],
    ['saorsa-7', 'saorsa-6', { path: 'end-to-end', claims: 'hole_punched' }, []],
    ['saorsa-6', 'saorsa-10', { path: 'relayed', claims: 'hole_punched' }, ['method-mislabelled']],
    ['saorsa-6', 'saorsa-10', { path: 'none', claims: 'direct' }, ['claim-without-delivery']],
    ['saorsa-6', 'saorsa-10', { path: 'none', claims: 'nothing' }, []],
  ])('%s → %s %j: %j', (from, to, happening, expected) => expect(kinds(judge(from, to, happening))).toEqual(expected))
})

test('whatever the program claims, outcome, grade A or B, path and punched stay', () => {
  const claim: fc.Arbitrary<Claim> = fc.record({
    success: fc.constantFrom(true, false, null),
    method: fc.constantFrom('direct' as const, 'hole_punched' as const, 'relayed' as const, null),
    remote: fc.constant(null),
    connectMs: fc.option(fc.double()),
    error: fc.constant(null),
    upgraded: fc.boolean(),
    exitCode: fc.constantFrom(0, 1, null),
    lines: fc.constant([]),
  })
  fc.assert(
    fc.property(
      claim,
      fc.constantFrom<Happening>(
        { path: 'end-to-end' },
        { path: 'relayed' },
        { path: 'none' },
        { path: 'end-to-end', record: 'emptied' },
        { path: 'end-to-end', counters: 'null' },
      ),
      fc.constantFrom('saorsa-10', 'saorsa-8'),
      (said, happening, to) => {
        const bare = (j: Judgement) => ({
          outcome: j.outcome,
          path: j.path,
          punched: j.punched,
          good: j.grade === 'A' || j.grade === 'B',
        })
        expect(bare(judge('saorsa-6', to, happening, (a) => ({ ...a, claim: said })))).toEqual(
          bare(judge('saorsa-6', to, happening)),
        )
      },
    ),
  )
})

test('a payload in part is told with numbers', () => {
  const half = judge('saorsa-7', 'saorsa-8', { path: 'end-to-end' }, (a) => ({ ...a, bytes: 2 * a.bytes }))
  expect(half.outcome).toBe('failed')
  expect(half.sentence).toMatch(
    /^saorsa-7 → saorsa-8: expected end-to-end, saw nothing delivered in full and answered; the program claimed hole-punched; the receiver's record has 60003 of 120006 bytes; of 120006 bytes came 61403 end to end, \d+ from relays, 9 packets went back$/,
  )
})
