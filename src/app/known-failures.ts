/** The list of known failures that a tested repository keeps in a file of its own. */
import type { KnownFailure } from '../domain/known-failures.ts'
import { knownFailuresPathIn, parseKnownFailures } from '../inputs/known-failures.ts'
import { readBelow } from './read-below.ts'

/** By the path that the configuration names; empty where the list stands in the configuration, or there is none. */
export async function knownFailuresFor({
  dir,
  text,
  file,
}: {
  readonly dir: string
  readonly text: string
  readonly file: string
}): Promise<ReadonlyMap<string, readonly KnownFailure[]>> {
  const path = knownFailuresPathIn(text, file)
  if (path === null) return new Map()
  return new Map([[path, parseKnownFailures(await readBelow(dir, path, 'the list of known failures'), path)]])
}
