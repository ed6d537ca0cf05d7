/** The bare repository's own folder: made whole or not at all, and freed of the lock that a killed git left. */
import { existsSync } from 'node:fs'
import { mkdir, mkdtemp, rename, rm, stat } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { Failure } from '../../domain/failure.ts'
import { gitIn } from './process.ts'

export const branch = 'refs/heads/vps-test-ledger'
/**
 * git holds the branch's lock file for milliseconds. A killed git leaves it for ever, so one that is older belongs to
 * nobody.
 */
const staleLockMs = 10_000

export const unwritable = (dir: string, cause: unknown): Failure =>
  new Failure({ code: 'H011', message: `cannot write the ledger in ${dir}`, remedy: `ls -ld ${dir}` }, cause)

/** Made beside and moved into place, so that two first runs at once, or a killed one, leave one whole repository. */
export async function create(dir: string): Promise<void> {
  if (existsSync(join(dir, 'HEAD'))) return
  try {
    await mkdir(dirname(dir), { recursive: true })
    const fresh = await mkdtemp(`${dir}.new-`)
    try {
      await gitIn(null)(['init', '-q', '--bare', '--template=', fresh])
      await rename(fresh, dir)
    } finally {
      await rm(fresh, { recursive: true, force: true })
    }
  } catch (error) {
    if (!existsSync(join(dir, 'HEAD'))) throw unwritable(dir, error)
  }
}

/** True while another writer may hold the branch, or when a dead one's lock has just been taken away: try again. */
export async function locked(dir: string): Promise<boolean> {
  const lock = join(dir, `${branch}.lock`)
  const seen = await stat(lock).catch(() => undefined)
  if (seen === undefined) return false
  if (Date.now() - seen.mtimeMs < staleLockMs) return true
  const aside = `${lock}.${seen.ino}-${process.pid}`
  // Of two that find it, one moves it away; a lock that came since is not the one that was seen (its inode's number may
  // be).
  await rename(lock, aside).catch(() => undefined)
  const moved = await stat(aside).catch(() => undefined)
  if (moved !== undefined && (moved.ino !== seen.ino || moved.mtimeMs !== seen.mtimeMs)) await rename(aside, lock)
  await rm(aside, { force: true })
  return true
}
