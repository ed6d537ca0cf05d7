/**
 * The branch of a remote repository as the truth: looked at before each reading, moved by a push that names what it
 * replaces.
 */
import { randomInt } from 'node:crypto'
import { setTimeout as wait } from 'node:timers/promises'
import { quote } from '../../commands/quote.ts'
import { Failure, isFailure } from '../../domain/failure.ts'
import { branch, create, locked } from './place.ts'
import type { Git } from './process.ts'
import { branchInTheWay, contended, refusal, ledgerUnreachable } from './refusal.ts'
import type { Store } from './store.ts'

export interface RemoteOptions {
  readonly url: string
  /** Value of the HTTP header `Authorization`. */
  readonly authorization?: string
}

const networkTimeoutMs = 60_000
/** How often a remote that does not answer, or shows less than it did, is asked again. */
const patience = 3

/** Rounds of several writers fall apart by chance. Bounded: at most two seconds. */
export async function pause(round: number, signal?: AbortSignal): Promise<void> {
  await wait(randomInt(20, Math.min(2000, 100 * 2 ** round)), undefined, signal === undefined ? {} : { signal }).catch(
    () => {
      signal?.throwIfAborted()
    },
  )
}

/** What of the authorization must never be said: the value, its credentials, and the token in them. */
export function partsOf(authorization: string | undefined): readonly string[] {
  if (authorization === undefined || authorization === '') return []
  const credentials = authorization.slice(authorization.indexOf(' ') + 1)
  const decoded = Buffer.from(credentials, 'base64').toString('utf8')
  const token = decoded.includes(':') ? [decoded, decoded.slice(decoded.indexOf(':') + 1)] : []
  return [authorization, credentials, ...token].filter((part) => part.trim().length >= 4)
}

export function checkRemote({ url, authorization = '' }: RemoteOptions): void {
  if (/^https?:\/\/[^/]*@/i.test(url))
    throw new Failure({
      code: 'U260',
      message:
        'the URL of the ledger holds credentials, which lists of processes would show; the token is given apart from it',
    })
  if (/[\r\n\0]/.test(url + authorization))
    throw new Failure({
      code: 'U260',
      message: 'the URL or the authorization of the ledger holds a line break',
    })
}

export function remoteOf(
  dir: string,
  git: Git,
  store: Store,
  { url, authorization }: RemoteOptions,
  signal?: AbortSignal,
) {
  const config = {
    'remote.ledger.url': url,
    // For this URL alone: a redirection elsewhere does not get it.
    ...(authorization === undefined || authorization === ''
      ? {}
      : { [`http.${url}.extraheader`]: `Authorization: ${authorization}` }),
    'http.lowSpeedLimit': '100',
    'http.lowSpeedTime': '20',
  }
  const network = async (args: readonly string[]): Promise<string> =>
    (await git(args, { config, timeoutMs: networkTimeoutMs })).stdout.toString('utf8')

  /** Asks until there is an answer, a few times; a refusal is one. */
  const patiently = async (args: readonly string[]): Promise<string> => {
    for (let round = 0; ; round++) {
      try {
        return await network(args)
      } catch (error) {
        signal?.throwIfAborted()
        const no = refusal(error, url)
        if (no !== undefined) throw no
        if (round + 1 >= patience) throw ledgerUnreachable(error, url)
        await pause(round, signal)
      }
    }
  }
  /** Refs that git's push would take for the branch, or beside it. */
  let twins: readonly string[] = []
  /** A branch below ours: ours cannot be made. */
  let below: string | undefined
  /** git lists every ref whose name ends like this one, `refs/heads/a/refs/heads/…` before it. */
  const ask = async (): Promise<string | null> => {
    const lines = (await patiently(['ls-remote', 'ledger', branch, `${branch}/*`])).split('\n')
    const found = new Map(
      lines.flatMap((line) => {
        const [, commit, name] = /^([0-9a-f]{40,64})\t(.*)$/.exec(line) ?? []
        return commit === undefined || name === undefined ? [] : [[name, commit]]
      }),
    )
    twins = ['refs', 'refs/heads', 'refs/tags', 'refs/remotes']
      .map((above) => `${above}/${branch}`)
      .filter((name) => found.has(name))
    below = [...found.keys()].find((name) => name.startsWith(`${branch}/`))
    return found.get(branch) ?? null
  }
  const fetch = async (): Promise<void> => {
    await patiently([
      'fetch',
      '--quiet',
      '--no-tags',
      '--no-write-fetch-head',
      '--no-recurse-submodules',
      'ledger',
      branch,
    ])
  }

  /** The cache is only ever moved forward; that another process, or a dead one's lock, was first does no harm. */
  const remember = async (to: string, from: string | null): Promise<void> => {
    await store.move(to, from).catch(async () => {
      await locked(dir)
    })
  }

  /** The remote's commit, with all its objects here. */
  const tip = async (): Promise<string | null> => {
    await create(dir)
    for (let round = 0; ; round++) {
      // Read before asking: what the remote says afterwards can only have grown from it.
      const seen = await store.tip()
      const there = await ask()
      if (there === seen) return there
      if (there !== null) {
        await fetch()
        if ((await store.has(there)) && (seen === null || (await store.follows(seen, there)))) {
          await remember(there, seen)
          return there
        }
      }
      // A server of several machines may show a moment's old state; what stays away was taken away.
      if (round >= patience) {
        const how = there === null ? 'is gone' : 'was rewritten'
        throw new Failure({
          code: 'H013',
          message: `the branch vps-test-ledger of ${url} ${how} since it was last read: ${seen ?? 'nothing'} is not in it any more; the copy of what was seen is in ${dir}`,
          remedy: `git --git-dir=${dir} log ${branch}`,
        })
      }
      await pause(round, signal)
    }
  }

  /** Pushes in a row that failed for no reason the other side gave. */
  let troubles = 0
  /**
   * True: the commit is in the branch. False: another was faster, or the answer was lost on its way: re-read and decide
   * again.
   */
  const publish = async (commit: string, old: string | null): Promise<boolean> => {
    if (below !== undefined) throw branchInTheWay(url, below)
    const [twin] = twins
    if (twin !== undefined)
      throw new Failure({
        code: 'U265',
        message: `${url} has a ref ${twin}, which git cannot tell from the branch vps-test-ledger in a push`,
        remedy: `git push ${quote(url)} --delete ${twin}`,
      })
    try {
      await network([
        'push',
        '--quiet',
        '--porcelain',
        '--no-verify',
        '--no-recurse-submodules',
        `--force-with-lease=${branch}:${old ?? ''}`,
        'ledger',
        `${commit}:${branch}`,
      ])
    } catch (error) {
      signal?.throwIfAborted()
      const now = await tip().catch((after: unknown) => {
        throw isFailure(after, 'I260')
          ? ledgerUnreachable(error, url, '; whether the last entry was written is not known')
          : after
      })
      if (now !== null && (await store.has(commit)) && (await store.follows(commit, now))) return true
      if (now !== old || contended(error)) return false
      const no = refusal(error, url)
      if (no !== undefined) throw no
      if (++troubles < patience) return false
      troubles = 0
      throw ledgerUnreachable(error, url)
    }
    troubles = 0
    await remember(commit, old)
    return true
  }

  return { tip, publish }
}
