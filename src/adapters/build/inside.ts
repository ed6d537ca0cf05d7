/** Whether a file that the project's code may have made is what it seems: a regular file of that directory. */
import { lstat, realpath } from 'node:fs/promises'
import { sep } from 'node:path'

/** A link would have us read, and publish, a file that the project's code could not; a pipe would hold us for ever. */
export async function isInside(file: string, dir: string): Promise<boolean> {
  const kind = await lstat(file).catch(() => undefined)
  return kind?.isFile() === true && (await realpath(file)).startsWith(`${await realpath(dir)}${sep}`)
}
