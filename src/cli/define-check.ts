/** The verb `check` as the command line knows it. */
import type { Command } from 'commander'
import { keyFile, type Context } from '../app/context.ts'
import { requestFields } from '../inputs/request-fields.ts'
import type { Verbs } from './verbs.ts'

export function defineCheck(
  program: Command,
  c: Context,
  done: (code: number) => void,
  handlers: Pick<Verbs, 'check'>,
): void {
  const { fleet, lab } = requestFields
  program
    .command('check')
    .description('Check profiles, fleets and configurations: every fault of all files at once.')
    .argument('<file...>')
    .option(fleet.flag, fleet.flagMeans)
    .option(lab.flag, lab.flagMeans)
    .option('--key <file>', 'private SSH key')
    .option('--json', 'machine-readable output on stdout')
    .option('--try <node>', "start the one profile's program on this node, say what is read of it, take it away")
    .option('--binary <file>', 'the program that is tried')
    .addHelpText(
      'after',
      '\nExamples:\n  vps-test check vps-test.yaml profiles/mine.yaml\n  vps-test check profiles/mine.yaml --try saorsa-7 --fleet lab --binary ./my-program\nExit codes: 0 no fault, 2 faults; a program that cannot be tried ends as a deploy of it would.',
    )
    .action(async (files, flags) => done(await handlers.check(c, files, { ...flags, key: keyFile(flags.key) })))
}
