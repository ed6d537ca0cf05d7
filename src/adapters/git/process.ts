/** One git process on one repository: its surroundings, its time limit, and errors without what must not be said. */
import { randomBytes } from 'node:crypto'
import { execa } from 'execa'

/**
 * Whatever git variables and settings surround us (a hook's, a person's templates and signing) are not this
 * repository's.
 */
const surroundings = Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith('GIT_')))
const nobody = { GIT_AUTHOR_NAME: 'vps-test', GIT_AUTHOR_EMAIL: 'vps-test@lab.invalid', GIT_COMMITTER_NAME: 'vps-test' }
const quiet = {
  GIT_CONFIG_NOSYSTEM: '1',
  GIT_CONFIG_GLOBAL: '/dev/null',
  LC_ALL: 'C',
  GIT_TERMINAL_PROMPT: '0',
  GIT_ASKPASS: '',
  GIT_SSH_COMMAND: 'ssh -oBatchMode=yes',
}
/**
 * A transition is on the disk before the next action; other writers are waited for; nothing runs on after git has
 * answered.
 */
const settings = [
  '-c',
  'core.fsync=all',
  '-c',
  'core.filesRefLockTimeout=2000',
  '-c',
  'gc.auto=0',
  '-c',
  'maintenance.auto=false',
]

export interface GitOptions {
  readonly input?: string
  /** Settings for this process and its children alone: by environment, so that no list of processes shows them. */
  readonly config?: Readonly<Record<string, string>>
  readonly timeoutMs?: number
}

export interface GitAnswer {
  readonly stdout: Buffer
  readonly stderr: string
}

/** git ended badly. `words`: its stderr, scrubbed. */
export class GitError extends Error {
  readonly words: string
  readonly code: number | undefined
  constructor(command: string, words: string, code: number | undefined) {
    super(`git ${command}: ${words}`)
    this.name = 'GitError'
    this.words = words
    this.code = code
  }
}

export type Git = (args: readonly string[], options?: GitOptions) => Promise<GitAnswer>

/** git on the bare repository `dir` (null: on none yet). What `hidden` lists never stands in an error. */
export function gitIn(dir: string | null, hidden: readonly string[] = [], signal?: AbortSignal): Git {
  return async (args, { input, config = {}, timeoutMs = 30_000 } = {}) => {
    signal?.throwIfAborted()
    const pairs = Object.entries(config)
    const passed = Object.fromEntries([
      ['GIT_CONFIG_COUNT', String(pairs.length)],
      ...pairs.flatMap(([key, value], i) => [
        [`GIT_CONFIG_KEY_${i}`, key],
        [`GIT_CONFIG_VALUE_${i}`, value],
      ]),
    ])
    const result = await execa('git', [...(dir === null ? [] : [`--git-dir=${dir}`]), ...settings, ...args], {
      // The committer is another one each time: no two commits are the same, so that each writer knows its own.
      env: {
        ...surroundings,
        ...nobody,
        ...quiet,
        GIT_COMMITTER_EMAIL: `vps-test+${randomBytes(8).toString('hex')}@lab.invalid`,
        ...passed,
      },
      extendEnv: false,
      encoding: 'buffer',
      timeout: timeoutMs,
      maxBuffer: 1 << 29,
      reject: false,
      ...(input === undefined ? {} : { input }),
      ...(signal === undefined ? {} : { cancelSignal: signal }),
    })
    const stderr = scrub(Buffer.from(result.stderr ?? []).toString('utf8'), hidden)
    if (!result.failed) return { stdout: Buffer.from(result.stdout), stderr }
    signal?.throwIfAborted()
    const why = result.timedOut
      ? `no answer within ${timeoutMs} ms`
      : stderr.trim() || scrub(result.shortMessage ?? 'it did not start', hidden)
    throw new GitError(args[0] ?? '', why, result.exitCode)
  }
}

/** `text` without any of the secrets, the longest taken out first. */
export const scrub = (text: string, hidden: readonly string[]): string =>
  hidden
    .filter((h) => h !== '')
    .toSorted((a, b) => b.length - a.length)
    .reduce((t, h) => t.replaceAll(h, '***'), text)
