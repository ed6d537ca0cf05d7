/** Times several ways of doing the same work in turns, so that whatever else the machine does falls on all of them. */
import { quantile } from '../../src/domain/statistics.ts'

/** One way; `act` answers with how much work it did, where that is counted; `before` is not timed. */
export interface Arm {
  readonly name: string
  readonly before?: () => Promise<void>
  readonly act: () => Promise<number | void>
}
/** Milliseconds of every run, and the work of the last one (1 where it is not counted). */
export interface Timed {
  readonly runs: readonly number[]
  readonly median: number
  readonly work: number
}

/** What takes longer is measured once. */
export const onceFromMs = 20_000

/** Each arm once; then, up to `times`, again those that took less than {@link onceFromMs} the first time. */
export async function inTurns(
  arms: readonly Arm[],
  times: number,
  say: (line: string) => void,
): Promise<ReadonlyMap<string, Timed>> {
  const all = new Map<string, { runs: number[]; work: number }>()
  for (let turn = 0; turn < times; turn++) {
    const due = arms.filter((a) => (all.get(a.name)?.runs[0] ?? 0) < onceFromMs)
    for (const arm of due) {
      await arm.before?.()
      const began = performance.now()
      const work = (await arm.act()) ?? 1
      const took = performance.now() - began
      all.set(arm.name, { runs: [...(all.get(arm.name)?.runs ?? []), took], work })
      say(`${arm.name}: ${(took / 1000).toFixed(1)} s`)
    }
  }
  return new Map([...all].map(([name, { runs, work }]) => [name, { runs, work, median: quantile(runs, 0.5) ?? 0 }]))
}
