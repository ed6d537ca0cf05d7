/** Junk to the relay, other junk from it, nothing forwarded. */
import type { Lie } from '../attack.ts'
import { introduction, saidOf, throughRelay } from '../program.ts'

export const junkThroughTheRelay: Lie = {
  id: 'junk-through-the-relay',
  what: 'junk to the relay, other junk from it, nothing forwarded',
  does: (dial) => ({
    traffic: [...introduction(dial), ...throughRelay(dial, dial.attempt.bytes, 0)],
    claim: saidOf('relayed'),
    writes: 'the announced length and any hash',
    names: dial.relay,
  }),
}
