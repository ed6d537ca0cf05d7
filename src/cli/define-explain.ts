/** The verb `explain` as the command line knows it. */
import type { Command } from 'commander'
import type { Context } from '../app/context.ts'
import type { Verbs } from './verbs.ts'

export function defineExplain(
  command: Command,
  at: (flags: { readonly remote?: string }) => Context,
  done: (code: number) => void,
  handlers: Pick<Verbs, 'explainFailure'>,
): void {
  command
    .argument('<project>')
    .option('--session <id>', 'this session only (default: the newest that failed)')
    .addHelpText(
      'after',
      `
Each cause is told with whose it is, how much of the failure it explains, the lines that it rests on with the file that
holds them, and a command to look further. A diagnosis decides no verdict; where the first cause is not the program's,
no fix is tried.

Examples:
  vps-test explain testnet
  vps-test explain testnet --session testnet-20261122-204512-1f3a --json | jq -r '.causes[0].look'
Exit codes: 0 told, 2 no such session.`,
    )
    .action(async (project, flags) => done(await handlers.explainFailure(at(flags), project, flags)))
}
