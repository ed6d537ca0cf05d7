/** Moments at which the run of the story is killed, as by a power cut: each once, in the order in which they come. */
import type { Entry } from '../../src/domain/ledger.ts'

export interface Moment {
  readonly what: string
  readonly holds: (entries: readonly Entry[]) => boolean
}

const into = (state: Entry['to']): Moment => ({
  what: `in ${state}`,
  holds: (entries) => entries.some((e) => e.to === state),
})
/** A test that begins somewhere behind such an entry. */
const testBehind = (event: Entry['event'], what: string): Moment => ({
  what,
  holds: (entries) => {
    const at = entries.findIndex((e) => e.event === event)
    return at !== -1 && entries.slice(at).some((e) => e.event === 'begun')
  },
})

export const moments: readonly Moment[] = [
  into('SETUP'),
  into('BUILD'),
  into('DEPLOY'),
  testBehind('deployed', 'in the test that fails'),
  into('FIX'),
  testBehind('fixed', 'while the red is tried'),
  testBehind('green', 'in the whole test after it'),
]
