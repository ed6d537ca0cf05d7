// A seed that was chosen after the test began is refused.
import { expect, test } from 'vitest'
import { seedFaults } from '../../src/domain/seed-faults.ts'
import { bundleOf } from '../kit/sealed.ts'

const bundle = bundleOf()
const withSeed = (seed: string) => ({ ...bundle, facts: { ...bundle.facts, seed } })

test('the seed of the evidence is the one that the ledger was promised', () => {
  expect(seedFaults(bundle)).toEqual([])
  expect(seedFaults(withSeed('6'.repeat(64)))).toEqual([
    'facts.json: the seed is not the one that was committed to when the test began',
  ])
  expect(seedFaults(withSeed('x'))).toEqual(['facts.json: the seed is none'])
  expect(seedFaults({ ...bundle, entries: bundle.entries.slice(0, -1) })).toEqual([
    'ledger.jsonl: test 1 has no beginning',
  ])
})
