/** The verb `test` as the command line knows it. */
import { Option, type Command } from 'commander'
import { busyPolicies } from '../domain/answers.ts'
import type { Context } from '../app/context.ts'
import type { TestFlags } from './test.ts'

interface TestHandlers {
  readonly test: (c: Context, flags: TestFlags) => Promise<number>
}

export function defineTest(
  command: Command,
  at: (flags: { readonly remote?: string }) => Context,
  done: (code: number) => void,
  handlers: TestHandlers,
): void {
  command
    .option('--failed <session>', 'every attempt that failed in the newest test of this session')
    .option('--session <session>', 'the session whose pairs are named')
    .option(
      '--pair <caller:callee[:suite]>',
      'this ordered pair alone; again for more of them',
      (text: string, all: readonly string[]) => [...all, text],
      [] as readonly string[],
    )
    .option('--binary <file>', 'the same program, where this machine has not kept it')
    .option('--key <file>', 'private SSH key (default: as the session was started)')
    .addOption(new Option('--on-busy <policy>', 'when another session holds the fleet').choices([...busyPolicies]))
    .option('--yes', 'confirm the plan')
    .addHelpText(
      'after',
      '\nPlan, fleet, profile and program are those of the session; the program is deployed where it does not lie.' +
        '\nA few attempts are no whole test: one that fails again makes it failed (20), and else it is inconclusive (30), never passed.' +
        '\n\nExamples:\n  vps-test test --failed testnet-20261122-204512-1f3a --yes' +
        '\n  vps-test test --session testnet-20261122-204512-1f3a --pair saorsa-3:saorsa-7' +
        '\n  vps-test test --session testnet-20261122-204512-1f3a --pair saorsa-3:saorsa-7:throughput',
    )
    .action(async (flags) => done(await handlers.test(at(flags), flags)))
}
