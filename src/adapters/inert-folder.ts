/** A folder that others may have made, only read: regular files alone, each opened once, and nothing waits for a pipe. */
import { createHash } from 'node:crypto'
import { constants, type Dirent } from 'node:fs'
import { lstat, open, opendir, realpath } from 'node:fs/promises'
import { join } from 'node:path'
import { stripHidden } from '../domain/text.ts'

export interface Listed {
  /** Relative to the folder, `/` between parts. */
  readonly path: string
  readonly kind: 'file' | 'empty folder' | 'link' | 'pipe' | 'socket' | 'device'
}

/** What one file held when it was read, once. */
export interface Content {
  readonly bytes: Uint8Array
  readonly length: number
  readonly sha256: string
}

export interface InertFolder {
  readonly listed: readonly Listed[]
  /** The whole of a file; throws where it is no regular file any more, or longer than `most`. */
  read(path: string, most: number): Promise<Content>
  /** Only what it hashes to, and of one that is longer than `most` its beginning: `bytes` is empty. */
  digest(path: string, most: number): Promise<Content>
  /** Each line as it is read; the rest is digested all the same where one cannot be taken. */
  lines(path: string, most: LineLimits, take: (line: string) => void): Promise<Lines>
}

/** Bytes. */
export interface LineLimits {
  readonly file: number
  readonly line: number
}

export interface Lines {
  readonly length: number
  readonly sha256: string
  /** Why not all of its lines were taken; null: they were. */
  readonly fault: Error | null
}

/** Honest evidence is three folders deep. */
const deepest = 16

/** `most`: files and folders in all. The folder itself may be named by a link; nothing in it may be one. */
export async function openFolder(named: string, most: number): Promise<InertFolder> {
  const dir = await realpath(named)
  const listed: Listed[] = []
  await list(dir, '', listed, most, 0)
  const taken = new Set<string>()
  const take = (path: string): string => {
    if (taken.has(path)) throw new Error(`${path} would be read twice`)
    taken.add(path)
    return join(dir, path)
  }
  return {
    listed,
    async read(path, longest) {
      const kept: Buffer[] = []
      const { length, sha256 } = await digested(take(path), path, longest, (part) => void kept.push(Buffer.from(part)))
      return { bytes: Buffer.concat(kept, length), length, sha256 }
    },
    digest: async (path, longest) => ({
      bytes: new Uint8Array(),
      ...(await digested(take(path), path, longest, null)),
    }),
    async lines(path, limits, each) {
      const split = splitLines(path, limits.line, each)
      const read = await digested(take(path), path, limits.file, split.add)
      return { ...read, fault: split.end() }
    },
  }
}

async function list(dir: string, below: string, found: Listed[], most: number, depth: number): Promise<void> {
  if (depth > deepest) throw new Error(`${stripHidden(below)} is nested deeper than ${deepest} folders`)
  let empty = true
  for await (const entry of await opendir(join(dir, below))) {
    empty = false
    const path = below === '' ? entry.name : `${below}/${entry.name}`
    const kind = await kindOf(entry, join(dir, path))
    if (kind === 'folder') await list(dir, path, found, most, depth + 1)
    else found.push({ path, kind })
    if (found.length > most) throw new Error(`it holds more than ${most} files`)
  }
  if (empty && below !== '') found.push({ path: below, kind: 'empty folder' })
}

/** Some file systems do not say in their lists what a name is. */
async function kindOf(entry: Dirent, path: string): Promise<Listed['kind'] | 'folder'> {
  const known = [entry.isFile(), entry.isDirectory(), entry.isSymbolicLink(), entry.isFIFO(), entry.isSocket()]
  const one = known.some(Boolean) ? entry : await lstat(path)
  if (one.isFile()) return 'file'
  if (one.isDirectory()) return 'folder'
  if (one.isSymbolicLink()) return 'link'
  return one.isFIFO() ? 'pipe' : one.isSocket() ? 'socket' : 'device'
}

/** What became a link or a pipe since it was listed is not followed, nor waited for. */
const inert = constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK

async function digested(
  full: string,
  path: string,
  most: number,
  each: ((part: Uint8Array) => void) | null,
): Promise<{ readonly length: number; readonly sha256: string }> {
  const file = await open(full, inert)
  try {
    if (!(await file.stat()).isFile()) throw new Error(`${path} is no regular file`)
    const hash = createHash('sha256')
    let length = 0
    const chunk = Buffer.allocUnsafe(1 << 18)
    for (;;) {
      const { bytesRead } = await file.read(chunk, 0, chunk.length, null)
      if (bytesRead === 0) break
      length += bytesRead
      if (length > most && each !== null) throw new Error(`${path} is longer than ${most} bytes`)
      const part = chunk.subarray(0, bytesRead)
      hash.update(part)
      each?.(part)
      // What is longer than it was sealed is another file, whatever more of it there is.
      if (length > most) break
    }
    return { length, sha256: hash.digest('hex') }
  } finally {
    await file.close()
  }
}

const newline = 10

/** Lines of UTF-8 without their ends; a last one without its end is torn. */
function splitLines(path: string, most: number, take: (line: string) => void) {
  const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })
  let [begun, length]: [Buffer[], number] = [[], 0]
  let fault: Error | null = null
  const safely = (act: () => void): void => {
    if (fault !== null) return
    try {
      act()
    } catch (error) {
      fault = error instanceof Error ? error : new Error(String(error))
    }
  }
  const grow = (part: Uint8Array): void => {
    length += part.length
    if (length > most) throw new Error(`${path} has a line of more than ${most} bytes`)
  }
  const line = (last: Uint8Array): string => {
    grow(last)
    const whole = begun.length === 0 ? last : Buffer.concat([...begun, last], length)
    ;[begun, length] = [[], 0]
    try {
      return decoder.decode(whole)
    } catch {
      throw new Error(`${path} is no UTF-8 text`)
    }
  }
  return {
    add: (part: Uint8Array): void =>
      safely(() => {
        let from = 0
        for (let end = part.indexOf(newline); end !== -1; end = part.indexOf(newline, from)) {
          take(line(part.subarray(from, end)))
          from = end + 1
        }
        const rest = part.subarray(from)
        grow(rest)
        if (rest.length > 0) begun.push(Buffer.from(rest))
      }),
    end: (): Error | null => fault ?? (length > 0 ? new Error(`${path}: the last line is torn`) : null),
  }
}
