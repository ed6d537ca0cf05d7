/** Whether a build command can make the program, by what cargo says of its workspace. */
import { basename } from 'node:path'
import { readBuildCommand } from '../../domain/cargo-argv.ts'
import { programFault, type CargoWorkspace } from '../../domain/cargo-metadata.ts'

/** Why the build command cannot make the program; null where nothing says so. */
export function commandFault(
  workspace: CargoWorkspace | undefined,
  argv: readonly string[],
  target: string,
): string | null {
  const command = readBuildCommand(argv)
  if (typeof command === 'string') return command
  return workspace === undefined ? null : programFault(workspace, basename(target), command.options)
}
