/** Commands of a deploy on one node: all must end well, in one exec; the first that does not is a named failure. */
import type { Command } from '../../commands/command.ts'
import { exitAnothers } from '../../commands/owners.ts'
import { exitNoPlace } from '../../commands/place.ts'
import { diagnoseNode } from '../../commands/remedies.ts'
import { exitDigest, exitLeaseLost, exitNoExec, exitNoSpace } from '../../commands/release.ts'
import { parts, sequence } from '../../commands/sequence.ts'
import { Failure, type FailureCode } from '../../domain/failure.ts'
import type { Fleet } from '../../domain/fleet.ts'
import type { Execution, Nodes, Remote } from '../../ports.ts'

interface Extras {
  readonly stdin?: Uint8Array
  readonly onSent?: (n: number) => void
}
/** `code`: of the failure, one for all or one for each command. */
type RunAll = (
  commands: readonly Command[],
  code: FailureCode | readonly FailureCode[],
  extras?: Extras,
) => Promise<readonly string[]>

/** Runs commands that must all exit 0, in one exec; the first other exit becomes a named failure. */
export function runner(world: Execution & Nodes, name: string, remote: Remote): RunAll {
  return async (commands, code, upload = {}) => {
    const only = commands[0]
    if (only === undefined) return []
    const result = await remote.run(
      commands.length === 1 ? only : sequence(commands.map((c) => c.why).join(', '), commands),
      { timeoutMs: 600_000, signal: world.signal, ...upload },
    )
    const ran =
      commands.length === 1
        ? [{ code: result.code ?? -1, output: result.code === 0 ? result.stdout : `${result.stdout}${result.stderr}` }]
        : parts(result.stdout)
    const bad = commands.findIndex((_, i) => ran[i]?.code !== 0)
    if (bad === -1) return ran.map((r) => r.output.trim())
    throw failed(
      world.fleet,
      name,
      commands[bad] as Command,
      ran[bad]?.code ?? null,
      (ran[bad]?.output ?? result.stderr).trim().slice(-300),
      typeof code === 'string' ? code : (code[bad] ?? 'I142'),
    )
  }
}

function failed(
  fleet: Fleet,
  name: string,
  command: Command,
  exit: number | null,
  tail: string,
  code: FailureCode,
): Failure {
  const known: Readonly<Record<number, readonly [FailureCode, string]>> = {
    [exitNoSpace]: ['I150', `no space left: ${tail}`],
    [exitNoExec]: ['I157', tail],
    [exitDigest]: ['I151', 'the uploaded file does not have the expected sha256'],
    [exitNoPlace]: ['I160', `its network cannot be entered: ${tail}`],
    [exitAnothers]: ['I162', `its service or its directory is another's now: ${tail}`],
    [exitLeaseLost]: ['B011', `the lease was lost: ${tail}`],
  }
  const [knownCode, text] = known[exit ?? -1] ?? [
    code,
    `${command.why} failed (exit ${String(exit)})${tail === '' ? '' : `: ${tail}`}`,
  ]
  return new Failure({
    code: knownCode,
    node: name,
    message: `${name}: ${text}`,
    remedy: diagnoseNode(name, fleet),
  })
}

/** The answer that a command gives by its last line; whatever else the node said is a failure and not a guess. */
export function answered<T extends string>(
  fleet: Fleet,
  name: string,
  command: Command,
  output: string,
  known: readonly T[],
  code: FailureCode,
): T {
  const last = output.trim().split('\n').at(-1)?.trim()
  const found = known.find((k) => k === last)
  if (found === undefined)
    throw failed(
      fleet,
      name,
      command,
      0,
      `it gave none of its answers, but: ${output.trim().slice(-200) || 'nothing'}`,
      code,
    )
  return found
}
