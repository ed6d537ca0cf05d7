/** Captures of failing pairs as values: which are chosen, how a prober's lines are read, and what headers show. */
import { describe, expect, test } from 'vitest'
import type { CapturedEnd, PacketHeaders } from '../../src/domain/captures/capture.ts'
import { pairsToCapture } from '../../src/domain/captures/chosen.ts'
import { captureIn } from '../../src/domain/captures/parse.ts'
import { capturePeers } from '../../src/domain/captures/peers.ts'
import { captureSentences } from '../../src/domain/captures/sentences.ts'
import { pairCaptureShape } from '../../src/domain/captures/shape.ts'
import { notRead } from '../../src/domain/evidence.ts'
import { rederivedFaults } from '../../src/domain/rederive/test.ts'
import { expectedSha256 } from '../../src/domain/payload.ts'
import { attemptId, captureSeries } from '../../src/domain/suites/connectivity/series.ts'
import type { Sample } from '../../src/domain/suites/sample.ts'
import { suiteIds } from '../../src/domain/suites/registry.ts'
import type { SuiteId } from '../../src/domain/suites/suite.ts'
import { lengthOf, nonceOf, portOf } from '../../src/domain/test-seed.ts'
import { verdict, type Verdict } from '../../src/domain/verdict.ts'
import { verdictInputOf, type Bundle } from '../../src/domain/bundle.ts'
import { seenIn } from '../../src/instruments/capture.ts'
import { capturesSection } from '../../src/report/sections/captures.ts'
import { sectionText } from '../../src/report/plain.ts'
import { capturedEnd, packet, pairCapture, repeated } from '../kit/captures.ts'
import { seed } from '../kit/facts.ts'
import { bundleOf } from '../kit/sealed.ts'

const failing = (from: string, to: string, sentence: string, group = 'direct'): Sample => ({
  id: `${from} ${to} ${sentence}`,
  group,
  subject: { kind: 'pair', pair: { from, to } },
  outcome: 'failed',
  grade: null,
  sentence: `${from} → ${to}: ${sentence}`,
  findings: [],
})
const chosen = (
  results: readonly { readonly suite: SuiteId; readonly samples: readonly Sample[] }[],
  result: Verdict['result'] = 'failed',
) => pairsToCapture(result, results, (id) => id !== 'gossip').map((w) => `${w.suite} ${w.pair.from} ${w.pair.to}`)

describe('which pairs', () => {
  test('one of each way to fail first, then the others in their order, six at most', () => {
    const none = (from: string, to: string): Sample => failing(from, to, 'nothing of 61234 bytes was delivered')
    const samples = [
      none('a', 'b'),
      none('a', 'c'),
      none('b', 'c'),
      none('b', 'a'),
      none('c', 'a'),
      failing('c', 'b', 'nothing of 60001 bytes was delivered', 'relay'),
      failing('d', 'a', "the receiver's record is missing"),
      none('d', 'b'),
    ]
    expect(chosen([{ suite: 'connectivity', samples }])).toEqual([
      'connectivity a b',
      'connectivity c b',
      'connectivity d a',
      'connectivity a c',
      'connectivity b c',
      'connectivity b a',
    ])
  })
  test('each pair once, whatever the suites; no success, no node, and of no suite that makes no pair connect', () => {
    const node: Sample = { ...failing('a', 'b', 'x'), subject: { kind: 'node', node: 'a' } }
    expect(
      chosen([
        { suite: 'gossip', samples: [failing('x', 'y', 'lost')] },
        {
          suite: 'connectivity',
          samples: [{ ...failing('a', 'c', 'x'), outcome: 'success' }, failing('a', 'b', 'x'), node],
        },
        { suite: 'nat-traversal', samples: [failing('a', 'b', 'y'), { ...failing('b', 'c', 'y'), outcome: 'infra' }] },
      ]),
    ).toEqual(['connectivity a b'])
  })
})

test('none of a test that did not fail: its program goes on to the next checkpoint, and nothing dials it meanwhile', () => {
  const results = [{ suite: 'connectivity', samples: [failing('a', 'b', 'nothing was delivered')] }] as const
  expect([chosen(results, 'passed'), chosen(results, 'inconclusive'), chosen(results)]).toEqual([
    [],
    [],
    ['connectivity a b'],
  ])
})

describe('the lines of a prober', () => {
  const line = { event: 'packet', ...packet('out', '10.0.0.2:4001', '198.18.3.1:4433') }
  const end = { event: 'captured', told: 1, beyond: 2, others: 9, dropped: null }
  test('are read as they stand, and nothing that is beside them', () => {
    expect(captureIn([{ event: 'ready', pid: 1 }, { ...line, payload: 'ff' }, end])).toEqual({
      kind: 'there',
      value: { packets: [packet('out', '10.0.0.2:4001', '198.18.3.1:4433')], beyond: 2, others: 9, dropped: null },
    })
  })
  test.each<[string, readonly Readonly<Record<string, unknown>>[], string]>([
    ['no end', [line], 'the capture did not come to its end'],
    [
      'its own error',
      [{ event: 'error', message: 'no packet socket: Operation not permitted' }],
      'no packet socket: Operation not permitted',
    ],
    ['a line that is lost', [{ ...end, told: 2 }, line], 'lines of the capture are missing'],
    ['a port that is none', [{ ...line, dport: 70_000 }, end], 'a line of the capture: .dport is not from 0 to 65535'],
  ])('are not read with %s', (_, events, why) => expect(captureIn(events)).toEqual(notRead(why)))
  test('nor where the prober could not be started: its own words say why', () => {
    const ran = { kind: 'there', value: { code: 77, stdout: '', stderr: 'the container p does not run\n' } } as const
    expect(seenIn(ran)).toEqual(notRead('the container p does not run'))
    expect(seenIn(notRead('no answer'))).toEqual(notRead('no answer'))
  })
})

const [two, five] = [
  { node: 'saorsa-2', addresses: ['198.18.2.1'] },
  { node: 'saorsa-5', addresses: ['198.18.3.1'] },
]
const shown = (
  caller: readonly PacketHeaders[] | CapturedEnd,
  callee: readonly PacketHeaders[] | CapturedEnd,
): readonly string[] =>
  captureSentences({
    ends: [
      'node' in caller ? caller : capturedEnd('saorsa-2', [five], caller),
      'node' in callee ? callee : capturedEnd('saorsa-5', [two], callee),
    ],
  })

describe('what headers show', () => {
  test('what one end sent and what of it arrived are two numbers, each way', () => {
    expect(
      shown(
        repeated(16, packet('out', '10.0.0.2:4001', '198.18.3.1:4433')),
        repeated(12, packet('out', '10.0.5.2:4433', '198.18.2.1:40777', { bytes: 100 })),
      ),
    ).toEqual([
      'saorsa-2 sent 16 UDP datagrams to 198.18.3.1:4433 (19200 bytes, the first after 1.00 s, the last after 8.50 s); nothing of it arrived at saorsa-5',
      'saorsa-5 sent 12 UDP datagrams to 198.18.2.1:40777 (1200 bytes, the first after 1.00 s, the last after 6.50 s); nothing of it arrived at saorsa-2',
    ])
  })
  test('what arrived stands with the address that it came from', () => {
    expect(
      shown([packet('out', '10.0.0.2:4001', '198.18.3.1:4433')], [packet('in', '198.18.2.1:40001', '10.0.5.2:4433')]),
    ).toEqual([
      'saorsa-2 sent 1 UDP datagram to 198.18.3.1:4433 (1200 bytes, after 1.00 s); 1 UDP datagram from 198.18.2.1:40001 (1200 bytes, after 1.00 s) arrived at saorsa-5',
      'saorsa-5 sent nothing to saorsa-2 (198.18.2.1)',
    ])
  })
  test('fragments, and TCP that asks in vain', () => {
    const tcp = packet('out', '10.0.0.2:4001', '198.18.3.1:8080', { proto: 6, flags: 2, bytes: 60 })
    const { sport: _s, dport: _d, ...bare } = packet('out', '10.0.0.2:0', '198.18.3.1:0', { offset: 1480, more: false })
    const first = packet('out', '10.0.0.2:4001', '198.18.3.1:4433', { offset: 0, more: true })
    expect(shown([first, bare, tcp, { ...tcp, us: 2_000_000 }], [])[0]).toBe(
      'saorsa-2 sent 2 TCP segments (2 SYN) to 198.18.3.1:8080, 1 UDP datagram, 1 of them cut into fragments, to 198.18.3.1:4433, 1 later fragment (2520 bytes, the first after 1.00 s, the last after 2.00 s); nothing of it arrived at saorsa-5',
    )
  })
  test('ICMP errors with the packet that they are about; they are no traffic of the pair', () => {
    const about = { proto: 17, src: '10.0.0.2', dst: '198.18.3.1', sport: 4001, dport: 4433 }
    const {
      sport: _s,
      dport: _d,
      ...error
    } = packet('in', '198.18.3.1:0', '10.0.0.2:0', { proto: 1, type: 3, code: 3, about })
    const tooBig = { ...error, src: '198.18.9.9', code: 4, mtu: 1300 }
    expect(shown([error, error, tooBig], [])).toEqual([
      'saorsa-2 sent nothing to saorsa-5 (198.18.3.1)',
      'saorsa-5 sent nothing to saorsa-2 (198.18.2.1)',
      'saorsa-2 got ICMP errors: 198.18.3.1 told it: port unreachable, about UDP 10.0.0.2:4001 → 198.18.3.1:4433 (2 times); 198.18.9.9 told it: too big, and not to be cut (1300 bytes pass), about UDP 10.0.0.2:4001 → 198.18.3.1:4433',
    ])
  })
  test('an end that was not read says nothing, and the other says only its own', () => {
    const unread: CapturedEnd = { node: 'saorsa-5', peers: [two], seen: notRead('no packet socket') }
    expect(shown([packet('out', '10.0.0.2:1', '198.18.3.1:4433')], unread)).toEqual([
      'the packets of saorsa-5 were not read: no packet socket',
      'saorsa-2 sent 1 UDP datagram to 198.18.3.1:4433 (1200 bytes, after 1.00 s)',
      'nothing from saorsa-5 (198.18.3.1) arrived at saorsa-2',
    ])
    expect(shown(unread, { ...unread, node: 'saorsa-2' })).toHaveLength(2)
  })
  test('where packets are missing, nothing among the others is no nothing', () => {
    const full = capturedEnd('saorsa-5', [two], [packet('in', '198.18.9.9:1', '10.0.5.2:2')], {
      beyond: 7,
      dropped: null,
    })
    expect(shown([packet('out', '10.0.0.2:1', '198.18.3.1:4433')], full)).toEqual([
      'saorsa-2 sent 1 UDP datagram to 198.18.3.1:4433 (1200 bytes, after 1.00 s); nothing that was kept of it arrived at saorsa-5',
      'saorsa-5 sent nothing that was kept to saorsa-2 (198.18.2.1)',
      'of saorsa-5 the first 1 packets were kept, 7 more were not',
      'whether the kernel of saorsa-5 left packets out is not known',
    ])
  })
  test('a packet that passes two interfaces is counted once, and relays stand apart', () => {
    const relay = { node: 'saorsa-3', addresses: ['198.18.9.1'] }
    const out = packet('out', '10.0.0.2:4001', '198.18.3.1:4433')
    const packets = [out, { ...out, dev: 'br0' }, out, packet('in', '198.18.9.1:9000', '10.0.0.2:4001')]
    expect(shown(capturedEnd('saorsa-2', [five, relay], packets), [])).toEqual([
      'saorsa-2 sent 2 UDP datagrams to 198.18.3.1:4433 (2400 bytes, after 1.00 s) (on eth0; 1 seen on br0); nothing of it arrived at saorsa-5',
      'saorsa-5 sent nothing to saorsa-2 (198.18.2.1)',
      'packets of saorsa-2 with saorsa-3: 0 out, 1 in',
    ])
  })
})

const pair = { from: 'saorsa-7', to: 'saorsa-8' }
/** A sealed test beside which one pair was tried once more. */
function captured(edit: (b: Bundle['captures'][number]) => Bundle['captures'][number] = (c) => c): Bundle {
  const bundle = bundleOf()
  const { measurements, plan, preflight } = bundle
  const [ofCaller, ofCallee] = capturePeers(pair, {
    fleet: plan.fleet,
    there: plan.nodes,
    measurements: measurements.before,
    preflight,
  })
  const like = bundle.items.connectivity?.find((r) =>
    r.attempts.some((a) => a.pair.from === pair.from && a.pair.to === pair.to),
  )
  const found = like?.attempts.find((a) => a.pair.from === pair.from && a.pair.to === pair.to)
  if (like === undefined || found === undefined) throw new Error('the fixtures have this pair')
  const id = attemptId(1, captureSeries, 1, pair)
  const nonce = nonceOf(seed, id)
  const { payload } = plan.profile
  if (payload.kind === 'opaque') throw new Error('the fixtures have a payload')
  const bytes = lengthOf(seed, id, payload.minBytes, payload.maxBytes)
  const attempt = {
    ...found,
    id,
    nonce,
    bytes,
    repetition: 1,
    localPort: portOf(seed, captureSeries.prefix, pair.from, 1, captureSeries.ports),
    expectedSha256: expectedSha256(payload, seed, { id, nonce, bytes }),
    record: { kind: 'absent' },
    kept: { kind: 'absent' },
  } as const
  const readings = Object.fromEntries(
    Object.entries(like.readings).filter(([n]) => [pair.from, pair.to, 'saorsa-2', 'saorsa-3'].includes(n)),
  )
  const out = repeated(3, packet('out', '198.18.7.10:20950', '198.18.8.10:9000'))
  const whole = pairCapture([capturedEnd(pair.from, ofCaller, out), capturedEnd(pair.to, ofCallee, [])], {
    pass: 1,
    round: 1,
    attempts: [attempt],
    readings,
  })
  return { ...bundle, captures: [edit(whole)] }
}

describe('in evidence', () => {
  test('the dial follows from the seed, and the ends from the pair', () => {
    const bundle = captured()
    expect(rederivedFaults(bundle)).toEqual([])
    expect(pairCaptureShape(10, suiteIds)(bundle.captures[0])).toBeNull()
  })
  const [round, ends] = [captured().captures[0]?.round, captured().captures[0]?.ends]
  if (round === null || round === undefined || ends === undefined) throw new Error('it has both')
  test.each<[string, (c: Bundle['captures'][number]) => Bundle['captures'][number], RegExp]>([
    [
      'another pair',
      (c) => ({ ...c, pair: { from: 'saorsa-7', to: 'saorsa-9' } }),
      /its ends are not those of the pair/,
    ],
    [
      'a pair that was not tested',
      (c) => ({ ...c, pair: { from: 'saorsa-7', to: 'saorsa-77' } }),
      /saorsa-77 was not tested/,
    ],
    [
      'addresses of somebody else',
      (c) => ({ ...c, ends: [{ ...ends[0], peers: [{ node: 'saorsa-8', addresses: ['203.0.113.9'] }] }, ends[1]] }),
      /its ends are not those of the pair/,
    ],
    [
      'a nonce that nobody drew',
      (c) => ({ ...c, round: { ...round, attempts: round.attempts.map((a) => ({ ...a, nonce: 'ab' })) } }),
      /its nonce is not drawn from the test's seed/,
    ],
  ])('and %s is found', (_, edit, fault) => expect(rederivedFaults(captured(edit)).join('\n')).toMatch(fault))
  test('and captures that the plan does not want', () => {
    const bundle = captured()
    const { config } = bundle.plan
    const plan = { ...bundle.plan, config: { ...config, tests: { ...config.tests, capture: false } } }
    expect(rederivedFaults({ ...bundle, plan }).join('\n')).toMatch(/the plan wants no captures/)
  })
  test('no verdict changes by it, and the page says what came of the dial', () => {
    const bundle = captured()
    expect(verdict(verdictInputOf(bundle))).toEqual(verdict(verdictInputOf(bundleOf())))
    const section = capturesSection({ captures: bundle.captures, input: verdictInputOf(bundle) })
    const text = section === null ? '' : sectionText(section)
    expect(text).toMatch(/saorsa-7 → saorsa-8, line 1: failed again: /)
    expect(text).toContain('saorsa-7 sent 3 UDP datagrams to 198.18.8.10:9000')
    expect(capturesSection({ captures: [], input: verdictInputOf(bundle) })).toBeNull()
  })
})
