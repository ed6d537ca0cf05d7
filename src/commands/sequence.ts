/**
 * Several commands in one exec: a node at 230 ms costs two round trips per exec, not per command (ssh-deploy: commands
 * on a kept connection).
 */
import type { Command } from './command.ts'
import { raw, render, sh } from './quote.ts'

/**
 * Runs each in a subshell of its own and stops after the first that fails; {@link parts} takes the output apart. Exit 0
 * in any case.
 */
export const sequence = (why: string, commands: readonly Command[]): Command => ({
  kind: 'script',
  why,
  idempotent: commands.every((c) => c.idempotent),
  text: commands
    .map(
      (c) => sh`( ${raw(c.kind === 'script' ? c.text : render(c))}
  ) 2>&1; c=$?; printf '\n\036%s\n' "$c"; [ "$c" = 0 ] || exit 0`,
    )
    .join('\n'),
})

export interface Part {
  readonly code: number
  readonly output: string
}

/**
 * One part for each command that ran; a command without one did not run. Output holds stdout and stderr as they came.
 */
export function parts(stdout: string): readonly Part[] {
  const found: Part[] = []
  let rest = stdout
  for (let m = /\n\u001e(\d+)\n/.exec(rest); m !== null; m = /\n\u001e(\d+)\n/.exec(rest)) {
    found.push({ output: rest.slice(0, m.index), code: Number(m[1]) })
    rest = rest.slice(m.index + m[0].length)
  }
  return found
}
