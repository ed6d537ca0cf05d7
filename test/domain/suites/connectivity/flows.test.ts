/** Path class from counters: what may pass for delivery, and what must not. */
import { describe, expect, test } from 'vitest'
import {
  nobody,
  notRead,
  thereIs,
  valueOf,
  type BoxView,
  type Counters,
  type Flow,
  type Mapping,
  type SentFlow,
} from '../../../../src/domain/evidence.ts'
import type { NodeName } from '../../../../src/domain/fleet.ts'
import { views } from '../../../../src/domain/suites/connectivity/flows.ts'
import { pathClass } from '../../../../src/domain/suites/connectivity/path.ts'
import {
  attemptOf,
  countersAt,
  emptyCounters,
  flow,
  measurementOf,
  measurements,
  nineNodes,
  senders,
  sentAs,
  servicePort,
  serviceUid,
  withReading,
  type Tried,
} from '../../fixtures.ts'

const nats = new Map(measurements.map((m) => [m.node, m]))
const attempt = (from: string, to: string, path: 'end-to-end' | 'relayed' | 'none' = 'none'): Tried =>
  attemptOf({ from, to }, { round: 7, repetition: 1 }, measurements, { path, claims: 'nothing' })
const seen = (a: Tried, measured = nats, others: readonly Tried[] = []) =>
  views(a, { readings: a.readings, others, nats: measured, fleet: nineNodes, senders, ipv6: new Map() })
const path = (a: Tried, measured = nats) => pathClass(seen(a, measured), a.bytes)
const withCounters = (a: Tried, node: NodeName, edit: (c: Counters) => Counters | null): Tried =>
  withReading(a, node, (r) => {
    const counters = edit(countersAt(a, node))
    return { ...r, counters: counters === null ? notRead('no table') : thereIs(counters) }
  })
const withBox = (a: Tried, node: NodeName, view: BoxView | null): Tried =>
  withReading(a, node, (r) => ({ ...r, box: view === null ? notRead('no box') : thereIs(view) }))
const ports =
  (edit: (f: Flow) => Flow) =>
  (c: Counters): Counters => ({ ...c, in: c.in.map(edit) })
const mapping = (insidePort: number, outsidePort: number, address: string): Mapping => ({
  insideAddress: '192.168.6.2',
  insidePort,
  outsideAddress: address,
  outsidePort,
  remote: '198.18.2.10',
  remotePort: servicePort,
})

describe('a NAT that picks a port for each peer', () => {
  const from = attempt('saorsa-10', 'saorsa-8', 'end-to-end')
  const boxOf = (mappings: readonly Mapping[]) => withBox(from, 'saorsa-10', { counters: emptyCounters, mappings })
  const towards = (remote: string, outsidePort: number, insidePort = from.localPort): Mapping => ({
    ...mapping(insidePort, outsidePort, '198.18.10.10'),
    remote,
  })
  const used = seen(from).delivered
  test('a mapping towards another peer says nothing of the port towards this one, which may have expired', () => {
    expect(used.bytes).toBeGreaterThan(0)
    expect(seen(boxOf([towards('198.18.2.10', 50_001)])).delivered).toEqual(used)
  })
  test('one towards this peer may stand in the place of one that expired within the attempt', () => {
    const late = boxOf([towards('198.18.8.10', 50_001)])
    expect(seen(late).delivered).toEqual(used)
    expect(path(late).kind).toBe('end-to-end')
  })
  test.each([
    ['the same way', 'saorsa-10', 'saorsa-8'],
    ['the other way', 'saorsa-8', 'saorsa-10'],
  ])('and says it where another dial goes between the same two, %s', (_, caller, callee) => {
    const other = { ...attempt(caller, callee), id: 'other', localPort: 31_000 }
    expect(seen(boxOf([towards('198.18.8.10', 50_001)]), nats, [other]).delivered).toEqual({ packets: 0, bytes: 0 })
  })
  test('a service that sent the payload itself, by a port of its own that expired, leaves the way in doubt', () => {
    const late = boxOf([towards('198.18.8.10', 50_001)])
    const big = sentAs(serviceUid, flow('198.18.8.10', servicePort, 9000, 60, late.bytes))
    expect(path(withCounters(late, 'saorsa-10', (c) => ({ ...c, sent: [...c.sent, big] }))).kind).toBe('ambiguous')
  })
  test('what another of its ports has is no port of this dial', () => {
    const [taken] = countersAt(from, 'saorsa-8').in.filter((f) => f.remote.endsWith('198.18.10.10'))
    expect(seen(boxOf([towards('198.18.8.10', taken?.remotePort ?? 0, 9000)])).delivered.bytes).toBe(0)
  })
})

describe('end to end', () => {
  test.each([
    ['saorsa-7', 'saorsa-8'],
    ['saorsa-6', 'saorsa-8'],
    ['saorsa-7', 'saorsa-6'],
    ['saorsa-10', 'saorsa-4'],
    ['saorsa-5', 'saorsa-10'],
  ])('%s → %s', (from, to) => {
    expect(path(attempt(from, to, 'end-to-end'))).toEqual({ kind: 'end-to-end' })
    expect(path(attempt(from, to, 'none'))).toEqual({ kind: 'none' })
  })
  test('one byte less than the payload is not the payload', () => {
    const a = attempt('saorsa-7', 'saorsa-8', 'end-to-end')
    const short = (bytes: number): Tried =>
      withCounters(
        a,
        'saorsa-8',
        ports((f) => (f.remote.endsWith('198.18.7.10') ? { ...f, bytes } : f)),
      )
    expect(path(short(a.bytes)).kind).toBe('end-to-end')
    expect(path(short(a.bytes - 1)).kind).toBe('none')
  })
  test('the payload arriving at another port of the callee is not this attempt', () => {
    const a = attempt('saorsa-7', 'saorsa-8', 'end-to-end')
    expect(
      path(
        withCounters(
          a,
          'saorsa-8',
          ports((f) => ({ ...f, localPort: 9001 })),
        ),
      ).kind,
    ).toBe('none')
  })
  test("from another port of the caller it is another attempt's", () => {
    const a = attempt('saorsa-7', 'saorsa-8', 'end-to-end')
    expect(
      path(
        withCounters(
          a,
          'saorsa-8',
          ports((f) => ({ ...f, remotePort: f.remotePort + 1 })),
        ),
      ).kind,
    ).toBe('none')
  })
  test('bytes that the caller did not send from its port were not sent by the caller', () => {
    const a = attempt('saorsa-6', 'saorsa-8', 'end-to-end')
    expect(path(withCounters(a, 'saorsa-6', (c) => ({ ...c, out: [] }))).kind).toBe('none')
  })
  test('no answer, no connection', () => {
    const a = attempt('saorsa-7', 'saorsa-8', 'end-to-end')
    expect(path(withCounters(a, 'saorsa-7', (c) => ({ ...c, in: [] }))).kind).toBe('none')
  })
  test('an answer from another address is none', () => {
    const a = attempt('saorsa-7', 'saorsa-8', 'end-to-end')
    expect(
      path(
        withCounters(
          a,
          'saorsa-7',
          ports((f) => ({ ...f, remote: '198.18.9.10' })),
        ),
      ).kind,
    ).toBe('none')
  })
})

describe("behind the caller's NAT", () => {
  const a = attempt('saorsa-10', 'saorsa-8', 'end-to-end')
  const box = (mappings: Mapping[] | null): Tried =>
    withBox(a, 'saorsa-10', mappings === null ? null : { counters: emptyCounters, mappings })
  const seenPort = valueOf(a.readings['saorsa-10']?.box)?.mappings[0]?.outsidePort ?? 0
  test('the box names the port that the callee saw', () => expect(seenPort).not.toBe(a.localPort))
  test('mapped to the inside port: counts; mapped from another inside port: not', () => {
    expect(path(box([mapping(a.localPort, seenPort, '198.18.10.10')])).kind).toBe('end-to-end')
    expect(
      path(box([mapping(a.localPort, seenPort + 1, '198.18.10.10'), mapping(servicePort, seenPort, '198.18.10.10')]))
        .kind,
    ).toBe('none')
    expect(path(box([mapping(servicePort, seenPort, '198.18.10.10')])).kind).toBe('none')
  })
  test('one inside port with several outside ports, as a symmetric NAT does', () => {
    expect(
      path(box([mapping(a.localPort, 41000, '198.18.10.10'), mapping(a.localPort, seenPort, '198.18.10.10')])).kind,
    ).toBe('end-to-end')
  })
  test("a mapping onto a strange address says nothing: neither that address nor that port becomes the caller's", () => {
    expect(path(box([mapping(a.localPort, 41000, '172.17.0.2')])).kind).toBe('end-to-end')
    const moved = withCounters(
      box([mapping(a.localPort, seenPort, '203.0.113.9')]),
      'saorsa-8',
      ports((f) => ({ ...f, remote: '203.0.113.9' })),
    )
    expect(path(moved).kind).toBe('none')
  })
  test('without a box view any port of the external address may be the one', () =>
    expect(path(box(null)).kind).toBe('end-to-end'))
})

describe("behind the callee's NAT", () => {
  const a = attempt('saorsa-7', 'saorsa-6', 'end-to-end')
  const box = (mappings: Mapping[] | null): Tried =>
    withBox(a, 'saorsa-6', mappings === null ? null : { counters: emptyCounters, mappings })
  test('the answer must come from an outside port of the service', () => {
    expect(path(box([mapping(servicePort, servicePort, '198.18.6.10')])).kind).toBe('end-to-end')
    expect(
      path(box([mapping(servicePort, 40001, '198.18.6.10'), mapping(5353, servicePort, '198.18.6.10')])).kind,
    ).toBe('none')
    expect(path(box(null)).kind).toBe('end-to-end')
  })
  test('arrived at the box is told apart from delivered', () => {
    const failed = attempt('saorsa-7', 'saorsa-6')
    const v = seen(failed)
    expect([v.sent.packets, v.arrived?.packets, v.delivered.packets]).toEqual([10, 10, 0])
    const view: BoxView = { counters: emptyCounters, mappings: [] }
    expect(seen(withBox(failed, 'saorsa-6', view)).arrived).toEqual({ packets: 0, bytes: 0 })
    expect(seen(attempt('saorsa-6', 'saorsa-7')).arrived).toBeNull()
  })
})

/** The same payload through one more relay. */
const twice = (a: Tried, relay: NodeName): Tried => {
  const address = nats.get(relay)?.externalAddresses[0] ?? ''
  const big = 10 * a.bytes
  return withCounters(
    withCounters(a, a.pair.to, (c) => ({ ...c, in: [...c.in, flow(address, servicePort, servicePort, 90, big)] })),
    a.pair.from,
    (c) => ({
      ...c,
      in: [...c.in, flow(address, servicePort, a.localPort, 9, 700)],
      out: [...c.out, flow(address, servicePort, a.localPort, 90, big)],
    }),
  )
}

describe('relayed', () => {
  const a = attempt('saorsa-6', 'saorsa-10', 'relayed')
  test('an attempt without an answer from the relay is none', () =>
    expect(path(withCounters(a, 'saorsa-6', (c) => ({ ...c, in: [] }))).kind).toBe('none'))
  test('introductions through a bootstrap are no relaying, also where the profile sends no payload of ours', () => {
    expect(path({ ...attempt('saorsa-6', 'saorsa-10'), bytes: 0 }).kind).toBe('none')
    expect(path({ ...attempt('saorsa-7', 'saorsa-6', 'end-to-end'), bytes: 0 }).kind).toBe('end-to-end')
  })
  test('of two relays that may have carried it, neither is said to', () => {
    const second = twice(a, 'saorsa-3')
    expect(path(second)).toMatchObject({
      kind: 'unwitnessed',
      why: 'the counters of saorsa-3, a relay, could not be read',
    })
    const read = withCounters(second, 'saorsa-3', () => countersAt(a, 'saorsa-2'))
    expect(path(read)).toMatchObject({
      kind: 'ambiguous',
      why: expect.stringMatching(/through saorsa-2 and through saorsa-3/),
    })
  })
  test('a relay whose counters overflowed is a gap, no carrier', () => {
    expect(path(withCounters(a, 'saorsa-2', (c) => ({ ...c, overflow: true })))).toEqual({
      kind: 'unwitnessed',
      why: 'the counters of saorsa-2, a relay, could not be read',
    })
  })
  test('a node that shares an external address with an end is no relay that addresses could tell', () => {
    const shared = new Map(nats).set('saorsa-2', {
      ...measurementOf('saorsa-2', 'none'),
      externalAddresses: ['198.18.2.10', '198.18.6.10'],
    })
    expect(path(a, shared).kind).toBe('none')
  })
  test('through whom', () => expect(path(a)).toEqual({ kind: 'relayed', via: 'saorsa-2' }))
  test('each of the four legs must carry the payload', () => {
    const less =
      (way: 'in' | 'out') =>
      (c: Counters): Counters => ({
        ...c,
        [way]: c[way].map((f) => ({ ...f, bytes: Math.min(f.bytes, a.bytes - 1 - 480 - 300) })),
      })
    expect(path(withCounters(a, 'saorsa-6', less('out'))).kind).toBe('none')
    expect(path(withCounters(a, 'saorsa-2', less('in'))).kind).toBe('none')
    expect(path(withCounters(a, 'saorsa-2', less('out'))).kind).toBe('none')
    expect(path(withCounters(a, 'saorsa-10', less('in'))).kind).toBe('none')
  })
  test("without the relay's own counters the ends' are not enough", () => {
    expect(path(withCounters(a, 'saorsa-2', () => null)).kind).toBe('unwitnessed')
    const { 'saorsa-2': _, ...ends } = a.readings
    expect(path({ ...a, readings: ends }).kind).toBe('unwitnessed')
  })
  test("another caller's bytes at the relay are not this caller's", () => {
    expect(
      path(withCounters(a, 'saorsa-2', (c) => ({ ...c, in: c.in.map((f) => ({ ...f, remote: '198.18.9.10' })) }))).kind,
    ).toBe('none')
  })
  test('through a stranger, who is no node of the fleet, it is not relayed but undelivered', () => {
    const stranger = (c: Counters): Counters => ({
      ...c,
      in: c.in.map((f) => ({ ...f, remote: '203.0.113.9' })),
      out: c.out.map((f) => ({ ...f, remote: '203.0.113.9' })),
    })
    expect(path(withCounters(withCounters(a, 'saorsa-6', stranger), 'saorsa-10', stranger)).kind).toBe('none')
  })
  test('the payload both ways at once is ambiguous', () => {
    const direct = attempt('saorsa-5', 'saorsa-6', 'end-to-end')
    const both = attempt('saorsa-5', 'saorsa-6', 'relayed')
    const merged = (all: Tried, n: NodeName): Tried =>
      withCounters(all, n, (c) => ({
        ...c,
        in: [...c.in, ...countersAt(both, n).in],
        out: [...c.out, ...countersAt(both, n).out],
        sent: [...c.sent, ...countersAt(both, n).sent],
      }))
    expect(path(['saorsa-5', 'saorsa-6', 'saorsa-2'].reduce(merged, direct))).toMatchObject({
      kind: 'ambiguous',
      why: expect.stringContaining('went end to end and through saorsa-2'),
    })
  })
})

describe('unwitnessed', () => {
  const a = attempt('saorsa-7', 'saorsa-8', 'end-to-end')
  test.each(['saorsa-7', 'saorsa-8'])('no counters of %s', (node) => {
    expect(path(withCounters(a, node, () => null))).toEqual({
      kind: 'unwitnessed',
      why: `the counters of ${node} could not be read`,
    })
    expect(path(withCounters(a, node, (c) => ({ ...c, overflow: true })))).toEqual({
      kind: 'unwitnessed',
      why: `the counters of ${node} overflowed`,
    })
  })
  test('a name of an object property is no node', () =>
    expect(path({ ...a, pair: { from: 'saorsa-7', to: 'saorsa-3' } }).kind).toBe('unwitnessed'))
})

describe('addresses', () => {
  test('measured ones, not those of the fleet file', () => {
    const a = attempt('saorsa-7', 'saorsa-8', 'end-to-end')
    const moved = new Map(nats).set('saorsa-7', {
      ...measurementOf('saorsa-7', 'none'),
      externalAddresses: ['198.19.0.1'],
    })
    expect(path(a, moved).kind).toBe('none')
    expect(
      path(a, new Map(nats).set('saorsa-7', { ...measurementOf('saorsa-7', 'none'), externalAddresses: [] })).kind,
    ).toBe('end-to-end')
  })
  test('IPv6 is seen, but not link-local chatter', () => {
    const a = attempt('saorsa-7', 'saorsa-8', 'end-to-end')
    const plus = (remote: string): boolean =>
      seen(withCounters(a, 'saorsa-8', (c) => ({ ...c, in: [...c.in, flow(remote, 1, servicePort, 1, 90)] }))).ipv6
    expect([plus('2001:db8::7'), plus('fe80::1'), plus('::ffff:198.18.7.10')]).toEqual([true, false, false])
  })
})

describe('beside the leg that carried the payload', () => {
  const direct = attempt('saorsa-7', 'saorsa-8', 'end-to-end')
  const relayed = attempt('saorsa-6', 'saorsa-10', 'relayed')
  const quarter = Math.ceil(direct.bytes / 4)
  const also = (a: Tried, ...more: SentFlow[]): Tried =>
    withCounters(a, a.pair.from, (c) => ({ ...c, sent: [...c.sent, ...more] }))
  const to = (remote: string, bytes: number, localPort = 33_333): Flow => flow(remote, 1, localPort, 40, bytes)

  test.each<[string, SentFlow]>([
    ['TCP to the callee', sentAs(nobody, to('198.18.8.10', quarter), 'tcp')],
    ['another UDP port to the callee', sentAs(nobody, to('198.18.8.10', quarter))],
    ['ICMP to the callee', sentAs(nobody, to('198.18.8.10', quarter), 'icmp')],
    ['TCP from the very port of the attempt', sentAs(nobody, to('198.18.8.10', quarter, direct.localPort), 'tcp')],
    ['the registry, by TCP', sentAs(nobody, to('198.18.1.10', quarter), 'tcp')],
    ['another node, from the port of the attempt', sentAs(nobody, to('198.18.9.10', quarter, direct.localPort))],
    ['a stranger', sentAs(nobody, to('203.0.113.9', quarter), 'tcp')],
    ['an IPv6 address of nobody', sentAs(nobody, to('2001:db8::9', quarter))],
    ['the service, which the dialler handed it to', sentAs(serviceUid, to('198.18.2.10', quarter, servicePort))],
  ])('%s may have carried it: ambiguous', (_, flow) => {
    expect(path(also(direct, flow))).toMatchObject({ kind: 'ambiguous', why: expect.stringContaining('another way') })
    expect(path(also(direct, { ...flow, bytes: quarter - 1000 }))).toEqual({ kind: 'end-to-end' })
  })
  test('in sum: a payload split over many legs', () =>
    expect(
      path(
        also(direct, ...[1, 2, 3, 4, 5, 6, 9, 10].map((n) => sentAs(nobody, to(`198.18.${n}.10`, quarter / 8), 'tcp'))),
      ).kind,
    ).toBe('ambiguous'))
  test('half end to end and half through a relay is neither', () => {
    const half = (c: Counters): Counters => ({ ...c, in: c.in.map((f) => ({ ...f, bytes: f.bytes / 2 })) })
    expect(
      path(also(withCounters(direct, 'saorsa-8', half), sentAs(nobody, to('198.18.2.10', direct.bytes / 2)))).kind,
    ).toBe('none')
  })
  test('a relayed payload too', () => {
    expect(path(also(relayed, sentAs(nobody, to('198.18.10.10', quarter), 'tcp'))).kind).toBe('ambiguous')
    expect(path(also(relayed, sentAs(nobody, to('198.18.10.10', quarter - 2000), 'tcp'))).kind).toBe('relayed')
  })
  test("what other users of the machine send is nobody's payload", () =>
    expect(path(also(direct, sentAs(33, to('198.18.8.10', 10 * direct.bytes), 'tcp')))).toEqual({ kind: 'end-to-end' }))

  describe('other attempts of the round', () => {
    const more = (n: NodeName, a: Tried, change: (c: Counters) => Counters): Tried => withCounters(a, n, change)
    const kindWith = (a: Tried, ...others: Tried[]) => pathClass(seen(a, nats, others), a.bytes).kind
    test('another dial from the same node accounts for its own port', () => {
      const other = { ...attempt('saorsa-7', 'saorsa-9', 'end-to-end'), localPort: 20_999 }
      const both = also(direct, sentAs(nobody, to('198.18.9.10', other.bytes, other.localPort)))
      expect(kindWith(both)).toBe('ambiguous')
      expect(kindWith(both, other)).toBe('end-to-end')
      // Its port accounts for UDP alone.
      expect(kindWith(also(both, sentAs(nobody, to('198.18.9.10', other.bytes, other.localPort), 'tcp')), other)).toBe(
        'ambiguous',
      )
    })
    test('a relay passes on what came in for another pair, and no more', () => {
      const other = attempt('saorsa-6', 'saorsa-10', 'relayed')
      const passing = (out: number): Tried =>
        more('saorsa-7', also(direct, sentAs(serviceUid, to('198.18.10.10', out, servicePort))), (c) => ({
          ...c,
          in: [...c.in, flow('198.18.6.10', 20_007, servicePort, 50, other.bytes)],
        }))
      expect(kindWith(passing(other.bytes))).toBe('ambiguous')
      expect(kindWith(passing(other.bytes), other)).toBe('end-to-end')
      expect(kindWith(passing(2 * other.bytes), other)).toBe('ambiguous')
    })
    test('a callee answers another caller, with less than what came', () => {
      const other = attempt('saorsa-9', 'saorsa-7', 'end-to-end')
      const answering = (out: number): Tried =>
        more('saorsa-7', also(direct, sentAs(serviceUid, to('198.18.9.10', out, servicePort))), (c) => ({
          ...c,
          in: [...c.in, flow('198.18.9.10', 20_007, servicePort, 50, other.bytes)],
        }))
      expect(kindWith(answering(other.bytes / 2), other)).toBe('end-to-end')
      expect(kindWith(answering(other.bytes), other)).toBe('ambiguous')
    })
    test('two dials from behind one NAT without a view of it share what arrives', () => {
      const a = withBox(attempt('saorsa-6', 'saorsa-8', 'end-to-end'), 'saorsa-6', null)
      const other = { ...a, id: 'other', localPort: 20_999 }
      expect(kindWith(a, other)).toBe('ambiguous')
      const twiceAsMuch = more('saorsa-8', a, (c) => ({ ...c, in: c.in.map((f) => ({ ...f, bytes: 2 * f.bytes })) }))
      expect(kindWith(twiceAsMuch, other)).toBe('end-to-end')
      expect(kindWith(attempt('saorsa-6', 'saorsa-8', 'end-to-end'), other)).toBe('end-to-end')
    })
  })
})

describe('fragments', () => {
  const a = attempt('saorsa-7', 'saorsa-8', 'end-to-end')
  const cut = (fragments: number, arrived: number): Tried =>
    withCounters(a, 'saorsa-8', (c) => ({
      ...c,
      in: c.in.map((f) => ({ ...f, bytes: Math.min(f.bytes, arrived) })),
      fragmentsIn: { packets: fragments === 0 ? 0 : 40, bytes: fragments },
    }))
  test('bytes that trailing fragments may hold are unwitnessed, not missing', () => {
    expect(path(cut(a.bytes, 2000))).toEqual({
      kind: 'unwitnessed',
      why: '40 trailing fragments belong to no flow that was counted',
    })
    expect(path(cut(a.bytes - 3000, 2000)).kind).toBe('none')
    expect(path(cut(0, 2000)).kind).toBe('none')
  })
})
