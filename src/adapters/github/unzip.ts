/**
 * Unpacks a zip file that may be hostile: nothing outside the folder, no links, nothing twice, and no more bytes than
 * are allowed.
 */
import { createReadStream, createWriteStream } from 'node:fs'
import { type FileHandle, mkdir, open } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { Transform } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { createInflateRaw } from 'node:zlib'
import { Failure } from '../../domain/failure.ts'
import { messageOf, stripHidden } from '../../domain/text.ts'

/** `bytes`: in all, packed and unpacked; `each`: of one file, where that is less. */
export interface ArchiveLimits {
  readonly files: number
  readonly bytes: number
  readonly each?: number
}

interface Member {
  readonly path: string
  readonly method: number
  readonly packed: number
  readonly size: number
  readonly at: number
}

const refuse = (what: string): Failure =>
  new Failure({ code: 'I463', message: `the artifact is not unpacked: ${what}` })

/**
 * The names are those of the directory at the end, which is the one that is checked whole before anything is written.
 */
export async function unzip(
  archive: string,
  into: string,
  limits: ArchiveLimits,
  signal: AbortSignal,
): Promise<readonly string[]> {
  const file = await open(archive)
  try {
    const members = checked(await directory(file, limits), limits)
    let left = limits.bytes
    for (const member of members) {
      const target = join(into, member.path)
      await mkdir(dirname(target), { recursive: true })
      const [start, end] = await span(file, member)
      // Sizes in the file are only said; what comes out is counted.
      let room = limits.each ?? limits.bytes
      const counted = new Transform({
        transform(chunk: Buffer, _encoding, done) {
          left -= chunk.length
          room -= chunk.length
          done(
            left < 0
              ? refuse(`it unpacks to more than ${limits.bytes} bytes`)
              : room < 0
                ? refuse(`${stripHidden(member.path)} has more than ${limits.each ?? limits.bytes} bytes`)
                : null,
            chunk,
          )
        },
      })
      // `wx`: an existing file or link is not written through.
      const target$ = createWriteStream(target, { flags: 'wx' })
      if (end <= start) await pipeline([Buffer.alloc(0)], counted, target$, { signal })
      else {
        const packed = createReadStream(archive, { start, end: end - 1 })
        await (member.method === 0
          ? pipeline(packed, counted, target$, { signal })
          : pipeline(packed, createInflateRaw(), counted, target$, { signal }))
      }
    }
    return members.map((member) => member.path)
  } catch (error) {
    signal.throwIfAborted()
    if (error instanceof Failure) throw error
    throw new Failure(
      {
        code: 'I463',
        message: `the artifact is not unpacked: ${stripHidden(messageOf(error))}`,
      },
      error,
    )
  } finally {
    await file.close()
  }
}

function checked(members: readonly (Member & { readonly link: boolean })[], limits: ArchiveLimits): readonly Member[] {
  const files = members.filter((member) => !member.path.endsWith('/'))
  const seen = new Set<string>()
  for (const { path, link, method, size } of members) {
    const parts = path.replace(/\/$/, '').split('/')
    if (
      path.includes('\\') ||
      path.includes('\0') ||
      parts.some((part) => part === '' || part === '.' || part === '..')
    )
      throw refuse(`${JSON.stringify(stripHidden(path))} leads out of its folder`)
    if (link) throw refuse(`${stripHidden(path)} is a link`)
    if (method !== 0 && method !== 8) throw refuse(`${stripHidden(path)} is packed by method ${method}`)
    if (seen.has(path)) throw refuse(`${stripHidden(path)} is there twice`)
    const allowed = Math.min(limits.bytes, limits.each ?? limits.bytes)
    if (size > allowed) throw refuse(`${stripHidden(path)} has ${size} bytes; ${allowed} are allowed`)
    seen.add(path)
  }
  return files
}

async function bytes(file: FileHandle, at: number, length: number): Promise<Buffer> {
  const buffer = Buffer.alloc(length)
  const { bytesRead } = await file.read(buffer, 0, length, at)
  if (bytesRead !== length) throw refuse('it ends too early')
  return buffer
}

/** Zip files are read from their end. Files of more than 4 GiB (zip64) are not taken: none of ours is that large. */
async function directory(
  file: FileHandle,
  limits: ArchiveLimits,
): Promise<readonly (Member & { readonly link: boolean })[]> {
  const { size } = await file.stat()
  const tail = await bytes(file, Math.max(0, size - 65_557), Math.min(size, 65_557))
  const end = tail.lastIndexOf(Buffer.from('PK\x05\x06'))
  if (end < 0 || end + 22 > tail.length) throw refuse('it is no zip file')
  const count = tail.readUInt16LE(end + 10)
  const length = tail.readUInt32LE(end + 12)
  const start = tail.readUInt32LE(end + 16)
  if (count === 0xffff || start === 0xffffffff) throw refuse('it is of the zip64 kind')
  if (count > limits.files) throw refuse(`it holds ${count} files; ${limits.files} are allowed`)
  if (start + length > size) throw refuse('its list of files lies outside')
  const list = await bytes(file, start, length)
  const found: (Member & { readonly link: boolean })[] = []
  for (let at = 0, n = 0; n < count; n++) {
    if (at + 46 > list.length || list.readUInt32LE(at) !== 0x02014b50) throw refuse('its list of files is broken')
    const nameLength = list.readUInt16LE(at + 28)
    const mode = list.readUInt32LE(at + 38) >>> 16
    if ((list.readUInt16LE(at + 8) & 1) !== 0) throw refuse('it is encrypted')
    found.push({
      path: list.toString('utf8', at + 46, at + 46 + nameLength),
      method: list.readUInt16LE(at + 10),
      packed: list.readUInt32LE(at + 20),
      size: list.readUInt32LE(at + 24),
      at: list.readUInt32LE(at + 42),
      link: (mode & 0o170000) === 0o120000,
    })
    at += 46 + nameLength + list.readUInt16LE(at + 30) + list.readUInt16LE(at + 32)
  }
  return found
}

/** Where a member's packed bytes lie: behind its own header, whose name may be of another length than the list says. */
async function span(file: FileHandle, member: Member): Promise<readonly [start: number, end: number]> {
  const header = await bytes(file, member.at, 30)
  if (header.readUInt32LE(0) !== 0x04034b50) throw refuse(`${stripHidden(member.path)} is not where the list says`)
  const start = member.at + 30 + header.readUInt16LE(26) + header.readUInt16LE(28)
  return [start, start + member.packed]
}
