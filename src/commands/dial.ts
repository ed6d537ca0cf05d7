/** One attempt's dialler: unprivileged, from a fresh port, in the service's own network namespace. */
import { asNobody } from './as-nobody.ts'
import type { Command } from './command.ts'

/** Killed after `seconds` on the node itself. */
export const dial = (
  why: string,
  place: readonly string[],
  binary: string,
  args: readonly string[],
  seconds: number,
): Command => ({
  kind: 'argv',
  why,
  idempotent: false,
  argv: [...place, 'timeout', '-k', '2', String(seconds), ...asNobody, binary, ...args],
})
