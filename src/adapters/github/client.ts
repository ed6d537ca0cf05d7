/**
 * The official client for one repository, with a limit on every request, a few more tries for questions, and failures
 * that name the permission that is missing.
 */
import { setTimeout as wait } from 'node:timers/promises'
import { getOctokit } from '@actions/github'
import { Failure } from '../../domain/failure.ts'
import { stripHidden } from '../../domain/text.ts'

export interface ForgeOptions {
  /** `owner/name`. */
  readonly repository: string
  readonly token: string
  /** `https://api.github.com`, or what GITHUB_API_URL says. */
  readonly apiUrl: string
  readonly signal: AbortSignal
  /** Of one request; 20 s unless told. */
  readonly timeoutMs?: number
  /** Before the second try; doubled before the third. 1 s unless told. */
  readonly pauseMs?: number
}

export interface Client {
  readonly owner: string
  readonly repo: string
  readonly rest: ReturnType<typeof getOctokit>['rest']
  readonly paginate: ReturnType<typeof getOctokit>['paginate']
}

const tries = 3
const longestPauseMs = 30_000

export function openClient(options: ForgeOptions): Client {
  const [owner, repo, ...more] = options.repository.split('/')
  if (owner === undefined || repo === undefined || owner === '' || repo === '' || more.length > 0)
    throw new Failure({
      code: 'U450',
      message: `a repository is named owner/name, not ${stripHidden(options.repository)}`,
    })
  if (options.token === '')
    throw new Failure({
      code: 'U451',
      message: `no token for ${stripHidden(options.repository)}: the input github-token is empty`,
    })
  const timeoutMs = options.timeoutMs ?? 20_000
  // Without `request` here: it would drop the proxy that the official package puts in.
  const octokit = getOctokit(options.token, { baseUrl: options.apiUrl.replace(/\/+$/, ''), log: silent })
  octokit.hook.wrap('request', async (request, asked) => {
    for (let attempt = 1; ; attempt++) {
      options.signal.throwIfAborted()
      const limit = AbortSignal.timeout(timeoutMs)
      try {
        // Changed in place: the hook of authentication lies further in and was given this very object, whatever is
        // passed on here.
        Object.assign(asked.request, { signal: AbortSignal.any([options.signal, limit]) })
        return await request(asked)
      } catch (error) {
        options.signal.throwIfAborted()
        const pause = pauseMs(error, attempt, options.pauseMs ?? 1000)
        // Only questions are asked again: what was a change may have happened.
        if (asked.method !== 'GET' || attempt === tries || pause === undefined)
          throw limit.aborted ? new NoAnswer(timeoutMs, asked.method !== 'GET') : error
        await wait(pause, undefined, { signal: options.signal })
      }
    }
  })
  return { owner, repo, rest: octokit.rest, paginate: octokit.paginate }
}

/** Every call passes here: what was asked in a person's words, and the permission it needs (`issues: write`). */
export async function asking<T>(what: string, permission: string, call: () => Promise<T>): Promise<T> {
  try {
    return await call()
  } catch (error) {
    const status = statusOf(error)
    // Without a status it is no answer of GitHub's: the caller's own abort, or a mistake of ours.
    if (status === undefined && !(error instanceof NoAnswer)) throw error
    const said = error instanceof Error ? stripHidden(error.message, 300) : 'no reason'
    const grant = `give the job in its workflow file: permissions: { ${permission} }`
    if (error instanceof NoAnswer || status === undefined)
      throw new Failure({ code: 'I454', message: `GitHub did not answer when asked to ${what}: ${said}` }, error)
    if (status === 401)
      throw new Failure(
        {
          code: 'I450',
          message: `GitHub does not accept the token, when asked to ${what}`,
          remedy: 'pass github-token: ${{ github.token }}',
        },
        error,
      )
    if (
      status === 429 ||
      (status === 403 && (header(error, 'x-ratelimit-remaining') === '0' || header(error, 'retry-after') !== undefined))
    ) {
      throw new Failure(
        {
          code: 'I453',
          message: `GitHub's rate limit is reached; it did not ${what}: ${said}`,
          remedy: 'gh run rerun --failed  # in an hour',
        },
        error,
      )
    }
    if (status === 403)
      throw new Failure({ code: 'I451', message: `the token may not ${what}: ${said}`, remedy: grant }, error)
    if (status === 404)
      throw new Failure(
        {
          code: 'I452',
          message: `GitHub cannot ${what}: not found, or hidden from this token`,
          remedy: grant,
        },
        error,
      )
    if (status >= 500)
      throw new Failure(
        {
          code: 'I454',
          message: `GitHub could not ${what}: ${said} (${status})`,
          remedy: 'gh run rerun --failed  # when githubstatus.com says that all is well',
        },
        error,
      )
    throw new Failure({ code: 'I455', message: `GitHub refused to ${what}: ${said} (${status})` }, error)
  }
}

export const statusOf = (error: unknown): number | undefined =>
  error instanceof Error && 'status' in error && typeof error.status === 'number' ? error.status : undefined

/** `undefined`: there is no use in asking again, or not within the time that a job may wait. */
function pauseMs(error: unknown, attempt: number, first: number): number | undefined {
  const status = statusOf(error)
  if (status !== undefined && status !== 429 && status < 500) return undefined
  const asked = Number(header(error, 'retry-after') ?? 'none')
  if (Number.isFinite(asked)) return asked * 1000 <= longestPauseMs ? Math.max(0, asked * 1000) : undefined
  return first * 2 ** (attempt - 1)
}

function header(error: unknown, name: string): string | undefined {
  const response = error instanceof Error && 'response' in error ? error.response : undefined
  const headers =
    typeof response === 'object' && response !== null && 'headers' in response
      ? (response.headers as Readonly<Record<string, unknown>>)
      : {}
  return headers[name] === undefined ? undefined : String(headers[name])
}

class NoAnswer extends Error {
  constructor(timeoutMs: number, changing: boolean) {
    super(`not in ${timeoutMs / 1000} s${changing ? ', so it is not known whether it was done' : ''}`)
  }
}

const silent = { debug: () => undefined, info: () => undefined, warn: () => undefined, error: () => undefined }
