/** What a registry and the logs of nodes say, in the formats of quic-test, read by the profile that ships for it. */
import { expect, test } from 'vitest'
import { noClaims } from '../../../src/domain/profile.ts'
import { claimReader, fieldAt, reportsIn } from '../../../src/domain/suites/observed/claims.ts'
import { askRegistry, newReports } from '../../../src/suites/observed-claims.ts'
import type { HttpAnswer } from '../../../src/ports.ts'
import { planOf } from '../../kit/plan.ts'
import { notRead, thereIs } from '../../../src/domain/evidence.ts'
import { profiles } from '../../inputs/read.ts'

const { claims } = profiles.find((p) => p.name === 'saorsa-quic-test') ?? { claims: noClaims }
const by = claims.reports ?? expect.fail('the profile reads reports')
const [a, b] = ['ab'.repeat(32), 'cd'.repeat(32)]
const entry = (id: number, method: string, level: string) => ({
  id,
  from_peer: a,
  to_peer: b,
  method,
  rtt_ms: null,
  connectivity: { relay_tested: false, relay_peer_id: null, success_level: level, technique_attempts: [] },
})

test('a relayed entry that calls itself a failure is fabricated; the same level beside a direct one is a default', () => {
  const text = JSON.stringify({ connections: [entry(1, 'direct', 'failed'), entry(2, 'relayed', 'failed')] })
  expect(reportsIn(text, by)).toEqual({
    list: [
      { id: '1', from: a, to: b, method: 'direct', failed: false },
      { id: '2', from: a, to: b, method: 'relayed', failed: true },
    ],
    unreadable: 0,
  })
})

test('entries without an id or two peers are counted and left out; an answer that is no JSON lists nothing', () => {
  const text = JSON.stringify({ connections: [entry(1, 'direct', 'usable'), { id: 2, from_peer: a }, { to_peer: b }] })
  expect(reportsIn(text, by)).toMatchObject({ list: [{ id: '1' }], unreadable: 2 })
  expect(reportsIn('{"connections": [{"id": 1, "error": "a "quoted" word"}]}', by)).toEqual({ list: [], unreadable: 0 })
})

test('what was listed before the window is none of it, and without that list nobody knows what is new', () => {
  const before = thereIs(reportsIn(JSON.stringify({ connections: [entry(1, 'direct', 'usable')] }), by))
  const after = thereIs(
    reportsIn(JSON.stringify({ connections: [entry(1, 'direct', 'usable'), entry(2, 'relayed', 'failed')] }), by),
  )
  expect(newReports(before, after)).toMatchObject({ kind: 'there', value: { list: [{ id: '2' }] } })
  expect(newReports(notRead('no answer'), after)).toEqual({ kind: 'not-read', why: 'no answer' })
})

test.each([
  ['INFO q: COMPREHENSIVE test SUCCESS to cdcdcdcd via Direct (matrix: IPv4:✓ NAT:✗)', 'connected', 'direct'],
  ['INFO q: COMPREHENSIVE test SUCCESS to cdcdcdcd via HolePunched (matrix: …)', 'connected', 'hole_punched'],
  ['INFO q: GOSSIP-BASED HOLE-PUNCH SUCCESS to cdcdcdcd via relay coordination!', 'connected', 'hole_punched'],
  ['INFO q: Direct connection failed but RELAY available for cdcdcdcd (matrix: IPv4:✗ NAT:✗)', 'failed', null],
  ['WARN q: COMPREHENSIVE test FAILED to cdcdcdcd', 'failed', null],
])('%s', (line, says, method) =>
  expect(claimReader(claims.log, new Map([['n', b]]))(line)).toMatchObject({ about: 'n', says, method }),
)

test('a line that names nobody, too few digits, or two peers at once says nothing', () => {
  const read = claimReader(
    claims.log,
    new Map([
      ['n', b],
      ['m', `cdcdcdcd${'0'.repeat(56)}`],
    ]),
  )
  const line = (id: string): string => `COMPREHENSIVE test FAILED to ${id}`
  expect(
    [line('cdcdcdcd'), line('cd'), line('eeeeeeee'), 'INBOUND connection received from cdcdcdcd'].map(read),
  ).toEqual([null, null, null, null])
  expect(read(line(b))).toMatchObject({ about: 'n' })
})

test('a field behind others; names of the language itself are none', () => {
  expect([fieldAt({ a: { b: 3 } }, 'a.b'), fieldAt({ a: 1 }, 'a.b'), fieldAt({}, 'constructor.name')]).toEqual([
    3,
    undefined,
    undefined,
  ])
})

test.each([
  ['down', () => Promise.reject(new Error('nothing answered')), 'nothing answered'],
  ['an error', { status: 500, body: '{"connections": []}' }, 'status 500'],
  ['no JSON', { status: 200, body: '<html>busy</html>' }, 'nothing at connections in "<html>busy</html>"'],
  ['another JSON', { status: 200, body: '{"error": 1}' }, 'nothing at connections in "{\\"error\\": 1}"'],
] as const)(
  'a registry that answers with %s has said nothing, and nobody is told to have been silent',
  async (_, told, why) => {
    const answer = (): Promise<HttpAnswer> =>
      typeof told === 'function'
        ? told()
        : Promise.resolve({ status: told.status, headers: {}, body: Buffer.from(told.body) })
    const plan = planOf({ nodes: ['registry', 'a'] })
    const profile = profiles.find((p) => p.name === 'saorsa-quic-test') ?? expect.fail('no profile')
    const world = { fleet: plan.fleet, http: answer, signal: AbortSignal.timeout(60_000) }
    const asked = await askRegistry(
      { world, plan: { ...plan, profile: { ...plan.profile, registry: profile.registry } } } as never,
      claims,
    )
    expect(asked.reports).toEqual({ kind: 'not-read', why })
    expect(asked.figures.filter((f) => f.value !== null)).toEqual([])
    expect(asked.unanswered.map((u) => u.path)).toContain('/api/results')
  },
)

test('a registry whose lists are empty has answered', async () => {
  const plan = planOf({ nodes: ['registry', 'a'] })
  const world = {
    fleet: plan.fleet,
    http: (): Promise<HttpAnswer> =>
      Promise.resolve({ status: 200, headers: {}, body: Buffer.from('{"connections": []}') }),
    signal: AbortSignal.timeout(60_000),
  }
  const asked = await askRegistry({ world, plan } as never, { ...noClaims, reports: by })
  expect(asked).toMatchObject({ reports: { kind: 'there', value: { list: [], unreadable: 0 } }, unanswered: [] })
})
