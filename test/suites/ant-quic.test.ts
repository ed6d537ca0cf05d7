/** Transcripts as the plain ant-quic program writes them: what it claims, what its receivers wrote down, what counts. */
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { thereIs, type Attempt } from '../../src/domain/evidence.ts'
import { isSamePeer } from '../../src/domain/event-lines.ts'
import { framedBytes, payloadParts, volumeOnWire } from '../../src/domain/framing.ts'
import type { Promises } from '../../src/domain/promises.ts'
import { dialledAs, recordIn } from '../../src/domain/received.ts'
import { views } from '../../src/domain/suites/connectivity/flows.ts'
import { judgeAttempt } from '../../src/domain/suites/connectivity/judge.ts'
import { oracle } from '../../src/domain/suites/connectivity/oracle.ts'
import { readAntQuicClaim } from '../../src/suites/dialects/ant-quic-jsonl.ts'
import { readerOf } from '../../src/suites/readers/readers.ts'
import { attemptOf, measurements, nineNodes, senders, type Happening } from '../domain/fixtures.ts'
import { profiles } from '../inputs/read.ts'

const profile = profiles.find((p) => p.name === 'ant-quic-cli') ?? expect.fail()
const callee = 'c0ffee00c0ffee00'.padEnd(64, '1')
const dialler = 'deadbeefdeadbeef'.padEnd(64, '2')
const hex16 = (id: string): string => id.slice(0, 16)
const json = (...events: readonly object[]): string[] => events.map((e) => JSON.stringify(e))

const identity = { event: 'local_identity', peer_id: dialler, addr: '[::]:10500' }
const connected = (kind: string, direction = 'outbound', addr = 'udp://[::ffff:198.18.8.10]:9000') => ({
  event: 'peer_connected',
  peer_id: hex16(callee),
  addr,
  direction,
  connection_type: kind,
})
const sent = (more: object = {}) => ({
  event: 'send_to_complete',
  target: hex16(callee),
  bytes: 900_000,
  chunks: 8,
  chunks_total: 8,
  failures: 0,
  duration_ms: 9,
  throughput_mbps: 4200.5,
  sha_ok: true,
  ...more,
})
const claimOf = (...lines: readonly string[]) => readAntQuicClaim(lines.join('\n'), 0, { peerId: callee })

describe('a claim', () => {
  test('the first connection only: a relayed one is told again as inbound and direct, and that is no path', () =>
    expect(
      claimOf(
        ' INFO ant_quic: ant-quic v0.27.44',
        ...json(
          identity,
          { ...connected('direct'), peer_id: '00000000000000aa' },
          connected('relayed'),
          connected('direct', 'inbound', 'udp://[::ffff:198.18.2.10]:41000'),
          sent(),
        ),
      ),
    ).toMatchObject({
      success: true,
      method: 'relayed',
      remote: '198.18.8.10:9000',
      upgraded: false,
      connectMs: null,
      exitCode: 0,
      brokenLines: 0,
    }))
  test.each([
    ['nothing but exit code 0', [], { success: null, method: null, remote: null }],
    [
      'a send that timed out',
      json(sent({ sha_ok: false, bytes: 0, error: 'target not connected within timeout' })),
      { success: false, error: 'target not connected within timeout' },
    ],
    ['parts that failed beside sha_ok', json(connected('direct'), sent({ failures: 3 })), { success: false }],
    ['somebody else’s connection', json({ ...connected('direct'), peer_id: '00000000000000aa' }), { success: null }],
    [
      'a refusal in the log',
      ['ERROR ant_quic: Failed to connect to peer c0ffee00c0ffee00: no path'],
      { success: null, error: 'ERROR ant_quic: Failed to connect to peer c0ffee00c0ffee00: no path' },
    ],
    ['a type of connection that nobody knows', json(connected('teleported')), { method: null }],
    [
      'an event that is no JSON',
      ['{"event":"direct_path_status","status":"Failed { error: "no" }"}', ...json(connected('nat_traversed'))],
      { method: 'hole_punched', success: true, brokenLines: 1 },
    ],
    [
      'an id with all of its digits',
      json({ ...connected('direct'), peer_id: callee.toUpperCase() }),
      { method: 'direct' },
    ],
  ] as const)('%s', (_, lines, claim) => expect(claimOf(...lines)).toMatchObject(claim))
  test('keeps events where there is no room for all, in the order in which they came', () => {
    const noise = Array.from({ length: 500 }, (_, i) => `DEBUG line ${i}`)
    const { lines } = claimOf(...noise, ...json(identity), ...noise, ...json(sent()))
    expect(lines).toHaveLength(60)
    expect(lines.filter((l) => l.startsWith('{'))).toEqual(json(identity, sent()))
    expect(lines.indexOf(json(identity)[0] ?? '')).toBeGreaterThan(0)
  })
  test('no text breaks it', () =>
    fc.assert(
      fc.property(fc.array(fc.oneof(fc.string(), fc.json(), fc.constant('{"event":'))), (lines) => {
        expect(claimOf(...lines).lines.length).toBeLessThanOrEqual(60)
      }),
    ))
})

test('ids are the same where one begins with the other, and never by fewer than sixteen digits', () => {
  expect([isSamePeer(callee, hex16(callee)), isSamePeer(hex16(callee), callee.toUpperCase())]).toEqual([true, true])
  expect([isSamePeer(callee, callee.slice(0, 15)), isSamePeer('', callee), isSamePeer(callee, dialler)]).toEqual([
    false,
    false,
    false,
  ])
})

describe('what a part is on the wire', () => {
  const real = (sequence: number, bytes: number): number =>
    JSON.stringify({
      sequence,
      data: Array.from({ length: bytes }, (_, i) => (sequence + i) % 256),
      checksum: 'a'.repeat(64),
      timestamp: 1_700_000_000,
    }).length
  test('as long as the program’s own JSON', () =>
    fc.assert(
      fc.property(fc.nat(300), fc.integer({ min: 1, max: 3000 }), (sequence, bytes) => {
        expect(framedBytes('json-numbers', sequence, bytes)).toBe(real(sequence, bytes))
      }),
    ))
  test('the last one is the rest', () => {
    expect(payloadParts(40_000, 16_384)).toEqual([16_384, 16_384, 7232])
    expect(payloadParts(32_768, 16_384)).toEqual([16_384, 16_384])
    expect(volumeOnWire('none', 40_000, 16_384)).toBe(40_000)
  })
})

const bytes = 131_999
const about = { nonce: 'aa', bytes, dialledAs: dialler }
const parts = payloadParts(bytes, 16_384)
const accepted = {
  event: 'peer_connected',
  peer_id: hex16(dialler),
  addr: 'udp://[::ffff:198.18.7.10]:20003',
  direction: 'inbound',
  connection_type: 'direct',
}
const framed = (i: number, length = parts[i] ?? 0) => ({
  event: 'data_received',
  bytes: framedBytes('json-numbers', i, length),
  peer: hex16(dialler),
})
const numbered = (i: number, more: object = {}) => ({
  event: 'data_received',
  peer_id: hex16(dialler),
  sequence: i,
  bytes: parts[i],
  sha_match: true,
  ...more,
})
const all = parts.map((_, i) => framed(i))
const reader = readerOf(profile)
const read = (...lines: readonly string[]) => (reader.kind === 'on-node' ? reader.parse(lines, about) : expect.fail())

describe('the receiver’s record', () => {
  test('is found by the dialler’s own id; a dialler that names none leaves none', () => {
    if (reader.kind !== 'on-node') return expect.fail()
    expect(reader.key(about)).toBe(hex16(dialler))
    expect(reader.key({ nonce: 'aa', bytes })).toBeNull()
    expect(dialledAs(profile, { lines: json(identity) })).toBe(dialler)
    expect(dialledAs(profile, { lines: json({ ...identity, peer_id: 'me' }) })).toBeUndefined()
  })
  test('all parts, in whatever order and of either form', () => {
    for (const events of [
      all,
      all.toReversed(),
      parts.map((_, i) => numbered(i)),
      [numbered(3), ...all.toSpliced(3, 1)],
    ])
      expect(read(...json(accepted, ...events))).toMatchObject({
        bytes,
        missing: 0,
        from: '[::ffff:198.18.7.10]:20003',
      })
  })
  test('what is read from its own text is the same record', () => {
    const record = read(
      'noise',
      ...json(accepted),
      '{"event":"data_received","bytes":9,"peer":"ffffffffffffffff"}',
      ...json(...all),
    )
    expect(recordIn(profile, record?.raw ?? '', about)).toEqual(record)
  })
  test.each([
    ['a part that never came', all.slice(1), 1],
    ['a part twice', [...all, framed(0)], 1],
    ['a part that the receiver found damaged', [numbered(0, { sha_match: false }), ...all.slice(1)], 2],
    ['parts of a payload of another length', payloadParts(bytes + 1, 16_384).map((n, i) => framed(i, n)), 2],
    ['a number that belongs to no part', [...all, numbered(99, { bytes: 16_384 })], 1],
  ])('%s: %#', (_, events, missing) => expect(read(...json(accepted, ...events))?.missing).toBe(missing))
  test.each([
    ['a connection alone', json(accepted)],
    ['another peer’s parts', json(accepted, ...all.map((e) => ({ ...e, peer: 'ffffffffffffffff' })))],
    ['counters, which are no payload', json(accepted, { event: 'counter_received', counter: 7, peer: hex16(dialler) })],
    ['what the sender says', json({ ...sent(), target: hex16(dialler) })],
    ['nothing', []],
  ])('%s is none', (_, lines) => expect(read(...lines)).toBeNull())
  test('a text with lines of somebody else in it is no record', () => {
    const raw = [...json(accepted, ...all), '{"event":"counter_sent"}'].join('\n')
    expect(recordIn(profile, raw, about)).toBeNull()
  })
})

describe('what counts', () => {
  const nats = new Map(measurements.map((m) => [m.node, m]))
  const nat = (n: string) => nats.get(n) ?? expect.fail(n)
  const promises: Promises = { record: true, payload: 'generated', kept: false }
  const lies = json(identity, connected('relayed'), sent())
  const judge = (
    from: string,
    to: string,
    happening: Happening,
    claim: readonly string[],
    events: readonly object[],
  ) => {
    const tried = attemptOf({ from, to }, { round: 3, repetition: 1 }, measurements, happening)
    const record = recordIn(profile, json(...events).join('\n'), {
      nonce: tried.nonce,
      bytes: tried.bytes,
      dialledAs: dialler,
    })
    const attempt: Attempt = {
      ...tried,
      expectedSha256: '',
      wireBytes: tried.bytes,
      claim: claimOf(...claim),
      dialledAs: dialler,
      record: record === null ? { kind: 'absent' } : thereIs(record),
      kept: null,
    }
    return judgeAttempt({
      attempt,
      promises,
      oracle: oracle(nat(from), nat(to)),
      seen: views(attempt, { readings: tried.readings, others: [], nats, fleet: nineNodes, senders, ipv6: new Map() }),
    })
  }
  const { bytes: drawn } = attemptOf(
    { from: 'saorsa-7', to: 'saorsa-8' },
    { round: 3, repetition: 1 },
    measurements,
    {},
  )
  const whole = payloadParts(drawn, 16_384).map((n, i) => framed(i, n))
  test('a payload that both ends and the counters tell of, at grade B', () =>
    expect(
      judge('saorsa-7', 'saorsa-8', {}, json(identity, connected('direct'), sent()), [accepted, ...whole]),
    ).toMatchObject({
      outcome: 'success',
      grade: 'B',
      findings: [],
    }))
  test('no claim at all is no failure of the payload', () =>
    expect(judge('saorsa-7', 'saorsa-8', {}, json(identity), [accepted, ...whole])).toMatchObject({
      outcome: 'success',
    }))
  test.each<[string, Happening, readonly object[], string]>([
    ['sha_ok:true with nothing received', { path: 'none' }, [], 'claim-without-delivery'],
    [
      'volume both ways and a connection, and no part that was written down',
      { path: 'end-to-end' },
      [accepted],
      'claim-without-delivery',
    ],
    ['half of the parts', { path: 'end-to-end' }, [accepted, ...whole.slice(2)], 'claim-without-delivery'],
    ['parts of another dial', { path: 'end-to-end' }, [accepted, ...all], 'claim-without-delivery'],
  ])('%s: failed, and the claim is named', (_, happening, events, finding) => {
    const judged = judge('saorsa-7', 'saorsa-8', happening, lies, events)
    expect(judged.outcome).toBe('failed')
    expect(judged.findings.map((f) => f.kind)).toContain(finding)
  })
  test('a fabricated relay that was a direct path is named', () =>
    expect(judge('saorsa-7', 'saorsa-8', {}, lies, [accepted, ...whole]).findings.map((f) => f.kind)).toEqual([
      'method-mislabelled',
    ]))
  test('a record whose sender is not at the end of the path does not count', () =>
    expect(
      judge('saorsa-7', 'saorsa-8', {}, lies, [{ ...accepted, addr: 'udp://198.18.9.10:1' }, ...whole]).outcome,
    ).toBe('unwitnessed'))
})
