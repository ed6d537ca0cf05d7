/** The table of `nodes`: what it says of each, what it leaves out where there is little room, and that nothing acts. */
import { describe, expect, test } from 'vitest'
import { thereIs } from '../../src/domain/evidence.ts'
import { parseNodeFacts, type FactsLook } from '../../src/domain/node-facts.ts'
import { nodeRates } from '../../src/domain/node-rates.ts'
import { natSummary, nodesTable, type NodeRow } from '../../src/report/nodes-table.ts'
import { measurementOf, nineNodes } from '../domain/fixtures.ts'

const digest = '1f3a9c2d'.padEnd(64, '0')
const facts = (...more: readonly string[]): FactsLook => ({
  ...parseNodeFacts(
    [
      'vps-test-facts',
      'node clock 1700000000000 93784.10',
      'node rtt 12.5',
      'node load 0.42 0.30 0.20',
      'node cpus 2',
      'node memory 4194304 3145728',
      'node disk 100 20971520 5000 /',
      ...more,
      'vps-test-facts end',
    ].join('\n'),
  ),
  clockOffset: thereIs({ ms: 3, within: 20 }),
})
const running = [
  'unit testnet state loaded active running success',
  'unit testnet pid 7',
  `unit testnet exe /opt/testnet/releases/${digest}/testnet`,
]
const rows: readonly NodeRow[] = nineNodes.nodes.map((node): NodeRow => ({
  node,
  online: node.name !== 'saorsa-9',
  measurement:
    node.name === 'saorsa-10' ? measurementOf('saorsa-10', 'port-restricted', false) : measurementOf(node.name, 'none'),
  ...(node.name === 'saorsa-9'
    ? { note: 'bad\u001b[2Jhost\nkey' }
    : { facts: facts(...running, 'unit testnet restarts 3') }),
}))
const of = (width: number | null): readonly string[] => nodesTable(rows, undefined, width).split('\n')

test('everything, where there is room', () => {
  const [head, first] = of(null).map((l) => l.replaceAll(/ {2,}/g, '|'))
  expect(head).toBe(
    'node|online|role|place|address|runs|up|load|memory|disk|clock|latency|declared NAT|measured NAT|RFC 4787|runtime',
  )
  expect(first).toContain('|1f3a9c2d testnet ↻3|1 d 02 h|0.42/2|1.0/4.0 G|20.0 G free|±20 ms|13 ms|no NAT|no NAT|')
})

test.each([60, 80, 120, 200])('%i columns are enough', (width) => {
  const lines = of(width)
  for (const line of lines.slice(0, rows.length + 1)) expect([...line].length).toBeLessThanOrEqual(width)
  expect(lines[0]).toMatch(/^node +online +.*runs/)
})

test('a NAT that is not what it is called is marked, and one that was measured earlier says when', () => {
  const told = rows.map((r) => ({ ...r, measuredAgoMs: 3 * 3_600_000 }))
  expect(nodesTable(told)).toContain('port-restricted (unstable) ≠, 3 h ago')
})

test('what is wrong with a node stands below, and nothing of it acts on the terminal', () => {
  expect(of(80).at(-1)).toBe('saorsa-9: bad⟨U+001B⟩[2Jhost⟨U+000A⟩key')
})

test('what could not be read is a question mark, and no zero', () => {
  const [row] = rows
  if (row === undefined) throw new Error('no row')
  const text = nodesTable([{ ...row, facts: { ...parseNodeFacts(''), clockOffset: { kind: 'absent' } } }])
  expect(text.split('\n')[1]?.replaceAll(/ {2,}/g, '|')).toMatch(/\|\?\|\?\|\?\|\?\|/)
  expect(text).not.toMatch(/\b0\.0/)
})

describe('rates', () => {
  const rates = nodeRates({
    connectivity: { relay: { 'saorsa-2 → saorsa-10': '110?', 'saorsa-10 → saorsa-3': '1' }, odd: { 'saorsa-2': '0' } },
  })
  test('of each node from and to it; what was not counted is no attempt', () => {
    expect(Object.fromEntries(rates)).toEqual({
      'saorsa-2': { successes: 2, attempts: 3 },
      'saorsa-10': { successes: 3, attempts: 4 },
      'saorsa-3': { successes: 1, attempts: 1 },
    })
  })
  test('beside what is expected of each NAT', () => {
    const told = rows.map((r) => {
      const rate = rates.get(r.node.name)
      return { ...r, node: { ...r.node, expectedRate: 70 }, ...(rate === undefined ? {} : { rate }) }
    })
    const lines = (natSummary(told, 's-1') ?? '').split('\n').map((l) => l.replaceAll(/ {2,}/g, '|'))
    expect(lines[0]).toBe('NATs, rates of s-1:')
    expect(lines.at(-1)).toBe('saorsa-10|symmetric|port-restricted (unstable) ≠|~70 %|3/4 = 75 %')
  })
})
