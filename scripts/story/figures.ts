/** Every figure of every sealed test of a session, with the file that it is counted in and that file's digest. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { itemsFile } from '../../src/domain/bundle.ts'
import { isSealed } from '../../src/domain/events/entry.ts'
import type { Entry } from '../../src/domain/ledger.ts'
import type { Manifest } from '../../src/domain/manifest.ts'
import { suiteIds } from '../../src/domain/suites/registry.ts'

export interface Figure {
  readonly test: string
  readonly result: string
  readonly figure: string
  readonly value: string
  readonly file: string
  readonly sha256: string
}

/** `folder`: of the session. */
export const figures = (folder: string, entries: readonly Entry[]): readonly Figure[] =>
  entries.filter(isSealed).flatMap((e) => {
    const { folder: test, counts } = e.facts
    const manifest = JSON.parse(readFileSync(join(folder, test, 'manifest.json'), 'utf8')) as Manifest
    return suiteIds.flatMap((suite) =>
      Object.entries(counts[suite] ?? {}).map(([group, c]) => {
        const path = `evidence/${itemsFile(suite)}`
        return {
          test,
          result: e.event,
          figure: `${suite} ${group}`,
          value: `${c.successes}/${c.attempts}`,
          file: `${test}/${path}`,
          sha256: manifest.files.find((f) => f.path === path)?.sha256 ?? 'not sealed',
        }
      }),
    )
  })

/** Columns as wide as what stands in them. */
export function columns(rows: readonly (readonly string[])[]): string {
  const widths = (rows[0] ?? []).map((_, i) => Math.max(...rows.map((r) => r[i]?.length ?? 0)))
  return rows
    .map((r) =>
      r
        .map((cell, i) => cell.padEnd(widths[i] ?? 0))
        .join('  ')
        .trimEnd(),
    )
    .join('\n')
}
