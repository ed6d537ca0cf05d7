/** The verb `status` as the command line knows it. */
import type { Command } from 'commander'
import type { Context } from '../app/context.ts'
import type { Verbs } from './verbs.ts'

export function defineStatus(
  command: Command,
  at: (flags: { readonly remote?: string }) => Context,
  done: (code: number) => void,
  handlers: Pick<Verbs, 'status' | 'watch'>,
): void {
  command
    .argument('[project]')
    .option('-w, --watch', 'one session on one screen until it ends; Ctrl-C leaves it running')
    .option('--session <id>', 'with --watch: this session (default: the newest that runs)')
    .option('--all', 'ended sessions too, however many (default: the newest 10)')
    .addHelpText(
      'after',
      `
--watch shows the state, progress by stage and node, the pairs as they are tried, and the time until the next checkpoint.
Without a terminal it prints a line for each thing that is new. Of a session in a repository (--remote) only its ledger is seen.

Examples:
  vps-test status
  vps-test status testnet --watch
  vps-test status --watch --remote https://github.com/me/testnet.git
Exit codes: 0; with --watch that of the session's end (20 failed, 30 inconclusive, 10 infrastructure), 130 after Ctrl-C.`,
    )
    .action(async (project, flags) =>
      done(
        flags.watch === true
          ? await handlers.watch(at(flags), project, flags)
          : await handlers.status(at(flags), { ...flags, ...(project === undefined ? {} : { project }) }),
      ),
    )
}
