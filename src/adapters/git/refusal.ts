/** What git's words about a remote repository mean, as a failure whose remedy helps. */
import { quote } from '../../commands/quote.ts'
import { Failure } from '../../domain/failure.ts'
import { GitError } from './process.ts'
import { stripHidden } from '../../domain/text.ts'

/** Somebody else was just writing there; nothing is wrong. */
const contention =
  /stale info|fetch first|non-fast-forward|cannot lock ref|failed to update ref|failed to lock|incorrect old value|reference already exists|but expected/
const unauthenticated =
  /Authentication failed|could not read (Username|Password)|Invalid username or (password|token)|error: 401|Permission denied \(publickey/
const missing = /repository .*not found|error: 404|does not appear to be a git repository|does not exist/i
const denied =
  /error: 403|Permission to .* denied|Write access to repository not granted|not allowed to push|Resource not accessible/
/** GitHub's words for a rule; other servers have a hook that says no in words of its own. */
const guarded = /GH006|GH013|[Pp]rotected branch|rule violations/
/** A branch below ours, or above it, stands where ours would be. */
const inTheWay = /'(refs\/heads\/[^'\s]+)' exists; cannot create '/
const full =
  /No space left on device|[Qq]uota exceeded|unpacker error|unable to create temporary (?:file|object)|Read-only file system/
const otherFormat = /mismatched algorithms|does not support this repository's hash algorithm/

/** What git itself says; lines after `remote:` are the server's and may hold any words. */
const ownWords = (words: string): string =>
  words
    .split('\n')
    .filter((line) => !line.startsWith('remote:'))
    .join('\n')

/** Why the server did not take the branch, of the report of `push --porcelain`: `!<tab>from:to<tab>[…] (why)`. */
const rejection = ({ report }: GitError): { readonly by: 'us' | 'server'; readonly why: string } | undefined => {
  const [, who, why] = /^!\t[^\t]*\t\[(rejected|remote rejected|remote failure)\](?: \((.*)\))?$/m.exec(report) ?? []
  return who === undefined ? undefined : { by: who === 'rejected' ? 'us' : 'server', why: why ?? '' }
}

/** git found the lock file of another, here. */
export const wasLocked = (error: unknown): boolean =>
  error instanceof GitError && /\.lock': File exists/.test(error.words)

export const contended = (error: unknown): boolean => {
  if (!(error instanceof GitError) || inTheWay.test(error.words)) return false
  return contention.test(rejection(error)?.why ?? ownWords(error.words))
}

/** The branch that keeps ours from being made, in the words of git or as it is listed. */
export const branchInTheWay = (url: string, other: string, cause?: unknown): Failure =>
  new Failure(
    {
      code: 'U266',
      message: `${url} has a branch ${stripHidden(other, 200)}, and git cannot have the branch vps-test-ledger beside it`,
      remedy: `git push ${quote(url)} --delete ${quote(other)}`,
    },
    cause,
  )

/** A refusal that asking again does not change, or undefined: then the remote repository was not reached. */
export function refusal(error: unknown, url: string): Failure | undefined {
  if (!(error instanceof GitError) || contended(error)) return undefined
  const rejected = rejection(error)
  if (rejected?.by === 'server') return rejectedByServer(error, rejected.why, url)
  const words = ownWords(error.words)
  if (otherFormat.test(words))
    return new Failure(
      {
        code: 'U268',
        message: `${url} is a repository with SHA-256, and ledgers are kept with SHA-1: name another one for the ledger`,
      },
      error,
    )
  if (unauthenticated.test(words))
    return new Failure(
      {
        code: 'U261',
        message: `${url} does not accept the token for the ledger: ${said(error.words)}`,
        remedy: 'give the job in its workflow file: permissions: { contents: write }',
      },
      error,
    )
  if (denied.test(words))
    return new Failure(
      {
        code: 'U262',
        message: `the token may not write the ledger in ${url} (a run for a pull request from a fork never may, and never writes): ${said(error.words)}`,
        remedy: 'give the job in its workflow file: permissions: { contents: write }',
      },
      error,
    )
  if (missing.test(words))
    return new Failure(
      {
        code: 'U263',
        message: `no repository for the ledger at ${url}, or the token may not see it: ${said(error.words)}`,
        remedy: `git ls-remote ${url}`,
      },
      error,
    )
  return undefined
}

function rejectedByServer(error: GitError, why: string, url: string): Failure {
  const told = said(`${why}; ${error.words.replaceAll(/^remote: ?/gm, '')}`)
  const other = inTheWay.exec(error.words)?.[1]
  if (other !== undefined) return branchInTheWay(url, other, error)
  if (full.test(why) || full.test(error.words))
    return new Failure({ code: 'I261', message: `${url} cannot store the ledger: ${told}` }, error)
  if (guarded.test(why) || guarded.test(error.words))
    return new Failure(
      {
        code: 'U264',
        message: `${url} refuses pushes to the branch vps-test-ledger; a rule protects it and has to exempt it: ${told}`,
      },
      error,
    )
  return new Failure(
    {
      code: 'U267',
      message: `the server of ${url} refuses the commits of the branch vps-test-ledger: ${told}`,
    },
    error,
  )
}

export const ledgerUnreachable = (error: unknown, url: string, note = ''): Failure =>
  new Failure(
    {
      code: 'I260',
      message: `cannot reach the ledger in ${url}: ${error instanceof GitError ? said(error.words) : 'no answer'}${note}`,
      remedy: `git ls-remote ${url}`,
    },
    error,
  )

/** The other side's words are hostile text: one line, bounded. */
const said = (words: string): string => stripHidden(words.trim().replace(/\s+/g, ' '), 300)
