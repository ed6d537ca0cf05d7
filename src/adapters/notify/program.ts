/** A local program that tells a person: a hook that the person named, or the desktop's own. */
import type { Notifier, Sent } from '../../ports/notifier.ts'
import { startProcess, type Argv } from '../process.ts'
import type { Notification } from '../../domain/notifications/events.ts'

const patienceMs = 15_000

export interface HookSurroundings {
  /** What the program gets of our environment. */
  readonly env: Readonly<Record<string, string>>
}

/** The line is its last argument; the whole notification comes as JSON on stdin. */
export const hook = (argv: Argv, { env }: HookSurroundings): Notifier => ({
  channel: 'command',
  send: (note, { signal }) =>
    told([...argv, note.line], { ...env, VPS_TEST_EVENT: note.event, VPS_TEST_PROJECT: note.project }, note, signal),
})

/** By notify-send, or osascript on a Mac: text stands in arguments, never in a script. */
export const desktop = (program: string, { env }: HookSurroundings): Notifier => ({
  channel: 'desktop',
  send: (note, { signal }) =>
    told(
      program.endsWith('osascript')
        ? [
            program,
            '-e',
            'on run argv',
            '-e',
            'display notification (item 1 of argv) with title "vps-test"',
            '-e',
            'end run',
            note.line,
          ]
        : [program, '--app-name=vps-test', '--', 'vps-test', note.line],
      env,
      note,
      signal,
    ),
})

async function told(
  argv: Argv,
  env: Readonly<Record<string, string>>,
  note: Notification,
  signal: AbortSignal,
): Promise<Sent> {
  const program = startProcess(argv, { env })
  program.stdin.end(`${JSON.stringify(note)}\n`)
  program.stdout.resume()
  program.stderr.resume()
  const limit = AbortSignal.any([signal, AbortSignal.timeout(patienceMs)])
  const end = (): void => void program.end()
  limit.addEventListener('abort', end, { once: true })
  const exit = await program.exited
  limit.removeEventListener('abort', end)
  if (exit.kind === 'exited' && exit.code === 0) return { kind: 'delivered' }
  const why =
    exit.kind === 'exited'
      ? `exit ${exit.code}`
      : exit.kind === 'signalled'
        ? limit.aborted
          ? `not done in ${patienceMs / 1000} s`
          : `ended by ${exit.signal}`
        : exit.why
  return { kind: 'failed', why: `${argv[0] ?? ''}: ${why}`.slice(0, 300), againMs: null }
}
