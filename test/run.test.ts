/** Nothing pretends: each state either has a stage, or says who goes on with it, or needs none. */
import { expect, test } from 'vitest'
import { acts } from '../src/run.ts'
import { finals, states, waiting } from '../src/domain/session.ts'

test.each(states)('%s', (state) => {
  const kinds = [
    finals.includes(state),
    state === 'IDLE' || state === 'INTERVIEW',
    acts(state),
    waiting[state] !== undefined,
  ]
  expect(kinds.filter(Boolean)).toHaveLength(1)
})
