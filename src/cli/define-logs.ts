/** The verb `logs` as the command line knows it. */
import { Option, type Command } from 'commander'
import { keyFile, type Context } from '../app/context.ts'
import type { Verbs } from './verbs.ts'

export function defineLogs(
  command: Command,
  at: (flags: { readonly remote?: string }) => Context,
  done: (code: number) => void,
  handlers: Pick<Verbs, 'logs'>,
): void {
  command
    .argument('<project>')
    .option('--session <id>', 'this session only (default: the newest)')
    .option(
      '-n, --node <name>',
      'of this node alone; again for more of them',
      (text: string, all: readonly string[] | undefined) => [...(all ?? []), ...text.split(',')],
    )
    .option('-f, --follow', 'go on until Ctrl-C')
    .option('--since <when>', '10m, 2h, 1d, or a date (UTC)')
    .option('--grep <pattern>', 'lines that match (RE2 syntax)')
    .option('--lines <n>', 'the newest so many of each node (default: 200; with --since or --grep 20000)')
    .addOption(
      new Option('--from <where>', 'default: the nodes while the session lasts, then the evidence').choices([
        'nodes',
        'evidence',
      ]),
    )
    .option('--transitions', "the session's own steps alone; asks no node")
    .option('--key <file>', 'private SSH key (default: as the session was started)')
    .addHelpText(
      'after',
      `
Lines of all nodes are merged by the nodes' own clocks; --json prints one object a line: at, node (null: the session), text.

Examples:
  vps-test logs testnet
  vps-test logs testnet --follow --node saorsa-3
  vps-test logs testnet --since 10m --grep 'error|panicked'
  vps-test logs testnet --session testnet-20261122-204512-1f3a --from evidence
Exit codes: 0 read, 2 no such session or node, 10 no log could be read.`,
    )
    .action(async (project, flags) =>
      done(await handlers.logs(at(flags), project, { ...flags, key: keyFile(flags.key) })),
    )
}
