/** A tested repository: every project that its configuration can give, and the profiles that it brings. */
import { existsSync } from 'node:fs'
import { basename, isAbsolute, relative, resolve } from 'node:path'
import { quote } from '../commands/quote.ts'
import { Failure } from '../domain/failure.ts'
import type { Fleet } from '../domain/fleet.ts'
import type { Profile } from '../domain/profile.ts'
import type { ProjectConfig } from '../domain/project.ts'
import { findProjectFile, parseProjectAll, projectFiles } from '../inputs/project.ts'
import { readInput, type Context } from './context.ts'
import { knownFailuresFor } from './known-failures.ts'
import { profilesFor } from './profiles.ts'

export interface Repository {
  readonly dir: string
  readonly configs: readonly ProjectConfig[]
  /** Those that ship, and the repository's own. */
  readonly profiles: readonly Profile[]
}

/** Every project that the repository's configuration can give. */
export async function loadRepository(
  c: Context,
  directory: string,
  configFile: string | undefined,
  fleet: Fleet,
): Promise<Repository> {
  const dir = resolve(c.cwd, directory)
  const file = configFile === undefined ? findProjectFile(dir, existsSync) : resolve(c.cwd, configFile)
  if (file === undefined)
    throw new Failure({
      code: 'U034',
      message: `no configuration in ${dir}: add ${projectFiles[0]} to the repository (${projectFiles.slice(1).join(' and ')} are read too)`,
      remedy: `vps-test init --dir ${basename(dir) === '' ? '.' : quote(dir)}`,
    })
  const text = await readInput(file, 'the configuration')
  const { all: profiles, files } = await profilesFor(c, { dir, text, file })
  const known = await knownFailuresFor({ dir, text, file })
  const configs = parseProjectAll(text, file, { fleet, profiles, files, known })
  // Where a checkout happens to lie on this machine is no part of the plan: another machine goes on with it.
  const path = relative(dir, file)
  const shown = path.startsWith('..') || isAbsolute(path) ? basename(file) : path
  return { dir, profiles, configs: configs.map((p) => ({ ...p, origin: p.origin.replace(file, () => shown) })) }
}
