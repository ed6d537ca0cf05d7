/** What keeps a change from being committed, one row for each reason: the first that holds is told. */
import type { ProjectConfig } from '../project.ts'
import type { GaveUpReason, TestedLocally } from './end.ts'

/** How the command, or a local test, ended. */
export type Ended =
  | { readonly kind: 'exited'; readonly code: number }
  | { readonly kind: 'signalled'; readonly signal: string }
  | { readonly kind: 'late' }
  | { readonly kind: 'too much output' }
  | { readonly kind: 'too much memory' }
  | { readonly kind: 'too many processes' }
  | { readonly kind: 'not started'; readonly why: string }

/** What a command left in its copy, against the commit that it was given. */
export interface Changed {
  readonly path: string
  readonly kind: 'added' | 'changed' | 'deleted'
  /** It matches one of the globs that the project names. */
  readonly allowed: boolean
}

export interface ChangeLook {
  readonly changed: readonly Changed[]
  /** Links, sockets, names that no path is, and what lies in git's own folder. */
  readonly irregular: readonly string[]
  readonly tooLarge: string | null
  /** Files in whose name or content a variable stands that the command was given and nobody else is. */
  readonly secret: readonly string[]
  readonly workflows: boolean
  /** Ends of paths of the profile and the fleet that the plan names. */
  readonly guarded?: readonly string[]
}

export interface Stopped {
  readonly reason: GaveUpReason
  readonly why: string
}

/** The first row that says something. */
const first = <T>(rows: readonly (readonly [GaveUpReason, (of: T) => string | null])[], of: T): Stopped | null => {
  for (const [reason, why] of rows) {
    const said = why(of)
    if (said !== null) return { reason, why: said }
  }
  return null
}

const named = (paths: readonly string[]): string => `${paths.slice(0, 5).join(', ')}${paths.length > 5 ? ', …' : ''}`

/** Null: the command ended well. */
export const endFault = (ended: Ended): Stopped | null =>
  first<Ended>(
    [
      ['too long', (e) => (e.kind === 'late' ? 'it was ended with everything that it had started' : null)],
      ['too much output', (e) => (e.kind === 'too much output' ? 'it was ended' : null)],
      ['too much memory', (e) => (e.kind === 'too much memory' ? 'it was ended' : null)],
      ['too many processes', (e) => (e.kind === 'too many processes' ? 'it was ended' : null)],
      ['command failed', (e) => (e.kind === 'exited' && e.code !== 0 ? `exit code ${e.code}` : null)],
      ['command failed', (e) => (e.kind === 'signalled' ? `ended by ${e.signal}` : null)],
      ['command failed', (e) => (e.kind === 'not started' ? e.why : null)],
    ],
    ended,
  )

/** Whatever the globs say: git's own files, what CI does, and what says how the program is tested. */
const never =
  /(?:^|\/)\.git(?:\/|$)|(?:^|\/)\.git(?:modules|attributes)$|(?:^|\/)vps-test\.ya?ml$|(?:^|\/)\.claude\/vps-test(?:\.ya?ml$|\/)/i
const workflow = /^\.github(?:\/|$)|(?:^|\/)action\.ya?ml$/i
const testFile = /(?:^|[/_.-])(?:tests?|specs?)(?:[/_.-]|$)/i

/** As file systems of other machines read a path: HFS+ and NTFS have more names than one for a file. */
const asElsewhere = (path: string): string =>
  path
    .normalize('NFKC')
    .replaceAll(/\p{Cf}/gu, '')
    .split('/')
    .map((part) => (/^gi[^~]*~\d/i.test(part) ? '.git' : part.replace(/:.*$|[. ]+$/, '')))
    .join('/')

/** Wherever in the repository the workspace lies: a name too many is no harm. */
const endsIn = (guarded: readonly string[], path: string): boolean => {
  const place = `/${asElsewhere(path).toLowerCase()}`
  return guarded.some((end) => place.endsWith(`/${end.toLowerCase()}`))
}

/** A file of the repository by the name that a configuration has for it; a plain name is none. */
export const guardedBy = (names: readonly string[]): readonly string[] =>
  names.filter((name) => /[/.]/.test(name)).map((name) => name.replace(/^(?:\.{0,2}\/)+/, ''))

/** The files of the repository by which its program is tested. */
export const guardedIn = (
  config: Pick<ProjectConfig, 'profile' | 'knownFailuresFile'>,
  fleet: string,
): readonly string[] =>
  guardedBy([
    config.profile,
    fleet,
    // A list that a fix may write would leave out what it did not mend.
    ...(config.knownFailuresFile === null ? [] : [`./${config.knownFailuresFile}`]),
  ])

/** Null: all of it may be committed. */
export const changeFault = (look: ChangeLook): Stopped | null =>
  first<ChangeLook>(
    [
      ['no regular file', ({ irregular }) => (irregular.length === 0 ? null : named(irregular))],
      ['too large', ({ tooLarge }) => tooLarge],
      ['a secret', ({ secret }) => (secret.length === 0 ? null : named(secret))],
      ['no change', ({ changed }) => (changed.length === 0 ? 'its copy is as it was' : null)],
      [
        'outside its paths',
        ({ changed, workflows, guarded = [] }) => {
          const is = (rule: RegExp, path: string): boolean => rule.test(path) || rule.test(asElsewhere(path))
          const out = changed.filter(
            ({ path, allowed }) =>
              !allowed || is(never, path) || endsIn(guarded, path) || (!workflows && is(workflow, path)),
          )
          return out.length === 0 ? null : named(out.map((c) => c.path))
        },
      ],
      [
        'tests weakened',
        ({ changed }) => {
          const gone = changed.filter(({ kind, path }) => kind === 'deleted' && testFile.test(path))
          return gone.length === 0 ? null : `deleted: ${named(gone.map((c) => c.path))}`
        },
      ],
    ],
    look,
  )

/** A state or a change that this session had before. */
export interface Before {
  readonly trees: readonly string[]
  readonly diffs: readonly string[]
}
export const repeatFault = (before: Before, made: { readonly tree: string; readonly diff: string }): Stopped | null =>
  first<Before>(
    [
      ['same again', ({ trees }) => (trees.includes(made.tree) ? 'what it left was tested before' : null)],
      ['same again', ({ diffs }) => (diffs.includes(made.diff) ? 'the same lines as an earlier fix' : null)],
    ],
    before,
  )

/** Null: each command passes, and executes at least what it executed before. */
export const testsFault = (tests: readonly (TestedLocally & { readonly ended: Ended })[]): Stopped | null =>
  first<typeof tests>(
    [
      [
        'tests weakened',
        (all) => {
          const less = all.find((t) => t.before !== null && (t.after ?? 0) < t.before)
          return less === undefined
            ? null
            : `${less.command} executed ${less.before ?? 0} tests before and ${less.after ?? 'none that can be counted'} after`
        },
      ],
      [
        'tests failed',
        (all) => {
          const bad = all.find((t) => endFault(t.ended) !== null)
          return bad === undefined ? null : `${bad.command}: ${endFault(bad.ended)?.why ?? ''}`
        },
      ],
    ],
    tests,
  )
