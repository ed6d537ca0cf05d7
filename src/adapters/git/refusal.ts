/** What git's words about a remote repository mean, as a failure whose remedy helps. */
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
const guarded = /GH006|GH013|[Pp]rotected branch|rule violations|hook declined|remote rejected/

/** git found the lock file of another, here. */
export const wasLocked = (error: unknown): boolean =>
  error instanceof GitError && /\.lock': File exists/.test(error.words)

export const contended = (error: unknown): boolean => error instanceof GitError && contention.test(error.words)

/** A refusal that asking again does not change, or undefined: then the remote repository was not reached. */
export function refusal(error: unknown, url: string): Failure | undefined {
  if (!(error instanceof GitError) || contended(error)) return undefined
  const { words } = error
  if (unauthenticated.test(words))
    return new Failure(
      {
        code: 'U261',
        message: `${url} does not accept the token for the ledger: ${said(words)}`,
        remedy: 'give the job in its workflow file: permissions: { contents: write }',
      },
      error,
    )
  if (denied.test(words))
    return new Failure(
      {
        code: 'U262',
        message: `the token may not write the ledger in ${url} (a run for a pull request from a fork never may, and never writes): ${said(words)}`,
        remedy: 'give the job in its workflow file: permissions: { contents: write }',
      },
      error,
    )
  if (missing.test(words))
    return new Failure(
      {
        code: 'U263',
        message: `no repository for the ledger at ${url}, or the token may not see it: ${said(words)}`,
        remedy: `git ls-remote ${url}`,
      },
      error,
    )
  if (guarded.test(words))
    return new Failure(
      {
        code: 'U264',
        message: `${url} refuses pushes to the branch vps-test-ledger; a rule protects it and has to exempt it: ${said(words)}`,
      },
      error,
    )
  return undefined
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
