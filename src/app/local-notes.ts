/** What this machine alone knows of a session, beside its evidence: the key it was started with, and a try that was refused. */
import { mkdir, readFile, rename, writeFile } from 'node:fs/promises'
import { join } from 'node:path'

export interface LocalNotes {
  /** Path of the key that a person named. */
  readonly key?: string
  /** A stop was begun, and what it has to do on the nodes is not all done. */
  readonly stopping?: boolean
  /** The newest try to take a checkpoint, where it could not begin; `at`: Unix milliseconds. */
  readonly refused?: { readonly at: number; readonly code: string; readonly message: string }
}

const file = (folder: string): string => join(folder, 'local.json')

/** A file that is none of ours says nothing. */
export async function readNotes(folder: string): Promise<LocalNotes> {
  try {
    const { key, stopping, refused } = JSON.parse(await readFile(file(folder), 'utf8')) as {
      readonly key?: unknown
      readonly stopping?: unknown
      readonly refused?: { readonly at?: unknown; readonly code?: unknown; readonly message?: unknown }
    }
    return {
      ...(typeof key === 'string' ? { key } : {}),
      ...(stopping === true ? { stopping } : {}),
      ...(typeof refused?.at === 'number' && typeof refused.code === 'string' && typeof refused.message === 'string'
        ? { refused: { at: refused.at, code: refused.code, message: refused.message } }
        : {}),
    }
  } catch {
    return {}
  }
}

export async function note(folder: string, more: LocalNotes): Promise<void> {
  await mkdir(folder, { recursive: true })
  const next = `${file(folder)}.new`
  await writeFile(next, `${JSON.stringify({ ...(await readNotes(folder)), ...more })}\n`)
  await rename(next, file(folder))
}
