/** A headline keeps back neither what nobody required nor what no planned fleet could form. */
import { expect, test } from 'vitest'
import { verdict } from '../../src/domain/verdict.ts'
import { nineNodes, run } from './fixtures.ts'

test('a class that no pair of the planned nodes is in is named after the result', () => {
  const open = new Set(nineNodes.nodes.filter((n) => n.nat === 'none').map((n) => n.name))
  const whole = run()
  const small = verdict({
    ...whole,
    planned: [...open],
    measurements: { ...whole.measurements, before: whole.measurements.before.filter((m) => open.has(m.node)) },
    items: {
      connectivity: (whole.items.connectivity ?? []).map((round) => ({
        ...round,
        attempts: round.attempts.filter(({ pair }) => open.has(pair.from) && open.has(pair.to)),
      })),
    },
  })
  expect(small.result).toBe('passed')
  expect(small.remarks).toEqual(expect.arrayContaining(['nat_traversed: no such pair', 'relay: no such pair']))
  expect(verdict(whole).remarks.join()).not.toContain('no such pair')
})
