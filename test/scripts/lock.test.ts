/**
 * package-lock.json installs on a clean machine: `npm ci` refuses a lock that leaves out an optional package, even one
 * for another platform.
 */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'

interface Locked {
  readonly version?: string
  readonly resolved?: string
  readonly optionalDependencies?: Readonly<Record<string, string>>
}
const { packages } = JSON.parse(readFileSync(join(import.meta.dirname, '../../package-lock.json'), 'utf8')) as {
  readonly packages: Readonly<Record<string, Locked>>
}

/**
 * The version that a package in `path` gets when it asks for `name`: its own, or that of the nearest directory above.
 */
function provided(path: string, name: string): string | undefined {
  const own = packages[path === '' ? `node_modules/${name}` : `${path}/node_modules/${name}`]?.version
  if (own !== undefined || path === '') return own
  return provided(path.slice(0, Math.max(0, path.lastIndexOf('/node_modules/'))), name)
}

test('every optional package is locked, at the version asked for', () => {
  const missing = Object.entries(packages).flatMap(([path, p]) =>
    Object.entries(p.optionalDependencies ?? {})
      .filter(([name, range]) => {
        const got = provided(path, name)
        return got === undefined || (/^\d[\w.+-]*$/.test(range) && got !== range)
      })
      .map(([name, range]) => `${path}: ${name}@${range}`),
  )
  expect(missing).toEqual([])
})

test('nothing is locked to a place other than the public registry', () => {
  expect(
    Object.entries(packages)
      .filter(([, p]) => p.resolved !== undefined && !p.resolved.startsWith('https://registry.npmjs.org/'))
      .map(([path]) => path),
  ).toEqual([])
})
