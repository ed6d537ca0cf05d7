/** Nothing pretends: each state either has a stage, or says who goes on with it, or needs none. */
import { expect, test } from 'vitest'
import { acts } from '../src/run.ts'
import { isFinal, stateNames, traitsOf } from '../src/domain/states.ts'

test.each(stateNames)('%s', (state) => {
  const kinds = [
    isFinal(state),
    state === 'IDLE' || state === 'INTERVIEW',
    acts(state),
    traitsOf(state).waitsFor !== undefined,
  ]
  expect(kinds.filter(Boolean)).toHaveLength(1)
})
