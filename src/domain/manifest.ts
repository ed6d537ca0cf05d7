/** The list of evidence files with their digests, and one root digest over all of them (spec §8). */
import { canonical, sha256 } from './ledger.ts'

/** `path`: relative to the evidence folder, `/` between parts. `bytes`: length. `sha256`: lower-case hex. */
export interface FileDigest {
  readonly path: string
  readonly bytes: number
  readonly sha256: string
}

export interface Manifest {
  readonly files: readonly FileDigest[]
  readonly root: string
}

export function manifestOf(files: readonly FileDigest[]): Manifest {
  const sorted = files.map(({ path, bytes, sha256: digest }) => ({ path, bytes, sha256: digest })).sort(byPath)
  return { files: sorted, root: rootOf(sorted) }
}

/** Every way in which the files found are not the ones listed; empty when equal to the byte. */
export function manifestFaults(manifest: Manifest, actual: readonly FileDigest[]): readonly string[] {
  const faults: string[] = []
  if (rootOf(manifest.files.toSorted(byPath)) !== manifest.root)
    faults.push('manifest.json: the root digest does not follow from the listed files')
  const listed = new Map(manifest.files.map((f) => [f.path, f]))
  if (listed.size !== manifest.files.length) faults.push('a file is listed twice')
  for (const { path } of manifest.files)
    if (!safe(path)) faults.push(`${JSON.stringify(path)} is no path inside the evidence folder`)
  const found = new Map(actual.map((f) => [f.path, f]))
  for (const [path, wanted] of listed) {
    const file = found.get(path)
    if (file === undefined) faults.push(`${JSON.stringify(path)} is missing`)
    else if (file.sha256 !== wanted.sha256)
      faults.push(`${JSON.stringify(path)} was changed: sha256 ${file.sha256}, listed ${wanted.sha256}`)
    else if (file.bytes !== wanted.bytes)
      faults.push(`${JSON.stringify(path)} has ${file.bytes} bytes, listed ${wanted.bytes}`)
  }
  for (const path of found.keys()) if (!listed.has(path)) faults.push(`${JSON.stringify(path)} is not listed`)
  return faults
}

/** SHA-256 over one canonical JSON line per file, in the order of their paths' code units. */
const rootOf = (sorted: readonly FileDigest[]): string =>
  sha256(sorted.map(({ path, bytes, sha256: digest }) => `${canonical({ path, bytes, sha256: digest })}\n`).join(''))

const byPath = (a: FileDigest, b: FileDigest): number => (a.path < b.path ? -1 : a.path > b.path ? 1 : 0)
const safe = (path: string): boolean =>
  path !== '' &&
  !path.startsWith('/') &&
  !path.includes('\\') &&
  path.split('/').every((part) => part !== '' && part !== '.' && part !== '..')
