/** The one way to run git: its surroundings, its time limit, and errors without what must not be said. */
import { randomBytes } from 'node:crypto'
import { runProcess, type ProcessEnd } from '../process.ts'
import { settingsOf, type Purpose } from './settings.ts'

/**
 * What a hook, an alias or a person set for another repository is not for this one: variables that begin with GIT_ stay
 * out, and so do the settings of the person and the system but for those that {@link settingsOf} names.
 */
const surroundings = Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith('GIT_')))
const nobody = { GIT_AUTHOR_NAME: 'vps-test', GIT_AUTHOR_EMAIL: 'vps-test@lab.invalid', GIT_COMMITTER_NAME: 'vps-test' }
const quiet = {
  GIT_CONFIG_NOSYSTEM: '1',
  GIT_CONFIG_GLOBAL: '/dev/null',
  GIT_NO_REPLACE_OBJECTS: '1',
  GIT_ATTR_NOSYSTEM: '1',
  LC_ALL: 'C',
  GIT_TERMINAL_PROMPT: '0',
  GIT_ASKPASS: '',
}
/**
 * A transition is on the disk before the next action; other writers are waited for; nothing runs on after git has
 * answered; no hook, watcher, pager or check of signatures changes or delays an answer.
 */
const settings: Readonly<Record<string, string>> = {
  'core.fsync': 'all',
  'core.filesRefLockTimeout': '2000',
  'gc.auto': '0',
  'maintenance.auto': 'false',
  'core.hooksPath': '/dev/null',
  'core.fsmonitor': 'false',
  'core.quotePath': 'false',
  'core.excludesFile': '/dev/null',
  'core.attributesFile': '/dev/null',
  'log.showSignature': 'false',
  'advice.detachedHead': 'false',
}

export interface GitOptions {
  readonly input?: string
  /** Settings for this process and its children alone: by environment, so that no list of processes shows them. */
  readonly config?: Readonly<Record<string, string>>
  readonly env?: Readonly<Record<string, string>>
  readonly timeoutMs?: number
}

export interface GitAnswer {
  readonly stdout: Buffer
  readonly stderr: string
}

/** git ended badly. `words`: its stderr; `report`: its stdout, where a push says what became of each ref. Scrubbed. */
export class GitError extends Error {
  readonly words: string
  readonly code: number | undefined
  readonly report: string
  constructor(command: string, words: string, code: number | undefined, report = '') {
    super(`git ${command}: ${words}`)
    this.name = 'GitError'
    this.words = words
    this.code = code
    this.report = report
  }
}

export type Git = (args: readonly string[], options?: GitOptions) => Promise<GitAnswer>

/** git on the bare repository `dir` (null: on none yet). What `hidden` lists never stands in an error. */
export const gitIn = (dir: string | null, hidden: readonly string[] = [], signal?: AbortSignal): Git =>
  runner('a ledger', dir === null ? {} : { dir }, hidden, signal)

/** git on the repository whose working tree holds `place`. */
export const gitAt = (place: string, signal?: AbortSignal): Git => runner('a working tree', { place }, [], signal)

function runner(
  purpose: Purpose,
  { dir, place }: { readonly dir?: string; readonly place?: string },
  hidden: readonly string[],
  signal?: AbortSignal,
): Git {
  return async (args, { input, config = {}, env = {}, timeoutMs = 60_000 } = {}) => {
    signal?.throwIfAborted()
    const persons = await settingsOf(purpose)
    const pairs = [...persons.config, ...Object.entries({ ...settings, ...config })]
    const passed = Object.fromEntries([
      ['GIT_CONFIG_COUNT', String(pairs.length)],
      ...pairs.flatMap(([key, value], i) => [
        [`GIT_CONFIG_KEY_${i}`, key],
        [`GIT_CONFIG_VALUE_${i}`, value],
      ]),
    ])
    const done = await runProcess(['git', ...(dir === undefined ? [] : [`--git-dir=${dir}`]), ...args], {
      ...(place === undefined ? {} : { cwd: place }),
      // The committer is another one each time: no two commits are the same, so that each writer knows its own.
      env: {
        ...surroundings,
        ...nobody,
        ...quiet,
        ...(purpose === 'a working tree' ? { GIT_OPTIONAL_LOCKS: '0', GIT_DISCOVERY_ACROSS_FILESYSTEM: '1' } : {}),
        GIT_SSH_COMMAND: persons.ssh,
        GIT_COMMITTER_EMAIL: `vps-test+${randomBytes(8).toString('hex')}@lab.invalid`,
        ...env,
        ...passed,
      },
      timeoutMs,
      keepBytes: 1 << 29,
      refuseMore: true,
      ...(input === undefined ? {} : { input }),
      signal,
    })
    const stderr = scrub(done.stderr.toString('utf8'), hidden)
    if (done.ending.kind === 'exited' && done.ending.code === 0) return { stdout: done.stdout, stderr }
    const code = done.ending.kind === 'exited' ? done.ending.code : undefined
    throw new GitError(args[0] ?? '', why(done, stderr, timeoutMs, hidden), code, scrub(shown(done.stdout), hidden))
  }
}

function why({ ending }: ProcessEnd, stderr: string, timeoutMs: number, hidden: readonly string[]): string {
  switch (ending.kind) {
    case 'late':
      return `no answer within ${timeoutMs} ms`
    case 'too much':
      return 'its answer is larger than what is read'
    case 'not started':
      return scrub(ending.errno === 'ENOENT' ? 'git is not installed here' : ending.why, hidden)
    case 'signalled':
      return stderr.trim() || `it was ended by ${ending.signal}`
    case 'exited':
      return stderr.trim() || `exit code ${ending.code}`
  }
}

const shown = (stdout: Buffer): string => stdout.subarray(0, 1 << 16).toString('utf8')

/** `text` without any of the secrets, the longest taken out first. */
export const scrub = (text: string, hidden: readonly string[]): string =>
  hidden
    .filter((h) => h !== '')
    .toSorted((a, b) => b.length - a.length)
    .reduce((t, h) => t.replaceAll(h, '***'), text)
