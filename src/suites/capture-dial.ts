/** The dial of a pair that failed, while its packets are captured: a round of its own series, outside of all items. */
import type { Pair, RoundEvidence } from '../domain/evidence.ts'
import { captureSeries } from '../domain/suites/connectivity/series.ts'
import type { Bench, CaptureDial } from './bench.ts'
import { runRounds, type RoundsWish } from './rounds.ts'

export async function dialForCapture(
  bench: Bench,
  { cooloffSeconds, timeoutSeconds }: Pick<RoundsWish, 'cooloffSeconds' | 'timeoutSeconds'>,
  pair: Pair,
  { during, before, metBy }: CaptureDial,
): Promise<RoundEvidence | null> {
  const { clock, signal } = bench.world
  // Never longer than the cool-off itself, whatever a clock does meanwhile.
  await clock.sleep(Math.min(cooloffSeconds * 1000, Math.max(0, metBy + cooloffSeconds * 1000 - clock.now())), signal)
  const wish: RoundsWish = { cooloffSeconds, timeoutSeconds, series: captureSeries, before, during }
  const [round] = await runRounds(bench, wish, [[pair]], () => Promise.resolve())
  return round ?? null
}
