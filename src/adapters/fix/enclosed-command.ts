/** One shell command of the project in a fresh copy of a commit, enclosed, and with an end whatever it does. */
import { join } from 'node:path'
import { homedir } from 'node:os'
import type { FixConfig } from '../../domain/fix/config.ts'
import type { Ended } from '../../domain/fix/guards.ts'
import { redactor } from '../../domain/secrets.ts'
import type { Log } from '../../ports.ts'
import { sourceCopy } from '../build/source-copy.ts'
import { runProcess, type ProcessEnd } from '../process.ts'
import { sandboxEnvironment, shownFor } from '../sandbox/policy.ts'
import { openSandbox, type SandboxWay } from '../sandbox/sandbox.ts'
import { watch, type Overrun } from '../sandbox/watch.ts'

export interface EnclosedCommand {
  /** The commit, checked out; a real path. */
  readonly tree: string
  /** Where it begins, within the tree. */
  readonly workspace: string
  /** Survives runs; one for each purpose, since what runs in it writes there. */
  readonly folder: string
  readonly command: string
  readonly config: FixConfig
  /** Given to it and nobody else: what the project's configuration names. */
  readonly hidden: Readonly<Record<string, string>>
  readonly more: Readonly<Record<string, string>>
  /** Directories that it may read besides. */
  readonly shown: readonly string[]
  readonly env: NodeJS.ProcessEnv
  readonly way?: SandboxWay
  readonly log: Log
  readonly signal: AbortSignal
}

export interface EnclosedEnd {
  readonly ended: Ended
  /** Both streams, without what was hidden. */
  readonly output: string
}

/** More are a fork bomb, not a build. */
const mostProcesses = 500

class NoSandbox extends Error {}
export const isNoSandbox = (error: unknown): error is Error => error instanceof NoSandbox

/** `look`: what is done with the copy that the command left, before it goes. */
export async function runEnclosed<T>(
  o: EnclosedCommand,
  look: (copy: string, end: EnclosedEnd) => Promise<T>,
): Promise<T> {
  const { config, env } = o
  const bounds = { memoryBytes: config.memoryMb * 2 ** 20, processes: mostProcesses }
  const home = env['HOME'] || homedir()
  const rustup = env['RUSTUP_HOME'] || join(home, '.rustup')
  const enclosure = await openSandbox({
    folder: o.folder,
    shown: shownFor(env['PATH'] ?? '', [home, o.tree], [rustup, ...o.shown]),
    written: [],
    source: sourceCopy(o.tree, o.log, o.signal),
    env: { ...sandboxEnvironment(env), RUSTUP_HOME: rustup },
    ours: {},
    limits: { network: config.network, fileBytes: 2 ** 30, ...bounds },
    hidden: o.hidden,
    ...(o.way === undefined ? {} : { way: o.way }),
    signal: o.signal,
  })
  try {
    if (enclosure.kind.kind === 'none') throw new NoSandbox(enclosure.kind.why)
    const stopped = new AbortController()
    let overrun: Overrun | null = null
    let unwatch = (): void => undefined
    const { within, env: outer } = enclosure.enclose(join(o.tree, o.workspace), o.more)
    const done = await runProcess(['sh', '-c', o.command], {
      cwd: '/',
      within,
      env: outer,
      hold: true,
      timeoutMs: config.timeoutMinutes * 60_000,
      keepBytes: config.outputMb * 2 ** 20,
      refuseMore: true,
      signal: AbortSignal.any([o.signal, stopped.signal]),
      onStart: (pid) => {
        unwatch = watch(pid, bounds, (what) => {
          overrun = what
          stopped.abort(new Error(what))
        })
      },
    })
      .catch((error: unknown): ProcessEnd | null => {
        o.signal.throwIfAborted()
        if (overrun === null) throw error
        return null
      })
      .finally(() => unwatch())
    const end: EnclosedEnd =
      done === null
        ? { ended: { kind: overrun ?? 'too much memory' }, output: '' }
        : { ended: endedOf(done.ending), output: textOf(done, Object.values(o.hidden)) }
    const copy = enclosure.copyOf(join(o.tree, 'any'))
    if (copy === null) throw new Error('the sandbox has no copy of the commit')
    return await look(copy.below, end)
  } finally {
    await enclosure.close()
  }
}

const endedOf = (ending: ProcessEnd['ending']): Ended =>
  ending.kind === 'too much' ? { kind: 'too much output' } : ending

const textOf = ({ stdout, stderr }: ProcessEnd, secrets: readonly string[]): string =>
  redactor(secrets)(`${stdout.toString('utf8')}\n${stderr.toString('utf8')}`).text
