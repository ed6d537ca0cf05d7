/**
 * Runs the suites of a plan one after the other, and at a checkpoint what failed once more; each line is written down
 * as it comes.
 */
import { itemsFile, toLines } from '../../domain/bundle.ts'
import type { PartOf, SuiteId, SuiteItems, SuiteResults, SuiteTypes } from '../../domain/suites/suite.ts'
import type { Files } from '../../ports.ts'
import type { Bench } from '../../suites/bench.ts'
import { runners } from '../../suites/runners.ts'

export async function runSuites(bench: Bench, files: Files, folder: string): Promise<SuiteItems> {
  const all: Partial<Record<SuiteId, unknown>> = {}
  for (const part of bench.plan.suites) all[part.suite] = await runOne(bench, files, part, folder)
  return all as SuiteItems
}

/** `results`: what was judged of the items so far; the answer has these items and those of the retries. */
export async function retryFailed(
  bench: Bench,
  files: Files,
  items: SuiteItems,
  results: SuiteResults,
  folder: string,
): Promise<SuiteItems> {
  const all: Partial<Record<SuiteId, unknown>> = {}
  for (const part of bench.plan.suites) all[part.suite] = await retryOne(bench, files, part, items, results, folder)
  return all as SuiteItems
}

type ItemsOf<Id extends SuiteId> = readonly SuiteTypes[Id]['item'][]

async function runOne<Id extends SuiteId>(
  bench: Bench,
  files: Files,
  part: PartOf<Id>,
  folder: string,
): Promise<ItemsOf<Id>> {
  const kept = keeper<Id>(files, part.suite, folder)
  await runners[part.suite].run(bench, part.work, kept.keep)
  const repeated = repeatsIn(kept.items)
  if (repeated > 0)
    bench.world.recoveries?.fire('not-seen', {
      recognised: `${part.suite}: ${repeated} attempts could not be counted`,
      done: 'each was repeated',
      nth: 1,
    })
  return kept.items
}

/** A round holds attempts; any other line is one. */
const repeatsIn = (items: readonly object[]): number =>
  items
    .flatMap((item): readonly object[] => ('attempts' in item && Array.isArray(item.attempts) ? item.attempts : [item]))
    .filter((one) => 'repeats' in one && one.repeats !== undefined).length

async function retryOne<Id extends SuiteId>(
  bench: Bench,
  files: Files,
  part: PartOf<Id>,
  items: SuiteItems,
  results: SuiteResults,
  folder: string,
): Promise<ItemsOf<Id>> {
  const before: ItemsOf<Id> = items[part.suite] ?? []
  const failed = (results[part.suite]?.samples ?? []).filter((s) => s.outcome === 'failed')
  const kept = keeper<Id>(files, part.suite, folder)
  if (failed.length > 0)
    bench.world.recoveries?.fire('failed-at-checkpoint', {
      recognised: `${part.suite}: ${failed.length} attempts failed`,
      done: 'each is tried once more, after everything else',
      nth: 1,
    })
  if (failed.length > 0) await runners[part.suite].again(bench, part.work, failed, before, kept.keep)
  return [...before, ...kept.items]
}

function keeper<Id extends SuiteId>(files: Files, suite: Id, folder: string) {
  const items: ItemsOf<Id>[number][] = []
  return {
    items,
    keep: async (item: ItemsOf<Id>[number]): Promise<void> => {
      items.push(item)
      await files.append(`${folder}/evidence/${itemsFile(suite)}`, toLines([item]))
    },
  }
}
