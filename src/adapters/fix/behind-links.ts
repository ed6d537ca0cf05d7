/** The other names of a file of a commit: each path that a link on the way to it leads through. */
import { lstat, readlink } from 'node:fs/promises'
import { join, posix } from 'node:path'

/** As the kernel's own bound. */
const mostLinks = 40

/** Of each name, from the workspace and from the top of the tree; paths within the tree. */
export async function behindLinks(
  tree: string,
  workspace: string,
  names: readonly string[],
): Promise<readonly string[]> {
  const places = names.flatMap((name) => [posix.join(workspace, name), posix.normalize(name)])
  const found = await Promise.all([...new Set(places)].map((place) => throughLinks(tree, place)))
  return [...new Set(found.flat())]
}

/** Each one is told: whoever replaces a link by a file has written the file that is read. */
async function throughLinks(tree: string, path: string): Promise<readonly string[]> {
  const seen = new Set([path])
  let at = path
  while (seen.size <= mostLinks) {
    const next = await firstLinkFollowed(tree, at)
    if (next === null || seen.has(next)) break
    seen.add(next)
    at = next
  }
  return [...seen].slice(1)
}

/** Null: no part of it is a link, or it leads out of the tree. */
async function firstLinkFollowed(tree: string, path: string): Promise<string | null> {
  const parts = path.split('/')
  for (const i of parts.keys()) {
    const link = parts.slice(0, i + 1).join('/')
    const kind = await lstat(join(tree, link)).catch(() => null)
    if (kind === null) return null
    if (!kind.isSymbolicLink()) continue
    const target = await readlink(join(tree, link))
    const rest = parts.slice(i + 1)
    // A place on the machine of whoever made it: what it is called there.
    const next = target.startsWith('/')
      ? posix.join(posix.basename(target), ...rest)
      : posix.join(posix.dirname(link), target, ...rest)
    return next.startsWith('../') ? null : next
  }
  return null
}
