/** Who must be there: the registry, one bootstrap node, half of the planned peers (spec §2). */
import { describe, expect, test } from 'vitest'
import { quorumFault } from '../../src/domain/quorum.ts'
import { nineNodes } from './fixtures.ts'

const all = nineNodes.nodes.map((n) => n.name)
const n = (...numbers: readonly number[]): readonly string[] => numbers.map((k) => `saorsa-${k}`)

describe('the nine peers', () => {
  test.each([
    ['everybody', all, null],
    ['five of nine', n(1, 2, 4, 5, 6, 7), null],
    ['four of nine', n(1, 2, 4, 5, 6), '4 of 9 peers are available: fewer than 50 %'],
    ['no registry', n(2, 3, 4, 5, 6, 7, 8, 9, 10), 'the registry saorsa-1 is not available'],
    ['no bootstrap node', n(1, 4, 5, 6, 7, 8, 9, 10), 'no bootstrap node is available'],
    ['nobody', [], 'the registry saorsa-1 is not available'],
  ])('%s', (_, left, fault) => {
    expect(quorumFault(nineNodes, all, left)).toBe(fault)
  })
})

test('half counts the planned peers only, and exactly half is enough', () => {
  expect(quorumFault(nineNodes, n(1, 2, 4, 5, 6), n(1, 2, 4))).toBeNull()
  expect(quorumFault(nineNodes, n(1, 2, 4, 5, 6), n(1, 2, 7, 8, 9))).toBe('1 of 4 peers are available: fewer than 50 %')
})
test('a fleet without a registry never has a quorum', () => {
  expect(quorumFault({ ...nineNodes, nodes: nineNodes.nodes.slice(1) }, n(2, 3), n(2, 3))).toBe(
    'the registry is not available',
  )
})
