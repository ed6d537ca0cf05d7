/** What passes before any pair, and what of it keeps a pair from what its program needs: never more than was seen. */
import { describe, expect, test } from 'vitest'
import { notRead, thereIs } from '../../src/domain/evidence.ts'
import {
  nodeSeen,
  obstaclesIn,
  pathSeen,
  sizesFor,
  type PathAnswer,
  type Preflight,
} from '../../src/domain/preflight.ts'
import { flow } from './fixtures.ts'

type Trials = {
  readonly small?: boolean
  readonly there?: boolean
  readonly back?: boolean
  readonly service?: boolean
  /** Datagrams of 1200 bytes, there and back. */
  readonly middle?: readonly [boolean, boolean]
}
const path = (
  from: string,
  to: string,
  { small = true, there = true, back = true, service, middle }: Trials = {},
): PathAnswer => ({
  from,
  to,
  family: 4,
  event: {
    event: 'reach',
    trials: [
      { bytes: 600, whole: false, sent: 1, acked: small, echoed: small },
      ...(middle === undefined
        ? []
        : [{ bytes: 1200, whole: false, sent: 4, acked: middle[0], echoed: middle[0] && middle[1] }]),
      { bytes: 4096, whole: false, sent: 4, acked: small && there, echoed: small && there && back },
      { bytes: 1472, whole: true, sent: 4, acked: false },
      { bytes: 1392, whole: true, sent: 1, acked: small },
    ],
    marked: 2,
    mark_bytes: 204,
  },
  servicePort: 9000,
  delivered:
    service === undefined ? notRead('not asked') : thereIs(service ? [flow('198.18.6.1', 5, 9000, 2, 464)] : []),
})
const needs = { datagramBytes: 4096, ipv6: false }
const cause = (paths: readonly PathAnswer[], from: string, to: string, what = needs, nodes: Preflight['nodes'] = []) =>
  obstaclesIn({ paths, nodes }, what)({ from, to })
const dropped = (from: string, to: string) => `4096-byte datagrams do not pass ${from} → ${to}: fragments are dropped`

test('one path: each answer by itself', () => {
  expect(pathSeen(path('a', 't', { back: false, service: true }))).toMatchObject({
    small: 'passes',
    large: 'passes',
    largeBack: 'lost',
    service: 'passes',
    mtu: 1420,
  })
  expect(pathSeen(path('a', 't', { there: false, service: false }))).toMatchObject({
    large: 'lost',
    largeBack: 'unknown',
    service: 'lost',
  })
  expect(pathSeen(path('a', 't', { small: false }))).toMatchObject({
    small: 'lost',
    large: 'unknown',
    service: 'unknown',
  })
  expect(pathSeen({ ...path('a', 't'), event: { why: 'no such node' } })).toMatchObject({
    small: 'unknown',
    large: 'unknown',
    largeBack: 'unknown',
    mtu: null,
  })
})

describe('what keeps a pair', () => {
  const good = [path('a', 't'), path('b', 't'), path('c', 't')]
  test('nothing where all passes, or nothing was asked', () => {
    expect(cause(good, 'a', 'b')).toBeNull()
    expect(cause([], 'a', 'b')).toBeNull()
    expect(obstaclesIn(null, needs)({ from: 'a', to: 'b' })).toBeNull()
  })
  test('datagrams of the size that the program needs, and fragments only where it needs them', () => {
    const quic = { datagramBytes: 1200, ipv6: false }
    const paths = [path('a', 't', { middle: [true, false], there: false }), path('b', 't', { middle: [true, true] })]
    expect(cause(paths, 't', 'a', quic)).toBe('1200-byte datagrams do not pass t → a, and smaller ones do')
    expect(cause(paths, 'a', 'b', quic)).toBe('1200-byte datagrams do not pass t → a, and smaller ones do')
    expect(cause(paths, 'b', 't', quic)).toBeNull()
    const cut = [path('a', 't', { middle: [true, true], there: false }), path('b', 't', { middle: [true, true] })]
    expect(cause(cut, 'a', 't', quic)).toBeNull()
    expect(cause(paths, 'a', 't', { datagramBytes: 500, ipv6: false })).toBeNull()
    expect([500, 1200, 4096, 9000].map((datagramBytes) => sizesFor({ datagramBytes, ipv6: false }))).toEqual([
      [600, 4096],
      [600, 1200, 4096],
      [600, 4096],
      [600, 9000],
    ])
  })
  test('fragments that one end cannot send, or not get', () => {
    const out = [path('a', 't', { there: false }), path('b', 't'), path('c', 't')]
    expect([cause(out, 'a', 'b'), cause(out, 'b', 'a'), cause(out, 'b', 'c')]).toEqual([
      dropped('a', 't'),
      dropped('a', 't'),
      null,
    ])
    const back = [path('a', 't', { back: false }), path('b', 't'), path('c', 't')]
    expect([cause(back, 'b', 'a'), cause(back, 't', 'a'), cause(back, 'b', 't')]).toEqual([
      dropped('t', 'a'),
      dropped('t', 'a'),
      null,
    ])
  })
  test('a bootstrap that gets none from anybody says nothing of the others', () => {
    const deaf = ['a', 'b', 'c'].map((n) => path(n, 't', { there: false }))
    expect([cause(deaf, 'a', 'b'), cause(deaf, 'a', 't')]).toEqual([null, dropped('a', 't')])
    const two = [...deaf, ...['a', 'b', 'c', 't'].map((n) => path(n, 'u'))]
    expect([cause(two, 'a', 'b'), cause(two, 'a', 'u'), cause(two, 'u', 't')]).toEqual([null, null, null])
  })
  test('a program whose datagrams go in one piece is not kept by fragments', () =>
    expect(cause([path('a', 't', { there: false })], 'a', 'b', { ...needs, datagramBytes: 1200 })).toBeNull())
  test('no UDP at all', () =>
    expect(cause([path('a', 't', { small: false }), path('b', 't')], 'a', 'b', { ...needs, datagramBytes: 1200 })).toBe(
      'no UDP of ours passes a → t',
    ))
  test('a service’s port that is closed where others are open', () => {
    const closed = [path('a', 't', { service: false }), path('b', 't', { service: true })]
    expect([
      cause(closed, 'a', 't'),
      cause(closed, 'b', 't'),
      cause(closed, 'c', 't'),
      cause(closed, 'a', 'b'),
    ]).toEqual(['udp 9000 of t is not reached from a, another port of it is', null, null, null])
  })
  test('IPv6, where the program goes by nothing else', () => {
    const node = (name: string, text: string | null) => ({ node: name, askedAt: 1000, answeredAt: 1010, text })
    const nodes = [
      node('a', '1700000000123 5.5\n2: eth0    inet6 2001:db8::5/64 scope global'),
      node('b', '1700000000123 5.5\n'),
    ]
    const six = { datagramBytes: 1200, ipv6: true }
    expect([cause([], 'a', 'b', six, nodes), cause([], 'a', 'c', six, nodes)]).toEqual(['b has no IPv6 address', null])
    expect(nodeSeen(nodes[0] ?? node('a', null))).toEqual({
      node: 'a',
      clock: { offsetMs: 1_699_999_999_118, withinMs: 5 },
      ipv6: ['2001:db8::5'],
    })
    expect(nodeSeen(node('c', null))).toEqual({ node: 'c', clock: null, ipv6: null })
  })
})
