/** The command line (placeholder: knows its version). */
import { Command } from 'commander'
import pkg from '../package.json' with { type: 'json' }

await new Command('vps-test')
  .description('from a commit to a witnessed proof')
  .version(pkg.version)
  .parseAsync()
