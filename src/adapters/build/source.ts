/** What git says about the directory that is built: the commit, and whether what lies there is that commit. */
import { dirname, join } from 'node:path'
import { quote } from '../../commands/quote.ts'
import type { SourceInfo } from '../../domain/build.ts'
import { Failure } from '../../domain/failure.ts'
import { gitAt, GitError } from '../git/process.ts'
import { changesIn } from './changes.ts'
import { reasonIn } from './process.ts'

type GitSource = Extract<SourceInfo, { kind: 'git' }>

/** Never throws for a directory without git: a project may be a plain folder, and the record then says so. */
export async function readSource(dir: string, signal: AbortSignal): Promise<SourceInfo> {
  const root = await git(dir, signal, 'rev-parse', '--show-toplevel').catch(orNone)
  if (typeof root !== 'string') return root
  const head = await git(dir, signal, 'rev-parse', '--verify', 'HEAD^{commit}').catch(orNone)
  if (typeof head !== 'string') return head
  const commit = commitName(head, dir)
  const [prefix, branch, tree, told] = await Promise.all([
    git(dir, signal, 'rev-parse', '--show-prefix'),
    git(dir, signal, 'branch', '--show-current'),
    git(dir, signal, 'rev-parse', '--verify', '--quiet', `${commit}:./`).catch(() => null),
    git(dir, signal, 'show', '--no-patch', '--no-show-signature', '--no-notes', '--format=%ct%n%s', commit),
  ])
  const [time = '', ...subject] = told.split('\n')
  const subdir = prefix.replace(/\/$/, '')
  return {
    kind: 'git',
    root,
    subdir,
    commit,
    tree: tree === null ? null : commitName(tree, dir),
    subject: subject.join('\n').slice(0, 300),
    time: Number(time),
    branch: branch === '' ? null : branch,
    dirty: await dirtyIn(root, subdir, signal),
  }
}

/** A commit is named by 40 or 64 hexadecimal digits and by nothing else. */
function commitName(text: string, dir: string): string {
  if (/^(?:[0-9a-f]{40}|[0-9a-f]{64})$/.test(text)) return text
  throw new Failure({ code: 'I310', message: `git in ${dir} names a commit as ${JSON.stringify(text.slice(0, 100))}` })
}

/**
 * Of the whole repository: a build reads what lies beside its workspace too. A lock file that no commit holds is made
 * by cargo where there is none, so that it is no change of the source.
 */
async function dirtyIn(root: string, subdir: string, signal: AbortSignal): Promise<GitSource['dirty']> {
  const above = ['']
  for (let at = subdir; at !== '' && at !== '.'; at = dirname(at)) above.push(at)
  const locks = new Set(above.map((folder) => join(folder, 'Cargo.lock')))
  return changesIn(root, signal, (entry) => entry.state === '??' && locks.has(entry.path))
}

/** Trimmed stdout of git; Failure I310 with git's own reason when it fails. */
export const git = async (dir: string, signal: AbortSignal, ...args: readonly string[]): Promise<string> =>
  gitTold(dir, signal, args)

export async function gitTold(
  dir: string,
  signal: AbortSignal,
  args: readonly string[],
  input?: string,
): Promise<string> {
  try {
    return (await gitAt(dir, signal)(args, input === undefined ? {} : { input, timeoutMs: 600_000 })).stdout
      .toString('utf8')
      .replace(/\n+$/, '')
  } catch (error) {
    if (!(error instanceof GitError)) throw error
    const owner = /dubious ownership/.test(error.words)
    throw new Failure(
      {
        code: 'I310',
        message: `git ${args[0] ?? ''} in ${dir}: ${reasonIn(error.words)}`,
        ...(owner ? { remedy: `git config --global --add safe.directory ${quote(dir)}` } : {}),
      },
      error,
    )
  }
}

function orNone(error: unknown): SourceInfo {
  if (!(error instanceof Failure)) throw error
  return { kind: 'none', why: error.message }
}
