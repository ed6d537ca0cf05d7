/** An error as a person needs it: what, where, every fault, and a command to type; and its exit code. */
import { exitCodeOf, exitCodes, Failure } from '../domain/failure.ts'
import { failures } from '../domain/failures/failures.ts'
import { machineFault } from '../domain/machine-fault.ts'
import type { Context } from '../app/context.ts'

export function explain(c: Context, error: unknown): number {
  if (isCommander(error)) return error.exitCode === 0 ? exitCodes.passed : exitCodes.usage
  if (c.signal.aborted) {
    c.terminal.warn('interrupted; run the same command again to continue')
    return exitCodes.harness
  }
  if (!(error instanceof Failure)) {
    const machine = machineFault(error)
    if (machine !== undefined) return explain(c, machine)
    c.terminal.warn(
      `fault of vps-test itself: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`,
    )
    return exitCodes.harness
  }
  c.terminal.info(`${error.facts.code}: ${error.message}`)
  const remedy = failures[error.facts.code].terminalRemedy ?? error.facts.remedy
  if (remedy !== undefined) c.terminal.info(`try: ${remedy}`)
  if (error.kind === 'harness' && error.cause instanceof Error) {
    const machine = machineFault(error.cause)
    c.terminal.info(`because: ${machine?.message ?? error.cause.message}`)
    if (machine?.facts.remedy !== undefined) c.terminal.info(`try: ${machine.facts.remedy}`)
  }
  return exitCodeOf(error.kind)
}

const isCommander = (e: unknown): e is { exitCode: number } =>
  e instanceof Error && 'exitCode' in e && String((e as { code?: unknown }).code ?? '').startsWith('commander.')
