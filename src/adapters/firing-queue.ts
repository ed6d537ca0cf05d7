/** The port FiringQueue: firings that come while one entry is written go into the next one together. */
import { messageOf } from '../domain/text.ts'
import { firingOf, firingText, type Firing } from '../domain/recovery/firing.ts'
import type { Clock, Log } from '../ports.ts'
import type { FiringQueue, FiringWriter } from '../ports/recoveries.ts'

export function firingQueue(clock: Pick<Clock, 'now'>, log: Pick<Log, 'warn'>): FiringQueue {
  let waiting: readonly Firing[] = []
  let run: FiringWriter | null = null
  let held = false
  let writing: Promise<void> | null = null

  const write = async (to: FiringWriter): Promise<void> => {
    try {
      while (waiting.length > 0 && run === to) if (!(await to.write())) break
    } catch (error) {
      // They stay, and the next entry of the run takes them along.
      log.warn(`what recovery rules did is not written down yet: ${messageOf(error)}`)
    } finally {
      writing = null
    }
  }
  const flush = (): Promise<void> => {
    if (run === null || waiting.length === 0) return writing ?? Promise.resolve()
    return (writing ??= write(run))
  }
  return {
    fire: (rule, fired, alarm) => {
      const firing = firingOf(rule, fired, clock.now())
      log.warn(firingText(firing))
      if (run === null) return
      waiting = [...waiting, firing]
      if (alarm !== undefined) run.alarmed(alarm)
      if (!held) void flush()
    },
    attach: (to) => {
      run = to
      held = false
      waiting = []
    },
    detach: () => {
      run = null
    },
    take: () => {
      const taken = waiting.slice(0, 500)
      waiting = waiting.slice(taken.length)
      return taken
    },
    giveBack: (firings) => {
      waiting = [...firings, ...waiting]
    },
    hold: async () => {
      await flush()
      held = true
    },
    release: async () => {
      held = false
      await flush()
    },
  }
}
