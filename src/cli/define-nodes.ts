/** The verbs `nodes`, `nodes trust` and `diagnose` as the command line knows them. */
import type { Command } from 'commander'
import { keyFile, type Context } from '../app/context.ts'
import type { NodesOptions } from './options.ts'
import type { Verbs } from './verbs.ts'

export function defineNodes(
  program: Command,
  c: Context,
  done: (code: number) => void,
  handlers: Pick<Verbs, 'nodes' | 'trust' | 'diagnose'>,
  { fleet, json }: { readonly fleet: (command: Command) => Command; readonly json: (command: Command) => Command },
): void {
  const list = json(
    fleet(
      program.command('nodes').description('Every node: who answers, what runs there, how it is, what NAT it has.'),
    ),
  )
    .option('--measure', 'measure the NATs now; it takes some seconds')
    .option('--no-measure', 'NATs as they were measured last (default)')
    .addHelpText(
      'after',
      `
Columns that do not fit the terminal are left out, the least important first; --json has all of them.
  runs      by the kernel: the start of the release's SHA-256, and its unit; ↻ how often systemd restarted it
  latency   there and back over the SSH connection, by the node's kernel
  clock     the node's clock against ours; ±: no difference beyond what the call took

Examples:
  vps-test nodes --fleet fleets/mine.yaml
  vps-test nodes --fleet lab --measure
  vps-test nodes --fleet lab --json | jq -r '.[] | select(.online | not) | .name'
Exit codes: 0 all answer, 10 some do not.`,
    )
    .action(async (flags) => done(await handlers.nodes(c, { ...flags, key: keyFile(flags.key) })))
  fleet(
    list
      .command('trust')
      .description('Show host keys and pin them in the fleet file after a yes.')
      .argument('[node...]'),
  )
    .option('--yes', 'the fingerprints were compared')
    .action(async (names, flags) => {
      // What stands behind `nodes` counts for its sub-verb too, which measures nothing.
      const { measure: _, ...given }: NodesOptions = { ...list.opts(), ...flags }
      done(await handlers.trust(c, names, { ...given, key: keyFile(given.key) }))
    })
  json(
    fleet(
      program
        .command('diagnose')
        .description('One node looked at whole: the way to it, its machine, what runs there, and what to do.')
        .argument('<node>'),
    ),
  )
    .addHelpText(
      'after',
      `
Nothing is changed. What is wrong stands at the end, each with a command.

Examples:
  vps-test diagnose node-3 --fleet fleets/mine.yaml
  vps-test diagnose saorsa-4 --fleet lab --json | jq .todo
Exit codes: 0 looked at, 2 no such node or no key, 10 the way to it is broken: where, is told.`,
    )
    .action(async (node, flags) => done(await handlers.diagnose(c, node, { ...flags, key: keyFile(flags.key) })))
}
