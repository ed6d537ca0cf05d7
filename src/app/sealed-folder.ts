/** A sealed folder as it lies there: each file is read once, digested while it is read, and compared with the list. */
import { openFolder, type InertFolder } from '../adapters/inert-folder.ts'
import type { Limits } from '../domain/bundle-shape.ts'
import { jsonText } from '../domain/bundle.ts'
import { manifestFaults, type FileDigest, type Manifest } from '../domain/manifest.ts'
import { firstFaults } from '../domain/rederive/first-faults.ts'
import { readManifest, textOf, type EvidenceFiles } from './evidence-folder.ts'

export interface SealedFolder {
  readonly folder: InertFolder
  readonly manifest: Manifest
  readonly files: EvidenceFiles
  /** What the file hashes to; null: it is not there. */
  digest(name: string): Promise<string | null>
  /** Of the list: everything in `evidence/` that nobody has read by now is digested. */
  faults(): Promise<readonly string[]>
}

export async function openSealed(dir: string, most: Limits): Promise<SealedFolder> {
  const folder = await openFolder(dir, most.files)
  const text = textOf((await folder.read('manifest.json', most.bytes)).bytes, 'manifest.json')
  const manifest = readManifest(text, most)
  const listed = new Map(manifest.files.map((f) => [f.path, f.bytes]))
  const there = new Set(folder.listed.flatMap(({ path, kind }) => (kind === 'file' ? [path] : [])))
  const digests = new Map<string, FileDigest>()
  const pathOf = (name: string): string => {
    const path = `evidence/${name}`
    if (!there.has(path)) throw new Error(`${path} is missing`)
    return path
  }
  const keep = (path: string, { length: bytes, sha256 }: { readonly length: number; readonly sha256: string }) =>
    void digests.set(path, { path, bytes, sha256 })
  return {
    folder,
    manifest,
    files: {
      async read(name) {
        const path = pathOf(name)
        const content = await folder.read(path, most.bytes)
        keep(path, content)
        return content.bytes
      },
      async lines(name, take) {
        const path = pathOf(name)
        const read = await folder.lines(path, { file: most.streamed, line: most.bytes }, take)
        keep(path, read)
        if (read.fault !== null) throw read.fault
      },
    },
    async digest(name) {
      const path = `evidence/${name}`
      if (!there.has(path)) return null
      const content = await folder.digest(path, Math.max(most.bytes, listed.get(path) ?? 0))
      keep(path, content)
      return content.sha256
    },
    async faults() {
      for (const { path, kind } of folder.listed) {
        if (kind !== 'file' || !path.startsWith('evidence/') || digests.has(path)) continue
        const bytes = listed.get(path)
        // What nobody sealed is at fault whatever it holds; what it would be judged to is shown beside the faults.
        if (bytes === undefined) keep(path, { length: 0, sha256: '' })
        else keep(path, await folder.digest(path, bytes))
      }
      return [
        // Nothing lists the manifest itself: a byte between its values would change no digest.
        ...(text === jsonText(manifest) ? [] : ['manifest.json: not written as it was sealed']),
        ...folder.listed.flatMap(({ path, kind }) =>
          kind === 'file'
            ? []
            : [`${JSON.stringify(path)} is ${kind === 'empty folder' ? 'an' : 'a'} ${kind}, no regular file`],
        ),
        ...firstFaults(manifestFaults(manifest, [...digests.values()])),
      ]
    },
  }
}
