/** The verbs `rollback` and `remove` as the command line knows them: what changes nodes of a project without a session. */
import type { Command } from 'commander'
import { keyFile, type Context } from '../app/context.ts'
import type { RemoveFlags } from '../app/remove.ts'
import type { RollbackFlags } from '../app/rollback.ts'

interface Handlers {
  readonly rollback: (c: Context, project: string, flags: RollbackFlags) => Promise<number>
  readonly remove: (c: Context, project: string, flags: RemoveFlags) => Promise<number>
}

const rollbackWords = `
Shows what each node would get, asks, switches one node, then the rest, and reads from the kernel what runs there then.
A release runs by the unit that it was deployed with. Typed twice it goes back once: to go on to another, name it by --to.

Examples:
  vps-test rollback testnet                              # what was current before the last deploy
  vps-test rollback testnet --to 3f2a9c --yes            # a release by the beginning of its SHA-256
  vps-test rollback testnet --nodes saorsa-3,saorsa-4
Exit codes: 0 every node runs it, 2 a node has no such release (nothing was changed) or nobody said yes, 10 not done on every node.`

const removeWords = `
Takes units, releases and data off every node that the project's sessions deployed to. Other projects stay as they are, and
so does what lies on this machine: vps-test gc. Refused while a session of it lives. Cut off: type it again.

Examples:
  vps-test remove testnet
  vps-test remove testnet --fleet fleets/mine.yaml --yes
Exit codes: 0 nothing of it is left, 2 nobody said yes, 10 not done on every node.`

export function defineRollback(
  common: (command: Command) => Command,
  program: Command,
  at: (flags: { readonly remote?: string }) => Context,
  done: (code: number) => void,
  handlers: Handlers,
): void {
  const ofProject = (command: Command): Command =>
    common(command)
      .argument('<project>')
      .option('--fleet <name|file>', 'where it was deployed on several, this fleet')
      .option('--key <file>', 'private SSH key')
      .option('--yes', 'nobody is asked')
  ofProject(program.command('rollback').description('Every node of a project back to the release before.'))
    .option('--to <sha256>', 'to this release, by the beginning of its hash')
    .option('--nodes <names>', 'these nodes alone, separated by commas')
    .addHelpText('after', rollbackWords)
    .action(async (project, flags) =>
      done(await handlers.rollback(at(flags), project, { ...flags, key: keyFile(flags.key) })),
    )
  ofProject(program.command('remove').description("A project's units, releases and data off its nodes."))
    .addHelpText('after', removeWords)
    .action(async (project, flags) =>
      done(await handlers.remove(at(flags), project, { ...flags, key: keyFile(flags.key) })),
    )
}
