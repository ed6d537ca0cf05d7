/** One attempt's dialler: unprivileged, from a fresh port, in the service's own network namespace. */
import type { Command } from './command.ts'

const drop = [
  'setpriv',
  '--reuid=65534',
  '--regid=65534',
  '--clear-groups',
  '--inh-caps=-all',
  '--bounding-set=-all',
  '--no-new-privs',
  '--',
] as const

/** Unprivileged, because a subject that could write nft could write the witness. Killed after `seconds` on the node itself. */
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
  argv: [...place, 'timeout', '-k', '2', String(seconds), ...drop, binary, ...args],
})
