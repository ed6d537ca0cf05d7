/** A file that a tested repository's configuration names by its path; never one outside of the repository. */
import { realpath } from 'node:fs/promises'
import { join, sep } from 'node:path'
import { quote } from '../commands/quote.ts'
import { Failure } from '../domain/failure.ts'
import { printable } from '../domain/text.ts'
import { readInput } from './context.ts'

export async function readBelow(dir: string, path: string, what: string): Promise<string> {
  const file = join(dir, path)
  const [root, real] = await Promise.all([realpath(dir), realpath(file).catch(() => file)])
  // A link may lead out of the repository: what is read there is no part of the tested commit.
  if (!`${real}${sep}`.startsWith(`${root}${sep}`))
    throw new Failure({
      code: 'U036',
      message: `${printable(path)} leads out of the repository`,
      remedy: `ls -l ${quote(file)}`,
    })
  return readInput(real, what)
}
