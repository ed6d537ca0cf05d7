/** A run of a lab that can be repeated: one number, and the same draws, pairs, timetable and ports. */
import { describe, expect, test } from 'vitest'
import { assemblePlan } from '../../src/domain/assemble-plan.ts'
import { planDigest, type Plan } from '../../src/domain/plan.ts'
import { nonceOf, payloadOf, portOf, repeatableSeed } from '../../src/domain/test-seed.ts'
import { boxKinds } from '../../src/lab/nat.ts'
import { compileNetwork } from '../../src/lab/network.ts'
import { layoutOf } from '../../src/lab/layout.ts'
import { seededTopology } from '../../src/lab/seeded.ts'
import { loadTopology } from '../../src/lab/topology.ts'
import { PortPool } from '../../src/suites/attempt.ts'
import { connectivitySeries } from '../../src/domain/suites/connectivity/series.ts'
import { parseRequest } from '../../src/inputs/request.ts'
import { labFleet, planOf } from '../kit/plan.ts'

const base = planOf()
const planned = (
  seed: number | null,
  fleet = labFleet(['registry', ...Array.from({ length: 44 }, (_, i) => `n${i}`)]),
): Plan =>
  assemblePlan({
    answers: base.answers,
    config: base.config,
    profile: base.profile,
    fleet,
    source: base.source,
    binaryBytes: null,
    seed,
  })

describe('two plans', () => {
  test('of one seed are the same to the byte', () => {
    expect(JSON.stringify(planned(7))).toBe(JSON.stringify(planned(7)))
    expect(planDigest(planned(7))).toBe(planDigest(planned(7)))
  })
  test('of two seeds are two', () => expect(planDigest(planned(7))).not.toBe(planDigest(planned(8))))
  test('a plan with a seed says what it costs', () => {
    expect(planned(7).unsupported).toContainEqual({
      what: 'payloads that nobody foresees',
      why: 'all draws follow from seed 7',
      test: false,
    })
    expect(planned(null).unsupported.map((u) => u.what)).not.toContain('payloads that nobody foresees')
  })
  test('a seed on a fleet that is no lab is refused', () => {
    const { lab: _, ...fleet } = labFleet(['registry', 'a', 'b'])
    expect(() => planned(7, fleet)).toThrow(
      expect.objectContaining({ facts: expect.objectContaining({ code: 'U094' }) }),
    )
    expect(planned(null, fleet).seed).toBeNull()
  })
})

describe('what a test draws', () => {
  const seed = repeatableSeed(7, 1)
  const ports = (of: string) => {
    const pool = new PortPool(of, [], connectivitySeries)
    return Array.from({ length: 200 }, (_, i) => pool.take(i % 2 === 0 ? 'a' : 'b'))
  }
  test('follows from the number and from which test it is', () => {
    expect(repeatableSeed(7, 1)).toBe(seed)
    expect(new Set([seed, repeatableSeed(7, 2), repeatableSeed(8, 1)]).size).toBe(3)
    expect(seed).toMatch(/^[0-9a-f]{64}$/)
    expect(nonceOf(seed, '1.1.a.b')).toBe(nonceOf(repeatableSeed(7, 1), '1.1.a.b'))
    expect(payloadOf(seed, '1.1.a.b', 64)).toEqual(payloadOf(repeatableSeed(7, 1), '1.1.a.b', 64))
  })
  test('local ports too, within their range and none twice on a node', () => {
    expect(ports(seed)).toEqual(ports(seed))
    expect(ports(seed)).not.toEqual(ports(repeatableSeed(8, 1)))
    const [low, high] = connectivitySeries.ports
    expect(ports(seed).every((p) => p >= low && p <= high)).toBe(true)
    for (const end of [0, 1]) {
      const own = ports(seed).filter((_, i) => i % 2 === end)
      expect(new Set(own).size).toBe(own.length)
    }
    expect(portOf(seed, '', 'a', 1, [5, 5])).toBe(5)
  })
})

describe('a lab with a seed', () => {
  const topology = loadTopology(
    `name: all\nnodes:\n  - { name: n-1, region: A, role: registry }\n${Object.keys(boxKinds)
      .map((box, i) => `  - { name: n-${i + 2}, region: A, role: nat, nat: symmetric, box: ${box} }`)
      .join('\n')}`,
  )
  const rules = (seed: number): string => JSON.stringify(compileNetwork(seededTopology(topology, seed), layoutOf('t9')))
  test('hands out ports by rules that are the same for the same number', () => {
    expect(rules(7)).toBe(rules(7))
    expect(rules(7)).not.toBe(rules(8))
  })
  test('leaves no port to the kernel', () => {
    expect(JSON.stringify(compileNetwork(topology, layoutOf('t9')))).toContain('fully-random')
    expect(rules(7)).not.toContain('random')
  })
  test('changes nothing but that', () => {
    const plain = (of: typeof topology) => of.nodes.map((n) => ({ ...n, seed: null, box: null }))
    expect(plain(seededTopology(topology, 7))).toEqual(plain(topology))
  })
})

test.each(['-1', '1.5', '4294967296', 'x', '1e3', '99999999999'])('%j is no seed', (seed) => {
  const { request, faults } = parseRequest({ seed }, (field) => `--${field}`)
  expect([request.seed, faults.length]).toEqual([undefined, 1])
})
