/** The verdict's figures beside the result, and evidence that no honest run would hold. */
import { describe, expect, test } from 'vitest'
import { thereIs, type RoundEvidence } from '../../src/domain/evidence.ts'
import { verdict } from '../../src/domain/verdict.ts'
import type { VerdictInput } from '../../src/domain/verdict-input.ts'
import { pairKey } from '../../src/domain/suites/connectivity/timetable.ts'
import {
  attemptsOf,
  countersAt,
  connectivityPart,
  flow,
  judged,
  proofOf,
  run,
  servicePort,
  targets,
  withAttempts,
  withReading,
  type Tried,
} from './fixtures.ts'

const edit = (input: VerdictInput, pair: string, change: (a: Tried) => Tried): VerdictInput =>
  withAttempts(
    input,
    attemptsOf(input).map((a) => (pairKey(a.pair) === pair ? change(a) : a)),
  )

test('time to connect is of successes only', () => {
  const slow = (a: Tried): Tried => ({ ...a, claim: { ...a.claim, connectMs: 900 } })
  expect(judged(edit(run(), 'saorsa-7→saorsa-2', slow)).timeToConnect).toEqual({
    count: 80,
    p50: 120,
    p95: 120,
    max: 900,
  })
  expect(
    judged(
      edit(run({ attempts: { 'saorsa-7→saorsa-2': { path: 'none', claims: 'direct' } } }), 'saorsa-7→saorsa-2', slow),
    ).timeToConnect,
  ).toEqual({ count: 79, p50: 120, p95: 120, max: 120 })
})

test('the figures of groups stand before what is said of the whole', () => {
  const { reasons } = verdict(run({ attempts: { '*': { path: 'none', claims: 'failure' } } }))
  expect(reasons.map((r) => r.text.replace(/:? .*/, ''))).toEqual(['direct', 'nat_traversed', 'relay', 'nothing'])
})

test('an upgrade is claimed by the program and witnessed by packets both ways', () => {
  expect(
    judged(
      run({
        attempts: {
          'saorsa-6→saorsa-10': { path: 'relayed', upgraded: true },
          'saorsa-7→saorsa-2': { path: 'end-to-end', claims: 'direct', upgraded: true },
        },
      }),
    ).relayUpgrades,
  ).toEqual({ claimed: 6, witnessed: 1 })
  expect(judged(run()).relayUpgrades).toEqual({ claimed: 0, witnessed: 0 })
})

test('IPv6 packets are counted apart and reported', () => {
  const v = judged(
    edit(run(), 'saorsa-7→saorsa-2', (a) =>
      withReading(a, 'saorsa-2', (r) => {
        const counters = countersAt(a, 'saorsa-2')
        return {
          ...r,
          counters: thereIs({ ...counters, in: [...counters.in, flow('2001:db8::7', 9, servicePort, 3, 300)] }),
        }
      }),
    ),
  )
  expect(v.families).toEqual({ ipv4: 79, ipv6: 1 })
  expect(v.findings.map((f) => f.kind)).toEqual(['ipv6-path'])
})

test('one finding for all attempts of a pair that show the same', () => {
  const { findings } = judged(run({ attempts: { 'saorsa-6→saorsa-10': { path: 'none', claims: 'relayed' } } }))
  expect(findings).toHaveLength(1)
  expect(findings[0]?.attempts).toHaveLength(5)
})

test('the shortest pause is between the end of one and the start of the next', () => {
  expect(judged(run()).shortestPauseMs).toBe(8200)
  const input = run()
  expect(judged(withAttempts(input, attemptsOf(input).slice(0, 1))).shortestPauseMs).toBeNull()
})

test('a pause shorter than the one asked for is not covered', () => {
  const uncovered = (cooloffMs: number) =>
    judged({ ...run(), suites: [connectivityPart(targets, cooloffMs / 1000)] }).notCovered.filter(
      (n) => n.kind === 'other' && n.what.startsWith('cool-off'),
    )
  expect(uncovered(8200)).toEqual([])
  expect(uncovered(30_000)).toEqual([
    expect.objectContaining({ why: 'the shortest pause was 8.2 s; nat_cooloff_seconds asks for 30 s' }),
  ])
})

test('mixed versions are named among the nodes that took part', () => {
  expect(judged(run({ absent: { 'saorsa-9': 'off' }, deployed: { 'saorsa-9': 'older' } })).mixedVersionPairs).toEqual(
    [],
  )
})

test('expected and measured rate of a NAT stand side by side', () => {
  const v = judged(run({ attempts: { 'saorsa-7→saorsa-10': { path: 'none' } } }))
  expect(v.nodes.find((n) => n.node === 'saorsa-10')).toMatchObject({
    declared: 'symmetric',
    measured: 'symmetric',
    expectedRate: 70,
    asCallee: { attempts: 12, successes: 11 },
    asCaller: { attempts: 12, successes: 12 },
  })
})

describe('evidence that does not fit', () => {
  test('a pair outside the plan belongs to nobody', () => {
    const input = run()
    const stray: Tried = {
      ...(attemptsOf(input)[0] ?? expect.fail()),
      id: 'x',
      nonce: 'x',
      pair: { from: 'saorsa-1', to: 'saorsa-2' },
    }
    const v = judged(withAttempts(input, [...attemptsOf(input), stray]))
    expect(v.samples).toHaveLength(80)
    expect(v.reasons).toEqual([{ kind: 'inconclusive', text: 'attempt x: saorsa-1→saorsa-2 is no pair of the plan' }])
  })
  test('one nonce under two ids is one payload', () => {
    const input = run()
    const copy: Tried = { ...(attemptsOf(input)[0] ?? expect.fail()), id: 'another' }
    expect(judged(withAttempts(input, [...attemptsOf(input), copy]))).toMatchObject({
      result: 'inconclusive',
      samples: { length: 80 },
    })
  })
  test('attempts of a node whose NAT nobody measured do not count', () => {
    const input = run()
    const v = judged({
      ...input,
      measurements: {
        ...input.measurements,
        before: input.measurements.before.filter((m) => m.node !== 'saorsa-5'),
      },
    })
    expect(v.samples.filter((a) => a.outcome === 'unwitnessed')).toHaveLength(16)
    expect(v.samples.find((a) => pairKey(a.subject.pair) === 'saorsa-5→saorsa-7')?.sentence).toBe(
      'saorsa-5 → saorsa-7: not counted: the NAT of saorsa-5 was not measured',
    )
    expect(v.nodes.find((n) => n.node === 'saorsa-5')?.measured).toBeNull()
  })
  test('a plan without two peers, and a run without attempts, pass nothing', () => {
    const input = run()
    expect(judged(withAttempts({ ...input, planned: ['saorsa-1', 'saorsa-2'] }, []))).toMatchObject({
      result: 'inconclusive',
      classes: {},
    })
    expect(judged({ ...input, planned: [] }).reasons.map((r) => r.text)).toContain('the plan has no pair of peers')
    const nothing = judged(withAttempts(input, []))
    expect(nothing.result).toBe('inconclusive')
    expect(nothing.reasons.map((r) => r.text)).toContain('no attempt was counted')
  })
  test('no evidence at all is an invalid run, not a failed one', () => {
    const v = judged({ ...run(), items: {}, evidence: { controls: [], runningBefore: [], runningAfter: [] } })
    expect([v.result, v.reasons[0]?.kind]).toEqual(['inconclusive', 'invalid'])
  })
  test('everything failing in fewer attempts than the floor is too little to say', () => {
    const input = run({ attempts: { '*': { path: 'none' } } })
    expect(judged(withAttempts(input, attemptsOf(input).slice(0, 9))).result).toBe('inconclusive')
  })
})

describe('the registry, which is no peer', () => {
  const input = run()
  const withRegistry = (changes: Parameters<typeof proofOf>[1], deployed: Record<string, string>): VerdictInput => ({
    ...input,
    deployed: { ...input.deployed, ...deployed },
    evidence: {
      ...input.evidence,
      runningBefore: [...input.evidence.runningBefore, proofOf('saorsa-1', changes)],
      runningAfter: [...input.evidence.runningAfter, proofOf('saorsa-1', changes)],
    },
  })
  test('another binary there is a finding', () => {
    const v = judged(withRegistry({ exeSha256: 'ff00' }, { 'saorsa-1': 'aa' }))
    expect([v.result, v.findings.map((f) => f.kind)]).toEqual(['passed', ['wrong-binary']])
  })
  test('a registry that we did not deploy is nothing to us', () =>
    expect(judged(withRegistry({ exeSha256: 'ff00' }, {})).findings).toEqual([]))
})

test('capabilities that cannot be read are reported, and the start time of one process may jitter', () => {
  expect(judged(run({ before: { 'saorsa-7': { capEff: 'ffff; rm' } } })).findings.map((f) => f.kind)).toEqual([
    'subject-can-tamper',
  ])
  expect(
    judged(
      run({
        before: { 'saorsa-7': { capEff: '000001ffffffefff' } },
        after: { 'saorsa-7': { startedAt: 1_699_999_000_900 } },
      }),
    ).findings,
  ).toEqual([])
})

test('findings from outside the test join', () => {
  expect(
    judged({ ...run(), findings: [{ kind: 'skewed-clock', message: 'saorsa-9: 40 s', attempts: [] }] }),
  ).toMatchObject({ result: 'passed', findings: [{ kind: 'skewed-clock' }] })
})

test('a nonexistent-peer control that could not run is not covered', () => {
  const v = judged(run({ controls: { 'nonexistent-peer': { seen: 'error', detail: 'exit 127' } } }))
  expect(v.result).toBe('passed')
  expect(v.notCovered).toContainEqual({ kind: 'other', what: 'control nonexistent-peer', why: 'exit 127' })
})

describe('a judge that breaks', () => {
  const input = run()
  const poisoned = (of: string): never => {
    throw new TypeError(`no ${of}`)
  }
  test('makes the run inconclusive with its error in the verdict, and leaves the rest of the verdict whole', () => {
    const rounds = (input.items.connectivity ?? []).map((round, i) =>
      i === 0
        ? ({
            ...round,
            get attempts() {
              return poisoned('attempts')
            },
          } as RoundEvidence)
        : round,
    )
    const v = verdict({ ...input, items: { connectivity: rounds } })
    expect([v.result, v.reasons.map((r) => r.text)]).toEqual([
      'inconclusive',
      ['suite connectivity: its judge broke: TypeError: no attempts'],
    ])
    expect(v.suites.connectivity).toMatchObject({
      samples: [],
      figures: null,
      error: expect.stringContaining('no attempts'),
    })
    expect(v.notCovered).toContainEqual(expect.objectContaining({ what: 'suite connectivity' }))
    expect(v.invalidControls).toEqual([])
  })
  test('of the run itself gives an invalid verdict, not an exception', () => {
    const broken = {
      ...input,
      get evidence() {
        return poisoned('evidence')
      },
    } as VerdictInput
    expect(verdict(broken).reasons).toEqual([{ kind: 'invalid', text: 'a judge broke: TypeError: no evidence' }])
  })
  test('a plan without a suite passes nothing', () => {
    expect(verdict({ ...input, suites: [] })).toMatchObject({
      result: 'inconclusive',
      reasons: [{ text: 'the plan has no suite' }],
    })
  })
})
