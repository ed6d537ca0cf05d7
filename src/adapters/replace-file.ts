/** A file replaced as a whole: written beside it, on the disk, and renamed over it; a failure leaves the old one. */
import { randomBytes } from 'node:crypto'
import { chown, open, realpath, rename, rm, stat } from 'node:fs/promises'
import { dirname } from 'node:path'
import { machineFault } from '../domain/machine-fault.ts'

/** A link stays one, and what it leads to is replaced; mode and, as far as allowed, owner stay. Failures: I103 to I106. */
export async function replaceFile(path: string, data: string | Uint8Array | Iterable<string>): Promise<void> {
  try {
    const place = await realpath(path).catch(() => path)
    const old = await stat(place).catch(() => undefined)
    const beside = `${place}.${randomBytes(4).toString('hex')}.new`
    try {
      const file = await open(beside, 'wx', old === undefined ? 0o666 : old.mode & 0o7777)
      try {
        await file.writeFile(data)
        await file.sync()
      } finally {
        await file.close()
      }
      if (old !== undefined) await chown(beside, old.uid, old.gid).catch(() => undefined)
      await rename(beside, place)
    } catch (error) {
      await rm(beside, { force: true }).catch(() => undefined)
      throw error
    }
    await syncDirectory(dirname(place))
  } catch (error) {
    throw machineFault(error) ?? error
  }
}

/** So that the new name is on the disk as well; some file systems do not offer it. */
async function syncDirectory(path: string): Promise<void> {
  const folder = await open(path, 'r').catch(() => undefined)
  await folder?.sync().catch(() => undefined)
  await folder?.close()
}
