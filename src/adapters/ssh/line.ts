/** The shell text of a command as it is sent (pure). */
import type { Command } from '../../commands/command.ts'
import { render } from '../../commands/quote.ts'

/** Known to shells only: `exec` cannot start them. */
const builtins =
  /^(?:[.:]|alias|bg|cd|command|eval|exec|exit|export|fc|fg|getopts|hash|jobs|read|readonly|return|set|shift|times|trap|type|ulimit|umask|unalias|unset|wait)$/

/** `exec` replaces the login shell, so that the exit signal reported is the program's own and not a shell's 128 + n. */
export const shellLine = (command: Command): string =>
  (command.kind === 'argv' && builtins.test(command.argv[0] ?? ':') ? '' : 'exec ') + render(command)
