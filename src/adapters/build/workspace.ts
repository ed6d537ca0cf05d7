/** Asks cargo what a workspace is before it is built: where it begins, and which programs it has. */
import { basename } from 'node:path'
import { readBuildCommand } from '../../domain/cargo-argv.ts'
import { programFault, readMetadata, type CargoWorkspace } from '../../domain/cargo-metadata.ts'
import type { Launch } from '../process.ts'
import { runTool } from './process.ts'

/** Undefined where cargo is not here or cannot read the manifest: the build itself says why. Nothing is fetched. */
export async function readWorkspace(
  dir: string,
  signal: AbortSignal,
  launch: (dir: string) => Launch & { readonly hold?: boolean },
): Promise<CargoWorkspace | undefined> {
  const argv = ['cargo', 'metadata', '--no-deps', '--offline', '--format-version', '1'] as const
  const said = await runTool([...argv], {
    ...launch(dir),
    timeoutMs: 60_000,
    signal,
  }).catch(() => {
    signal.throwIfAborted()
    return undefined
  })
  return said?.code === 0 ? readMetadata(said.stdout) : undefined
}

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
