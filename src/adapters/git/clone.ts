/**
 * The ledger as a repository on this machine has it, a person's own clone included: only read, and nothing is asked of
 * another machine.
 */
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { quote } from '../../commands/quote.ts'
import type { Entry } from '../../domain/ledger.ts'
import { branch } from './place.ts'
import { GitError, gitIn, type Git } from './process.ts'
import { refsIn } from './answers.ts'
import { storeIn } from './store.ts'
import { stripHidden } from '../../domain/text.ts'

export type Reading =
  | { readonly kind: 'entries'; readonly entries: readonly Entry[] }
  | { readonly kind: 'no ledger'; readonly why: string }

const tracked = branch.replace('refs/heads/', 'refs/remotes/origin/')
const name = branch.replace('refs/heads/', '')

/**
 * `place`: a bare repository, or one with a working tree. Of a clone's own branch and what it fetched of origin's, the
 * one that has all of the other.
 */
export async function readClone(place: string, session: string): Promise<Reading> {
  const dir = existsSync(join(place, '.git')) ? join(place, '.git') : place
  // A clone without blobs would fetch them, and keep them.
  const git: Git = (args, options = {}) =>
    gitIn(dir)(args, { ...options, config: { ...options.config, 'protocol.allow': 'never' } })
  const store = storeIn(dir, git)
  const none = (why: string): Reading => ({ kind: 'no ledger', why: `${place} ${why}` })
  let refs: ReadonlyMap<string, string>
  try {
    const { stdout, stderr } = await git(['for-each-ref', '--format=%(objectname) %(refname)', branch, tracked])
    // A branch that cannot be read is only warned about.
    if (stderr !== '') return none(`is damaged: ${stripHidden(stderr.trim(), 300)}`)
    refs = refsIn(stdout)
  } catch (error) {
    if (!(error instanceof GitError)) throw error
    return none(
      /not a git repository/.test(error.words)
        ? 'is no git repository'
        : `cannot be read by git: ${stripHidden(error.words, 300)}`,
    )
  }
  const [here, origins] = [refs.get(branch), refs.get(tracked)]
  const own = here ?? origins
  if (own === undefined) return none(`has no branch ${name}; try: git -C ${quote(place)} fetch origin ${name}:${name}`)
  const ahead = origins !== undefined && (await store.follows(own, origins))
  // Two histories of one ledger: one of them was written anew.
  if (origins !== undefined && !ahead && !(await store.follows(origins, own)))
    return none(`has two histories of ${name}, its own and origin's, and neither holds all of the other`)
  const tip = ahead ? origins : own
  return { kind: 'entries', entries: await store.read(session, tip) }
}
