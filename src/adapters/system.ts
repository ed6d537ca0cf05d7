/** Clock, randomness and a session's folder of files: the machine we run on. */
import { createHash, randomBytes } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { appendFile, mkdir, readFile, readdir, rm, stat } from 'node:fs/promises'
import { dirname, join, relative } from 'node:path'
import { hostname, userInfo } from 'node:os'
import { setTimeout as wait } from 'node:timers/promises'
import type { Writer } from '../domain/writer.ts'
import type { Clock, Files, Random } from '../ports.ts'
import { replaceFile } from './replace-file.ts'

export const systemClock: Clock = {
  now: () => Date.now(),
  monotonic: () => performance.now(),
  sleep: async (ms, signal) => {
    await wait(ms, undefined, { signal })
  },
}

/**
 * `seconds` ahead of the machine: for tests of waits on a lab, and written into ledger and proof wherever it is not 0.
 */
export const shiftedClock = (seconds: number): Clock =>
  seconds === 0 ? systemClock : { ...systemClock, now: () => Date.now() + seconds * 1000 }

export const systemRandom: Random = { bytes: (n) => randomBytes(n) }

/**
 * Files below `root`; writing replaces whole files by rename, so that a killed run leaves the old one or the new one.
 */
export function folder(root: string): Files {
  const at = (path: string): string => {
    const full = join(root, path)
    if (relative(root, full).startsWith('..')) throw new Error(`path leaves the folder: ${path}`)
    return full
  }
  return {
    root,
    write: async (path, data) => {
      await mkdir(dirname(at(path)), { recursive: true })
      await replaceFile(at(path), data)
    },
    append: async (path, data) => {
      await mkdir(dirname(at(path)), { recursive: true })
      await appendFile(at(path), data)
    },
    read: async (path) => new Uint8Array(await readFile(at(path))),
    digest: async (path) => {
      const hash = createHash('sha256')
      let bytes = 0
      for await (const piece of createReadStream(at(path)) as AsyncIterable<Buffer>) {
        hash.update(piece)
        bytes += piece.length
      }
      return { bytes, sha256: hash.digest('hex') }
    },
    exists: async (path) =>
      stat(at(path)).then(
        () => true,
        () => false,
      ),
    list: async (path = '.') => {
      const found = await readdir(at(path), { recursive: true, withFileTypes: true }).catch(() => [])
      return found
        .filter((f) => !f.isDirectory())
        .map((f) => relative(root, join(f.parentPath, f.name)))
        .sort()
    },
    remove: async (path) => {
      await rm(at(path), { recursive: true, force: true })
    },
  }
}

/** `user@host`, as leases show it. */
export const whoAmI = (): string => {
  const name = ((): string => {
    try {
      return userInfo().username
    } catch {
      return 'unknown'
    }
  })()
  return `${name}@${hostname()}`
}

/** This process, as the ledger names it. */
export const thisProcess = (): Writer => ({ kind: 'process', host: hostname(), pid: process.pid })

/** A process of another host cannot be seen from here: it counts as alive until its lease says otherwise. */
export const processEnded = (w: Extract<Writer, { kind: 'process' }>): boolean =>
  w.host === hostname() && w.pid !== process.pid && !exists(w.pid)

/** Signal 0 only asks; a process of another user may not be asked, so it is there. */
function exists(pid: number): boolean {
  if (!Number.isSafeInteger(pid) || pid <= 0) return false
  try {
    return process.kill(pid, 0)
  } catch (error) {
    return (error as NodeJS.ErrnoException).code !== 'ESRCH'
  }
}
