/** Whether a commit alone is the source: what a host that gets nothing but the commit could not check out. */
import type { SourceInfo } from '../../domain/build.ts'
import { gitAt } from '../git/process.ts'
import { pathsOutside } from './path-dependencies.ts'

type GitSource = Extract<SourceInfo, { kind: 'git' }>

/** One sentence that names it, or null. */
export async function besideTheCommit(source: GitSource, signal: AbortSignal): Promise<string | null> {
  const git = gitAt(source.root, signal)
  const tree = (await git(['ls-tree', '-r', '-z', source.commit])).stdout.toString('utf8').split('\0')
  const submodules = tree.flatMap((line) => (line.startsWith('160000 ') ? [line.slice(line.indexOf('\t') + 1)] : []))
  if (submodules.length > 0)
    return `the commit has ${named('submodule', submodules)}, which are repositories of their own`
  const all = tree.filter(Boolean).map((line) => line.slice(line.indexOf('\t') + 1))
  const within = source.subdir === '' ? '' : `${source.subdir}/`
  const manifests = all.filter((path) => path.startsWith(within) && /(?:^|\/)Cargo\.toml$/.test(path))
  const outside = await pathsOutside(manifests, (path) =>
    git(['cat-file', 'blob', `${source.commit}:${path}`]).then(
      ({ stdout }) => stdout.toString('utf8'),
      () => undefined,
    ),
  )
  if (outside.length > 0) return `the workspace depends on ${named('package', outside)} outside of the repository`
  const said = await git(['check-attr', '--cached', '-z', '--stdin', 'filter'], {
    input: all.map((file) => `${file}\0`).join(''),
    timeoutMs: 300_000,
  })
  const words = said.stdout.toString('utf8').split('\0')
  const filtered = words.flatMap((path, i) => {
    const value = words[i + 2] ?? ''
    return i % 3 !== 0 || path === '' || ['unspecified', 'unset', 'set', ''].includes(value) ? [] : [{ path, value }]
  })
  const [first] = filtered
  if (first === undefined) return null
  const paths = filtered.filter(({ value }) => value === first.value).map(({ path }) => path)
  return `the commit holds only what the filter ${first.value} made of ${named('file', paths)}`
}

const named = (what: string, paths: readonly string[]): string =>
  `${paths.length} ${what}${paths.length === 1 ? '' : 's'} (${paths.slice(0, 3).join(', ')}${paths.length > 3 ? ', …' : ''})`
