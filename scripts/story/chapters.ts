/** What must have happened in the story, in its order, each with the entry of the ledger that shows it. */
import type { Entry } from '../../src/domain/ledger.ts'

export interface Chapter {
  readonly what: string
  readonly holds: (e: Entry) => boolean
}

const of =
  (from: Entry['from'], event: Entry['event'], to: Entry['to']) =>
  (e: Entry): boolean =>
    e.from === from && e.event === event && e.to === to

export const fixing: readonly Chapter[] = [
  { what: 'the planted bug fails the test', holds: of('TEST', 'failed', 'FIX') },
  { what: 'the example fix command mends it', holds: of('FIX', 'fixed', 'BUILD') },
  { what: 'what was red is green', holds: of('TEST', 'green', 'TEST') },
]

export const soaking: readonly Chapter[] = [
  { what: 'the whole test passes', holds: of('TEST', 'passed', 'WAIT_1HR') },
  { what: 'an hour later it passes', holds: of('TEST', 'passed', 'WAIT_6HR') },
  { what: 'six hours later it regresses', holds: of('TEST', 'failed', 'RESTART') },
  { what: 'the full loop begins again', holds: of('RESTART', 'restart', 'SETUP') },
  { what: 'the whole test passes again', holds: of('TEST', 'passed', 'WAIT_1HR') },
  { what: 'an hour later it passes', holds: of('TEST', 'passed', 'WAIT_6HR') },
  { what: 'six hours later it is complete', holds: of('TEST', 'passed', 'COMPLETE') },
]
export const passing: readonly Chapter[] = [{ what: 'the whole test passes', holds: of('TEST', 'passed', 'COMPLETE') }]

/** Each chapter by the first entry after that of the chapter before; null: it did not happen. */
export function told(
  chapters: readonly Chapter[],
  entries: readonly Entry[],
): readonly { readonly what: string; readonly entry: Entry | null }[] {
  let at = -1
  let lost = false
  return chapters.map(({ what, holds }) => {
    const found: number = lost ? -1 : entries.findIndex((e, i) => i > at && holds(e))
    lost ||= found === -1
    at = Math.max(at, found)
    return { what, entry: found === -1 ? null : (entries[found] ?? null) }
  })
}
