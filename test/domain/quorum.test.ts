/** Who must be there: the registry, one bootstrap node, half of the planned peers (spec §2). */
import { describe, expect, test } from 'vitest'
import { quorumFault } from '../../src/domain/quorum.ts'
import { nineNodes } from './fixtures.ts'

const all = nineNodes.nodes.map((n) => n.name)
const n = (...numbers: readonly number[]): readonly string[] => numbers.map((k) => `saorsa-${k}`)

const faultOf = (nodes: readonly string[], left: readonly string[], registry: object | null = {}) =>
  quorumFault({ fleet: nineNodes, nodes, profile: { registry } }, left)

describe('the nine peers', () => {
  test.each([
    ['everybody', all, null],
    ['five of nine', n(1, 2, 4, 5, 6, 7), null],
    ['four of nine', n(1, 2, 4, 5, 6), '4 of 9 peers are available: fewer than 50 %'],
    ['no registry', n(2, 3, 4, 5, 6, 7, 8, 9, 10), 'the registry saorsa-1 is not available'],
    ['no bootstrap node', n(1, 4, 5, 6, 7, 8, 9, 10), 'no bootstrap node is available'],
    ['nobody', [], 'the registry saorsa-1 is not available'],
  ])('%s', (_, left, fault) => {
    expect(faultOf(all, left)).toBe(fault)
  })
})

test('half counts the planned peers only, and exactly half is enough', () => {
  expect(faultOf(n(1, 2, 4, 5, 6), n(1, 2, 4))).toBeNull()
  expect(faultOf(n(1, 2, 4, 5, 6), n(1, 2, 7, 8, 9))).toBe('1 of 4 peers are available: fewer than 50 %')
})
test('a fleet without a registry has no quorum for a program that uses one, and has one for a program that does not', () => {
  const fleet = { ...nineNodes, nodes: nineNodes.nodes.slice(1) }
  const fault = (registry: object | null) => quorumFault({ fleet, nodes: n(2, 3), profile: { registry } }, n(2, 3))
  expect([fault({}), fault(null)]).toEqual(['the registry is not available', null])
  expect(faultOf(all, n(2, 3, 4, 5, 6, 7, 8, 9, 10), null)).toBeNull()
})
