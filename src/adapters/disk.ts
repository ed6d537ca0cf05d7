/** How large a folder is and when anything in it was last changed; and taking it away so that a cut-off leaves no half. */
import { lstat, mkdir, readdir, rename } from 'node:fs/promises'
import { randomUUID } from 'node:crypto'
import { join } from 'node:path'
import { findWay, removed } from './sandbox/way.ts'

export interface Weight {
  readonly bytes: number
  /** Unix milliseconds. */
  readonly at: number
}

/** Links are not followed; what is gone meanwhile weighs nothing. Null: there is nothing. */
export async function weightOf(path: string, signal: AbortSignal): Promise<Weight | null> {
  signal.throwIfAborted()
  const own = await lstat(path).catch(() => null)
  if (own === null) return null
  if (!own.isDirectory()) return { bytes: own.blocks * 512, at: own.mtimeMs }
  let [bytes, at] = [own.blocks * 512, own.mtimeMs]
  for (const name of await readdir(path).catch(() => [])) {
    const inner = await weightOf(join(path, name), signal)
    if (inner === null) continue
    bytes += inner.bytes
    at = Math.max(at, inner.at)
  }
  return { bytes, at }
}

export const foldersIn = async (path: string): Promise<readonly string[]> =>
  (await readdir(path, { withFileTypes: true }).catch(() => [])).filter((d) => d.isDirectory()).map((d) => d.name)

/**
 * Out of the way in one rename, then away: one that is killed in between leaves it in `bin`, which {@link emptied} takes.
 * A build's user may own what is in it.
 */
export async function thrownAway(path: string, bin: string, signal: AbortSignal): Promise<void> {
  await mkdir(bin, { recursive: true })
  const there = join(bin, randomUUID())
  await rename(path, there)
  await gone(there, signal)
}

export async function emptied(bin: string, signal: AbortSignal): Promise<void> {
  if ((await lstat(bin).catch(() => null)) !== null) await gone(bin, signal)
}

/** A build directory may hold a million files. */
const longestMs = 1_800_000

async function gone(path: string, signal: AbortSignal): Promise<void> {
  await removed(path, (await findWay(signal)).way, longestMs)
  if ((await lstat(path).catch(() => null)) !== null) throw new Error(`${path} could not be taken away whole`)
}
