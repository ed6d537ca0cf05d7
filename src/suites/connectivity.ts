/** Connectivity in action: every planned pair dials, and at a checkpoint those that failed once more. */
import type { ConnectivityWork } from '../domain/suites/connectivity/config.ts'
import { pairsToRetry } from '../domain/suites/connectivity/retry.ts'
import { plannedRounds } from '../domain/suites/connectivity/rounds.ts'
import { connectivitySeries } from '../domain/suites/connectivity/series.ts'
import { presentOn, type Runner } from './bench.ts'
import { dialForCapture } from './capture-dial.ts'
import { dialRounds, retryPairs } from './repeat-unseen.ts'
import type { RoundsWish } from './rounds.ts'

export const connectivity: Runner<'connectivity'> = {
  /** What is dialled follows from what the NATs were measured to be. */
  async run(bench, work, keep) {
    const rounds = plannedRounds(bench.world.fleet, presentOn(bench), bench.measurements, work)
    await dialRounds(bench, wish(work), rounds, keep)
  },

  async again(bench, work, failed, before, keep) {
    await retryPairs(bench, wish(work), pairsToRetry(failed), before, keep)
  },

  forCapture: dialForCapture,
}

const wish = ({ cooloffSeconds, timeoutSeconds }: ConnectivityWork): RoundsWish => ({
  cooloffSeconds,
  timeoutSeconds,
  series: connectivitySeries,
})
