/** Nothing pretends: each state either has a stage, or is named as one in which this version does nothing, or needs none. */
import { expect, test } from 'vitest'
import { acts } from '../src/run.ts'
import { finals, notActing, states } from '../src/domain/session.ts'

test.each(states)('%s', (state) => {
  const kinds = [finals.includes(state), state === 'IDLE' || state === 'INTERVIEW', acts(state), notActing[state] !== undefined]
  expect(kinds.filter(Boolean)).toHaveLength(1)
})
