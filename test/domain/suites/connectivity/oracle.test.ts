import { describe, expect, test } from 'vitest'
import { plannedPairs, relayPairsOf, repetitionsFor } from '../../../../src/domain/suites/connectivity/coverage.ts'
import type { FilteringBehaviour, MappingBehaviour } from '../../../../src/domain/fleet.ts'
import { asDeclared, oracle } from '../../../../src/domain/suites/connectivity/oracle.ts'
import { measurements, peers } from '../../fixtures.ts'

const nat = (mapping: MappingBehaviour, filtering: FilteringBehaviour, stable: boolean | null = true) => ({
  mapping,
  filtering,
  stable,
})
/** Rows and columns of nat-lab C.4; SEQ measures as APDM. */
const kinds = {
  EIF: nat('EIM', 'EIF'),
  ADF: nat('EIM', 'ADF'),
  APDF: nat('EIM', 'APDF'),
  ADM: nat('ADM', 'APDF', null),
  SYM: nat('APDM', 'APDF', null),
}
const C4 = `
        EIF     ADF     APDF    ADM    SYM
EIF     direct  direct  direct  direct direct
ADF     direct  direct  direct  direct direct
APDF    direct  direct  direct  relay  relay
ADM     direct  direct  relay   relay  relay
SYM     direct  direct  relay   relay  relay`
  .trim()
  .split('\n')
  .slice(1)
  .flatMap((line) => {
    const [row = '', ...cells] = line.trim().split(/\s+/)
    return cells.map((cell, i) => [row, Object.keys(kinds)[i] ?? '', cell] as const)
  })

describe('nat-lab C.4', () => {
  test('is read whole', () => expect(C4).toHaveLength(25))
  test.each(C4)('%s × %s: %s', (row, column, cell) => {
    const o = oracle(kinds[row as keyof typeof kinds], kinds[column as keyof typeof kinds])
    expect(o.expected).toBe(cell === 'direct' ? 'end-to-end' : 'relayed')
    expect(o.pairClass).toBe(cell === 'direct' ? 'nat_traversed' : 'relay')
  })
})

test.each(Object.keys(kinds))('towards a callee without a NAT every pair is direct: %s', (row) => {
  expect(oracle(kinds[row as keyof typeof kinds], nat('none', 'EIF'))).toMatchObject({
    pairClass: 'direct',
    expected: 'end-to-end',
    wouldRefuseFirstPacket: false,
  })
})

test('a public caller reaches every NAT end to end, and only filters make it punched', () => {
  for (const kind of Object.values(kinds)) {
    const o = oracle(nat('none', 'EIF'), kind)
    expect(o).toMatchObject({
      pairClass: 'nat_traversed',
      expected: 'end-to-end',
      wouldRefuseFirstPacket: kind.filtering !== 'EIF',
    })
  }
})

test('a callee whose firewall filters by port is direct still, but nobody knows for a symmetric caller', () => {
  expect(oracle(kinds.SYM, nat('none', 'APDF'))).toMatchObject({
    pairClass: 'direct',
    expected: 'either',
    wouldRefuseFirstPacket: true,
  })
  expect(oracle(kinds.APDF, nat('none', 'APDF'))).toMatchObject({ pairClass: 'direct', expected: 'end-to-end' })
})

describe('an unstable mapping', () => {
  const plain = nat('EIM', 'APDF', false)
  test.each([
    ['APDF', 'either'],
    ['ADF', 'either'],
    ['EIF', 'end-to-end'],
    ['SYM', 'relayed'],
  ] as const)('with %s: %s, both ways', (other, expected) => {
    expect(oracle(plain, kinds[other]).expected).toBe(expected)
    expect(oracle(kinds[other], plain).expected).toBe(expected)
  })
  test('with another one, and with a public node', () => {
    expect(oracle(plain, plain).expected).toBe('either')
    expect(oracle(plain, nat('none', 'EIF')).expected).toBe('end-to-end')
  })
})

describe('nine peers', () => {
  const pairs = plannedPairs(peers, measurements)
  const size = (c: string): number => pairs.filter((p) => p.oracle.pairClass === c).length
  test('40 direct, 30 nat_traversed, 2 relay', () => {
    expect([pairs.length, size('direct'), size('nat_traversed'), size('relay')]).toEqual([72, 40, 30, 2])
    expect(relayPairsOf(pairs)).toEqual([
      { from: 'saorsa-6', to: 'saorsa-10' },
      { from: 'saorsa-10', to: 'saorsa-6' },
    ])
  })
  test('five tries bring the relay class to the sample floor', () => {
    const times = repetitionsFor(pairs, 10)
    expect([times.get('saorsa-6→saorsa-10'), times.get('saorsa-7→saorsa-6')]).toEqual([5, 1])
  })
  test('a measurement beats its label', () => {
    const relabelled = measurements.map((m) =>
      m.node === 'saorsa-10' ? { ...m, ...asDeclared({ nat: 'port-restricted' }), stable: true } : m,
    )
    expect(plannedPairs(peers, relabelled).filter((p) => p.oracle.pairClass === 'relay')).toEqual([])
  })
})
