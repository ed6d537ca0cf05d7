/** Dependencies by path that lead out of a repository, as its manifests name them; no program of the project is run. */
import { isAbsolute, join, normalize } from 'node:path/posix'
import { parse } from 'smol-toml'

type Table = Readonly<Record<string, unknown>>

/** `manifests`: the Cargo.toml files to begin with, relative to the repository; those that they lead to are followed. */
export async function pathsOutside(
  manifests: readonly string[],
  read: (path: string) => Promise<string | undefined>,
): Promise<readonly string[]> {
  const outside = new Set<string>()
  const seen = new Set<string>()
  const queue = [...manifests]
  for (let manifest = queue.pop(); manifest !== undefined; manifest = queue.pop()) {
    if (seen.has(manifest)) continue
    seen.add(manifest)
    const text = await read(manifest)
    if (text === undefined) continue
    for (const path of pathsIn(tableOf(text))) {
      const place = isAbsolute(path) ? normalize(path) : normalize(join(manifest, '..', path))
      if (isAbsolute(place) || place === '..' || place.startsWith('../')) outside.add(path)
      else queue.push(join(place, 'Cargo.toml'))
    }
  }
  return [...outside].toSorted()
}

/** Every table that holds dependencies, of the package, its targets, the workspace, and what stands in for others. */
function pathsIn(manifest: Table): readonly string[] {
  const kinds = ['dependencies', 'dev-dependencies', 'build-dependencies']
  const targets = Object.values(table(manifest['target'])).map(table)
  const holders = [manifest, table(manifest['workspace']), ...targets].flatMap((one) => kinds.map((kind) => one[kind]))
  const patches = Object.values(table(manifest['patch']))
  return [...holders, ...patches, manifest['replace']]
    .flatMap((one) => Object.values(table(one)))
    .flatMap((dependency) => {
      const { path } = table(dependency)
      return typeof path === 'string' ? [path] : []
    })
}

const table = (value: unknown): Table =>
  typeof value === 'object' && value !== null && !Array.isArray(value) ? Object.fromEntries(Object.entries(value)) : {}

/** What is no TOML is told by cargo. */
function tableOf(text: string): Table {
  try {
    return parse(text.replace(/^\uFEFF/, ''))
  } catch {
    return {}
  }
}
