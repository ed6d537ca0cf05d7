/** What the cases in test/cases/verdict cannot say by pair: labels, punched, and that claims never decide. */
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { notRead, thereIs, type Claim } from '../../../../src/domain/evidence.ts'
import { views } from '../../../../src/domain/suites/connectivity/flows.ts'
import { judgeAttempt, type Judgement } from '../../../../src/domain/suites/connectivity/judge.ts'
import { oracle } from '../../../../src/domain/suites/connectivity/oracle.ts'
import { bestGrade, type Promises } from '../../../../src/domain/promises.ts'
import { attemptOf, measurements, nineNodes, promised, senders, type Happening, type Tried } from '../../fixtures.ts'

const nats = new Map(measurements.map((m) => [m.node, m]))
const nat = (n: string) => nats.get(n) ?? expect.fail(n)
function judge(
  from: string,
  to: string,
  happening: Happening,
  edit: (a: Tried) => Tried = (a) => a,
  promises = promised,
): Judgement {
  const attempt = edit(attemptOf({ from, to }, { round: 3, repetition: 1 }, measurements, happening))
  return judgeAttempt({
    attempt,
    promises,
    oracle: oracle(nat(from), nat(to)),
    seen: views(attempt, { readings: attempt.readings, others: [], nats, fleet: nineNodes, senders, ipv6: new Map() }),
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

test('whatever the program claims but failure, outcome, grade A or B, path and punched stay', () => {
  const claim: fc.Arbitrary<Claim> = fc.record({
    success: fc.constantFrom(true, null),
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
    /^saorsa-7 → saorsa-8: expected end-to-end, saw nothing delivered in full and answered; the program claimed hole-punched; the receiver's record has 70003 of 140006 bytes; of 140006 bytes came 71403 end to end, \d+ from relays, 9 packets went back$/,
  )
})

test.each<Happening>([{ path: 'end-to-end' }, { path: 'relayed' }])(
  'a claim of failure is never a success: %j',
  (happening) => {
    const [from, to] = happening.path === 'relayed' ? ['saorsa-6', 'saorsa-10'] : ['saorsa-7', 'saorsa-8']
    expect(judge(from, to, happening).outcome).toBe('success')
    const failed = judge(from, to, { ...happening, claims: 'failure' })
    expect(failed).toMatchObject({ outcome: 'failed', path: happening.path })
    expect(failed.sentence).toMatch(/, but the program claimed failure$/)
    expect(kinds(failed)).toEqual(['delivery-without-claim'])
  },
)

describe('the sender that the record names', () => {
  const named = (happening: Happening, from: string | null) => (a: Tried) => ({
    ...a,
    record: a.record.kind === 'there' ? thereIs({ ...a.record.value, from }) : a.record,
  })
  test.each<[string, string, Happening, string | null, string]>([
    ['saorsa-7', 'saorsa-8', { path: 'end-to-end' }, '198.18.7.10:20003', 'success'],
    ['saorsa-7', 'saorsa-8', { path: 'end-to-end' }, '[::ffff:198.18.7.10]:20003', 'success'],
    ['saorsa-7', 'saorsa-8', { path: 'end-to-end' }, '198.18.7.10', 'success'],
    ['saorsa-7', 'saorsa-8', { path: 'end-to-end' }, null, 'success'],
    ['saorsa-7', 'saorsa-8', { path: 'end-to-end' }, '198.18.2.10:9000', 'unwitnessed'],
    ['saorsa-7', 'saorsa-8', { path: 'end-to-end' }, 'somebody', 'unwitnessed'],
    ['saorsa-6', 'saorsa-10', { path: 'relayed' }, '198.18.2.10:41000', 'success'],
    ['saorsa-6', 'saorsa-10', { path: 'relayed' }, '198.18.6.10:20003', 'unwitnessed'],
  ])('%s → %s %j from %s: %s', (from, to, happening, sender, outcome) => {
    const j = judge(from, to, happening, named(happening, sender))
    expect(j.outcome).toBe(outcome)
    if (outcome === 'unwitnessed') {
      expect(j).toMatchObject({ path: 'ambiguous', grade: null })
      expect(kinds(j)).toEqual(['ambiguous-path'])
    }
  })
})

describe('grades', () => {
  const kept = (read: Tried['kept']) => (a: Tried) => ({ ...a, kept: read })
  test('what the profile promises is the best there is', () => {
    const grade = (promises: Promises) => judge('saorsa-7', 'saorsa-8', { answered: 70_000 }, undefined, promises).grade
    const all: readonly Promises[] = [
      promised,
      { ...promised, kept: false },
      { record: true, payload: 'derived', kept: false },
      { record: false, payload: 'opaque', kept: false },
    ]
    expect(all.map(grade)).toEqual(['A', 'B', 'C', 'C'])
    expect(all.map(bestGrade)).toEqual(['A', 'B', 'C', 'C'])
  })
  test('a payload that could not be looked at leaves the record', () =>
    expect(judge('saorsa-7', 'saorsa-8', {}, kept(notRead('no sha256sum')))).toMatchObject({
      outcome: 'success',
      grade: 'B',
    }))
  test("a record that could not be read is nobody's fault", () =>
    expect(judge('saorsa-7', 'saorsa-8', {}, (a) => ({ ...a, record: notRead('too late') }))).toMatchObject({
      outcome: 'unwitnessed',
      grade: null,
      findings: [],
    }))
  test('neither program nor counters alone make a success of a handshake', () => {
    const opaque: Promises = { record: false, payload: 'opaque', kept: false }
    const said = (claims: Happening['claims'], answered: number) =>
      judge('saorsa-7', 'saorsa-8', { answered, ...(claims === undefined ? {} : { claims }) }, undefined, opaque)
        .outcome
    expect([said('direct', 70_000), said('direct', 60_000), said('failure', 70_000), said('nothing', 70_000)]).toEqual([
      'success',
      'unwitnessed',
      'failed',
      'unwitnessed',
    ])
  })
})
