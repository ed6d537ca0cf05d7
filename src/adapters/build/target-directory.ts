/** Cargo's target directory of one checkout, and the end of those that nobody builds in any more. */
import { mkdir, readdir, stat, utimes } from 'node:fs/promises'
import { join } from 'node:path'
import { sha256 } from '../../domain/ledger.ts'

const kept = 6
/** A build that is running may be as old as its time limit. */
const youngMs = 2 * 3_600_000

/**
 * One directory for each place of a checkout. Two checkouts in one directory have the same fingerprint for cargo, which
 * then goes by the files' times:
 * the program of one commit would be taken for that of another.
 */
export async function targetDirectory(
  below: string,
  workspace: string,
  remove: (dir: string) => Promise<void>,
): Promise<string> {
  const own = join(below, sha256(workspace).slice(0, 16))
  await mkdir(own, { recursive: true })
  // It may belong to the sandbox's user, whose builds set its time as well.
  await utimes(own, new Date(), new Date()).catch(() => undefined)
  const others = await Promise.all(
    (await readdir(below, { withFileTypes: true }))
      .filter((d) => d.isDirectory())
      .map(async (d) => ({
        path: join(below, d.name),
        at: (await stat(join(below, d.name)).catch(() => undefined))?.mtimeMs ?? 0,
      })),
  )
  const old = others
    .toSorted((a, b) => b.at - a.at)
    .slice(kept)
    .filter((d) => d.path !== own && Date.now() - d.at > youngMs)
  await Promise.all(old.map((d) => remove(d.path)))
  return own
}
