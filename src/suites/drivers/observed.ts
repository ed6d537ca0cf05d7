/**
 * A program that connects by itself: one window in which it may, and no claim. A suite that needs more says so
 * (`Suite.unable`).
 */
import { noClaim, type Driver } from './driver.ts'

export const unprompted = (): Driver => ({
  rounds: (planned) => (planned.length === 0 ? [] : [planned.flat()]),
  async connect(world, _, { seconds }) {
    await world.clock.sleep(seconds * 1000, world.signal)
    return { claim: noClaim, sha256: null }
  },
})
