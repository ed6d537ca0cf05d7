/** The verb `gc` as the command line knows it. */
import type { Command } from 'commander'
import { keyFile, type Context } from '../app/context.ts'
import type { GcFlags } from '../app/gc.ts'

interface GcHandlers {
  readonly gc: (c: Context, flags: GcFlags) => Promise<number>
}

const words = `
Here: folders of sessions that ended (evidence, builds, fixes), ledgers of which every session ended, copies of remote
ledgers, build directories and kept programs. With --nodes: releases of the projects of this machine's ledgers, on that fleet.
Never: what a living session uses, a session whose stop is not done, a damaged ledger, a branch of a repository; on nodes
never the current release, the one before it, and the one that runs.

Examples:
  vps-test gc --dry-run
  vps-test gc --older-than 2w --yes
  vps-test gc --nodes --fleet fleets/mine.yaml --dry-run
Exit codes: 0 done, 2 nobody said yes, 10 something could not be taken away.`

export function defineGc(command: Command, c: Context, done: (code: number) => void, handlers: GcHandlers): void {
  command
    .description("Take away what is old and in nobody's use.")
    .option('--older-than <age>', 'hours, days or weeks: 12h, 30d, 2w', '30d')
    .option('--dry-run', 'show what would go, with sizes; change nothing')
    .option('--nodes', 'old releases on the nodes of a fleet too')
    .option('--yes', 'nobody is asked')
    .addHelpText('after', words)
    .action(async (flags) => done(await handlers.gc(c, { ...flags, key: keyFile(flags.key) })))
}
