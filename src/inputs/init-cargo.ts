/** What Cargo.toml files say about programs, read without cargo: names, packages, workspace members. */
import { parse } from 'smol-toml'
import type { CargoProgram } from '../domain/cargo-metadata.ts'
import { patternOf } from '../domain/pattern.ts'
import { isRecord } from './fields.ts'

/** The files of a checkout, as far as they are asked for; paths are relative, `''` is its root. */
export interface Tree {
  readonly read: (path: string) => string | undefined
  /** Names of directories, then of files. */
  readonly list: (path: string) => { readonly directories: readonly string[]; readonly files: readonly string[] }
}

export interface CargoTree {
  readonly programs: readonly CargoProgram[]
  /** More than one package: a build names the one it wants. */ readonly several: boolean
}

/** Undefined where there is no Cargo.toml. */
export function readCargo(tree: Tree): CargoTree | undefined {
  const root = manifestAt(tree, '')
  if (root === undefined) return undefined
  const excluded = new Set(root.strings('workspace', 'exclude').map(trimmed))
  const members = root
    .strings('workspace', 'members')
    .flatMap((pattern) => expand(tree, trimmed(pattern)))
    .filter((path) => !excluded.has(path))
  const packages = [...new Set(['', ...members])].toSorted().flatMap((directory) => {
    const manifest = directory === '' ? root : manifestAt(tree, directory)
    const name = manifest?.string('package', 'name')
    return manifest === undefined || name === undefined || !usable(name)
      ? []
      : [{ name, directory, programs: programsOf(tree, manifest, name, directory) }]
  })
  return { programs: packages.flatMap((one) => one.programs), several: packages.length > 1 }
}

function programsOf(tree: Tree, manifest: Manifest, name: string, directory: string): readonly CargoProgram[] {
  const at = (path: string): string => (directory === '' ? path : `${directory}/${path}`)
  const bin = tree.list(at('src/bin'))
  const found =
    manifest.raw('package', 'autobins') === false
      ? []
      : [
          ...(tree.list(at('src')).files.includes('main.rs') ? [name] : []),
          ...bin.files.filter((file) => file.endsWith('.rs')).map((file) => file.slice(0, -3)),
          ...bin.directories.filter((one) => tree.list(at(`src/bin/${one}`)).files.includes('main.rs')),
        ]
  const named = manifest.tables('bin').flatMap((table) => {
    const value = textOf(table['name'])
    return value === undefined
      ? []
      : [{ value, path: textOf(table['path']), requires: textsOf(table['required-features']) }]
  })
  // A [[bin]] may give the program in src/main.rs another name.
  const renamed = new Set(named.flatMap(({ value, path }) => (path === 'src/main.rs' && value !== name ? [name] : [])))
  const run = manifest.string('package', 'default-run')
  return [...new Set([...named.map((one) => one.value), ...found.filter((one) => !renamed.has(one))])]
    .filter(usable)
    .toSorted()
    .map((program) => ({
      name: program,
      package: name,
      directory,
      preferred: program === run,
      requires: named.find((one) => one.value === program)?.requires ?? [],
      features: featuresOf(manifest.table('features')),
    }))
}

/** What cargo takes as a name; anything else would end up in a command. */
const usable = (name: string): boolean => /^[A-Za-z0-9][\w-]{0,63}$/.test(name)

/** `crates/*`: one star stands for any one directory. */
function expand(tree: Tree, pattern: string): readonly string[] {
  return pattern.split('/').reduce<readonly string[]>(
    (paths, part) =>
      paths.flatMap((path) => {
        const inside = (name: string): string => (path === '' ? name : `${path}/${name}`)
        if (part === '.') return [path]
        if (part === '..' || part === '**') return []
        if (!part.includes('*')) return [inside(part)]
        const like = patternOf(
          `^${part
            .split('*')
            .map((text) => text.replace(/[.+?^${}()|[\]\\]/g, '\\$&'))
            .join('[^/]*')}$`,
        )
        if ('fault' in like) return []
        return tree
          .list(path)
          .directories.filter((name) => like.matches(name) && !name.startsWith('.'))
          .map(inside)
      }),
    [''],
  )
}

const trimmed = (path: string): string => path.replace(/^\.\//, '').replace(/\/+$/, '')

interface Manifest {
  readonly string: (table: string, key: string) => string | undefined
  readonly strings: (table: string, key: string) => readonly string[]
  readonly table: (name: string) => Readonly<Record<string, unknown>>
  readonly raw: (table: string, key: string) => unknown
  readonly tables: (name: string) => readonly Readonly<Record<string, unknown>>[]
}

/** A manifest that is no TOML is passed over: cargo says where it is wrong. */
function manifestAt(tree: Tree, directory: string): Manifest | undefined {
  const text = tree.read(directory === '' ? 'Cargo.toml' : `${directory}/Cargo.toml`)
  if (text === undefined) return undefined
  const read = tableIn(text)
  const of = (table: string, key: string): unknown => {
    const found = read[table]
    return isRecord(found) ? found[key] : undefined
  }
  return {
    raw: of,
    string: (table, key) => textOf(of(table, key)),
    strings: (table, key) => textsOf(of(table, key)),
    table: (name) => {
      const found = read[name]
      return isRecord(found) ? found : {}
    },
    tables: (name) => {
      const found = read[name]
      return Array.isArray(found) ? found.filter(isRecord) : []
    },
  }
}

function tableIn(text: string): Readonly<Record<string, unknown>> {
  try {
    return parse(text.replace(/^\uFEFF/, ''))
  } catch {
    return {}
  }
}

const textsOf = (value: unknown): readonly string[] =>
  Array.isArray(value) ? value.filter((one) => typeof one === 'string') : []
const featuresOf = (table: Readonly<Record<string, unknown>>): CargoProgram['features'] =>
  Object.fromEntries(Object.entries(table).map(([feature, enables]) => [feature, textsOf(enables)]))
const textOf = (value: unknown): string | undefined => (typeof value === 'string' ? value : undefined)
