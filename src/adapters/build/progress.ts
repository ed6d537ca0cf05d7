/**
 * Tells a waiting person what cargo is doing: nothing in the first two seconds, then each crate and, while one takes
 * long, the time.
 */
import type { Clock, Log } from '../../ports.ts'

const quietMs = 2000,
  beatMs = 5000

export interface Progress {
  saw(line: string, finished: number): void
  readonly end: () => void
}

export function buildProgress(key: string, log: Log, clock: Clock, signal: AbortSignal): Progress {
  const started = clock.now()
  const over = new AbortController()
  let crates = 0,
    current = 'starting',
    finished = 0
  const show = (): void => {
    const ms = clock.now() - started
    if (ms >= quietMs)
      log.progress(key, `${key}: ${current}, crate ${crates}, ${finished} done, ${Math.round(ms / 1000)} s`)
  }
  void beat(AbortSignal.any([signal, over.signal]))
  return {
    saw: (line, done) => {
      finished = done
      const crate = /^\s*(Compiling|Building|Downloaded|Updating) ([A-Za-z0-9_. -]{1,80})/.exec(line)
      if (crate === null) return
      if (crate[1] === 'Compiling') crates++
      current = `${crate[1]?.toLowerCase()} ${crate[2]?.trim()}`
      show()
    },
    end: () => {
      over.abort()
    },
  }

  async function beat(stop: AbortSignal): Promise<void> {
    while (!stop.aborted) {
      await clock.sleep(beatMs, stop).catch(() => undefined)
      if (!stop.aborted) show()
    }
  }
}
