/** The files of a checkout as a tree whose Cargo.toml files are read; nothing of it is run. */
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import type { Tree } from '../inputs/init-cargo.ts'

export function manifestsIn(dir: string): Tree {
  return {
    read: (path) => {
      const file = join(dir, path)
      return statSync(file, { throwIfNoEntry: false })?.isFile() === true ? readFileSync(file, 'utf8') : undefined
    },
    list: (path) => {
      const place = join(dir, path)
      if (!existsSync(place)) return { directories: [], files: [] }
      const entries = readdirSync(place, { withFileTypes: true })
      const names = (wanted: boolean): readonly string[] =>
        entries
          .filter((one) => one.isDirectory() === wanted)
          .map((one) => one.name)
          .toSorted()
      return { directories: names(true), files: names(false) }
    },
  }
}
