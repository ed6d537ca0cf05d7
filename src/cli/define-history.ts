/** The verbs `history` and `compare` as the command line knows them. */
import type { Command } from 'commander'
import type { Context } from '../app/context.ts'
import type { Verbs } from './verbs.ts'

export function defineHistory(
  { history, compare }: { readonly history: Command; readonly compare: Command },
  at: (flags: { readonly remote?: string }) => Context,
  done: (code: number) => void,
  handlers: Pick<Verbs, 'history' | 'compare'>,
): void {
  history
    .argument('[project]')
    .option('--limit <n>', 'the newest so many (default: 20)')
    .addHelpText(
      'after',
      `
Examples:
  vps-test history testnet
  vps-test history --remote https://github.com/me/testnet.git --limit 100
  vps-test history testnet --json | jq -r '.[] | select(.verdict == "failed") | .session'
Exit codes: 0 told, 2 no such project.`,
    )
    .action(async (project, flags) => done(await handlers.history(at(flags), project, flags)))
  compare
    .argument('<session>', 'as it was before: its id, or as much of it as is one session only')
    .argument('<session>', 'as it is now')
    .addHelpText(
      'after',
      `
Of the newest test of each: what was changed in plan and program; each group's rate, the difference in points, and where
it lies with 95 % confidence (Newcombe); pairs that fail in one alone; NATs that were measured differently; errors and
warnings that are new, gone, or twice as often. Of a lab's and a fleet's session also where each failing pair belongs.
NATs and logs need the evidence on this machine.

Examples:
  vps-test compare testnet-20261122-204512-1f3a testnet-20261123-091500-77c0
  vps-test compare 1f3a 77c0 --json | jq '.pairs'
Exit codes: 0 compared, whatever came of it; 2 no such session, or one without a test that ended.`,
    )
    .action(async (first, second, flags) => done(await handlers.compare(at(flags), first, second, flags)))
}
