/** What of a person's own git settings is taken over: how to reach a server, and how a file maps to its content. */
import { runProcess } from '../process.ts'

export type Purpose = 'a ledger' | 'a working tree'

export type Setting = readonly [key: string, value: string]

export interface PersonsSettings {
  /** In git's order; a key may stand several times. */
  readonly config: readonly Setting[]
  /** Value of GIT_SSH_COMMAND; it never asks. */
  readonly ssh: string
}

/**
 * `safe.directory` is a person's trust in a repository of another owner. Without filters and line endings a clean file
 * would look changed. A proxy and its certificates are the way out of a house. Nothing else changes an answer.
 */
const taken: Readonly<Record<Purpose, RegExp>> = {
  'a ledger': /^(?:safe\.directory|https?\.(?:.*\.)?(?:proxy\w*|ssl(?:cainfo|capath|cert|key|backend)))$/i,
  'a working tree': /^(?:safe\.directory|filter\..*|core\.(?:autocrlf|eol))$/i,
}

let reading: Promise<readonly Setting[]> | undefined

/** Read once: of the person and the system, never of a repository. */
export async function settingsOf(purpose: Purpose): Promise<PersonsSettings> {
  reading ??= readAll()
  const all = await reading
  return { config: all.filter(([key]) => taken[purpose].test(key)), ssh: sshOf(all) }
}

function sshOf(all: readonly Setting[]): string {
  const own = process.env['GIT_SSH_COMMAND'] || all.findLast(([key]) => key === 'core.sshcommand')?.[1] || 'ssh'
  return /^\S*ssh\b/.test(own) ? `${own} -oBatchMode=yes` : own
}

async function readAll(): Promise<readonly Setting[]> {
  const kept = Object.entries(process.env).filter(
    ([name]) => !name.startsWith('GIT_') || /^GIT_CONFIG_(?:GLOBAL|SYSTEM|NOSYSTEM)$/.test(name),
  )
  const { ending, stdout } = await runProcess(['git', 'config', '--list', '--null', '--show-scope', '--includes'], {
    cwd: '/',
    env: { ...Object.fromEntries(kept), GIT_CEILING_DIRECTORIES: '/', LC_ALL: 'C' },
    timeoutMs: 20_000,
  })
  // Settings that cannot be read are none: git itself will say what is wrong where it matters.
  if (ending.kind !== 'exited' || ending.code !== 0) return []
  const words = stdout.toString('utf8').split('\0')
  return words.flatMap((scope, i) => {
    const text = words[i + 1] ?? ''
    if (i % 2 !== 0 || (scope !== 'system' && scope !== 'global')) return []
    const at = text.indexOf('\n')
    // A key without a value is one that is true.
    return [at < 0 ? [text, 'true'] : [text.slice(0, at), text.slice(at + 1)]] satisfies readonly Setting[]
  })
}
