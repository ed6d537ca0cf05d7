/** The NAT passports of a proof: what was measured, said in words, and what was not. */
import { expect, test } from 'vitest'
import { passportSection } from '../../src/report/sections/nat-passport.ts'
import { blockText } from '../../src/report/plain.ts'
import { measurementOf, run } from '../domain/fixtures.ts'

const rows = (input: ReturnType<typeof run>): string =>
  (passportSection(input)?.blocks ?? []).map((b) => blockText(b)).join('\n')

test('each node has a line of its own, in words', () => {
  const input = run({})
  const text = rows(input)
  expect(input.planned.filter((n) => !text.includes(n))).toEqual([])
  expect(text).toContain('one port for everybody')
  expect(text).toContain('a port for each address and port')
  expect(text).not.toContain('another port')
})
test('a mapping that moves, a NAT that changed, and one that was not measured again', () => {
  const input = run({})
  const [first] = input.measurements.before.filter((m) => m.mapping === 'EIM')
  const node = first?.node ?? ''
  const before = [measurementOf(node, 'port-restricted', false)]
  expect(rows({ ...input, measurements: { before, after: [] } })).toMatch(/another port .* not measured/)
  const after = [measurementOf(node, 'symmetric')]
  expect(rows({ ...input, measurements: { before, after } })).toMatch(/measured .* before, symmetric after/)
})
