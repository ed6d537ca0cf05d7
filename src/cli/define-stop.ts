/** The verb `stop` as the command line knows it. */
import { Option, type Command } from 'commander'
import { keyFile, type Context } from '../app/context.ts'
import type { ServiceWish } from '../app/services.ts'
import type { StopFlags } from '../app/stop.ts'

interface StopHandlers {
  readonly stop: (c: Context, project: string, flags: StopFlags) => Promise<number>
}

const words = `
The session ends in the ledger, with who and why; its run ends by itself, or is cancelled on GitHub where it waits there.
What the session started is stopped on its nodes; what was there before it, and every other project, stays as it is.
Then its leases are free. Cut off, or a node did not answer: the same command typed again goes on with it.

Examples:
  vps-test stop testnet --reason 'wrong branch'
  vps-test stop testnet --keep                 # the services run on
  vps-test stop testnet --rollback             # each node back to the release before, and that is verified
  vps-test stop testnet --session testnet-20261122-204512-1f3a
Exit codes: 0 done everywhere, 2 there is no such session, 10 not done on every node.`

export function defineStop(
  command: Command,
  at: (flags: { readonly remote?: string }) => Context,
  done: (code: number) => void,
  handlers: StopHandlers,
): void {
  command
    .description('End a session and the run that works on it; stop what it started; give its leases back.')
    .argument('<project>')
    .option('--reason <text>', 'why, for the ledger and whoever reads it')
    .addOption(new Option('--keep', 'its services run on').conflicts('rollback'))
    .addOption(new Option('--rollback', 'its nodes go back to the release before').conflicts('keep'))
    .option('--key <file>', 'private SSH key')
    .addHelpText('after', words)
    .action(async (project: string, { keep, rollback, key, ...flags }) => {
      const services: ServiceWish = keep === true ? 'keep' : rollback === true ? 'rollback' : 'stop'
      done(await handlers.stop(at(flags), project, { ...flags, services, key: keyFile(key) }))
    })
}
