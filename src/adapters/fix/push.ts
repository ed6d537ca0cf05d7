/** Pushes the branch of a fix by its name: never by force, never another branch, and nothing that a person kept back. */
import { isAbsolute, join, resolve } from 'node:path'
import { isFixBranch } from '../../domain/fix/branch.ts'
import { authorizationFor, type Login } from '../../domain/login.ts'
import { stripHidden } from '../../domain/text.ts'
import type { PushAsked } from '../../ports/fixer.ts'
import { gitTold } from '../build/source.ts'
import { GitError, gitIn, type Git } from '../git/process.ts'
import { partsOf } from '../git/remote.ts'

export interface FixPush extends PushAsked {
  /** The person's checkout: its remote is read there. */
  readonly checkout: string
  /** Ours, with the commit. */
  readonly clone: string
  readonly login?: Login
}

/** Null: the remote has the branch at this commit; otherwise why not. */
export async function pushFault(o: FixPush, signal: AbortSignal): Promise<string | null> {
  if (!isFixBranch(o.branch)) return `${stripHidden(o.branch, 200)} is no branch of a fix`
  const url = await remoteUrl(o.checkout, o.remote, ['--push'], signal)
  if (url === null) return `the checkout has no remote ${o.remote} that can be pushed to`
  try {
    return await push(o, url, signal)
  } catch (error) {
    signal.throwIfAborted()
    if (!(error instanceof GitError)) throw error
    // The report has the server's reason, of its own words.
    return stripHidden(`${error.words} ${error.report}`.replaceAll(/\s+/g, ' ').trim(), 300)
  }
}

async function push(o: FixPush, url: string, signal: AbortSignal): Promise<string | null> {
  const { git, ask } = remoteGit(o.clone, url, o.login, signal)
  const ref = `refs/heads/${o.branch}`
  const there = await refsOf(ask)
  if (there.main === null) return `${o.remote} does not say which branch is its main one`
  if (there.main === ref) return `${o.branch} is the main branch of ${o.remote}`
  const now = there.at.get(ref)
  if (now === o.commit) return null
  if (now !== undefined) return `${o.remote} has ${o.branch} at another commit, ${now.slice(0, 12)}`
  if (!(await isPublished(git, ask, o.parent)))
    return `${o.remote} does not have the tested commit ${o.parent.slice(0, 12)}: what a person did not push is not pushed for them`
  await ask('push', '--quiet', '--porcelain', '--no-verify', '--no-recurse-submodules', 'fix', `${o.commit}:${ref}`)
  return null
}

/** git in our clone, and what it asks the remote `fix`; no program is started for it but git's own and ssh. */
export function remoteGit(clone: string, url: string, login: Login | undefined, signal: AbortSignal) {
  const authorization = authorizationFor(url, login) ?? undefined
  const git = gitIn(join(clone, '.git'), partsOf(authorization), signal)
  const config = {
    'remote.fix.url': url,
    'protocol.allow': 'never',
    ...Object.fromEntries(['file', 'http', 'https', 'ssh'].map((p) => [`protocol.${p}.allow`, 'always'])),
    ...(authorization === undefined ? {} : { [`http.${url}.extraheader`]: `Authorization: ${authorization}` }),
    'http.lowSpeedLimit': '100',
    'http.lowSpeedTime': '20',
  }
  const ask: Ask = async (...args) => (await git(args, { config, timeoutMs: 120_000 })).stdout.toString('utf8')
  return { git, ask }
}

export type Ask = (...args: readonly string[]) => Promise<string>

export async function refsOf(
  ask: Ask,
): Promise<{ readonly main: string | null; readonly at: ReadonlyMap<string, string> }> {
  const lines = (await ask('ls-remote', '--symref', 'fix', 'HEAD', 'refs/heads/*')).split('\n')
  const at = new Map(
    lines.flatMap((line) => {
      const [, commit, name] = /^([0-9a-f]{40,64})\t(.*)$/.exec(line) ?? []
      return commit === undefined || name === undefined ? [] : [[name, commit] as const]
    }),
  )
  return { main: lines.flatMap((l) => /^ref: (.*)\tHEAD$/.exec(l)?.[1] ?? [])[0] ?? null, at }
}

/** A branch of the remote holds it. */
async function isPublished(git: Git, ask: Ask, commit: string): Promise<boolean> {
  const kept = 'refs/vps-test/published'
  await ask(
    'fetch',
    '--quiet',
    '--prune',
    '--no-tags',
    '--no-write-fetch-head',
    '--no-recurse-submodules',
    'fix',
    `+refs/heads/*:${kept}/*`,
  )
  const { stdout } = await git(['for-each-ref', '--count=1', '--format=%(refname)', '--contains', commit, kept])
  return stdout.length > 0
}

/** Null: there is none, or none that is an address of a repository without credentials in it. */
export async function remoteUrl(
  checkout: string,
  remote: string,
  how: readonly string[],
  signal: AbortSignal,
): Promise<string | null> {
  const told = await gitTold(checkout, signal, ['remote', 'get-url', ...how, '--', remote]).catch((error: unknown) => {
    signal.throwIfAborted()
    if (error instanceof Error) return ''
    throw error
  })
  const [url = ''] = told.split('\n')
  if (/[\p{Cc}]/u.test(url) || /^https?:\/\/[^/]*@/i.test(url)) return null
  if (isAbsolute(url)) return url
  if (/^\.{1,2}\//.test(url)) return resolve(checkout, url)
  return /^(?:https?|ssh|file):\/\//.test(url) || /^(?:[\w.-]+@)?[\w.-]+:(?!:)[^:]/.test(url) ? url : null
}
