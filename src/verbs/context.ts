/** What every verb needs from its surroundings: files of this package, the fleet, the profiles, where state lies. */
import { existsSync } from 'node:fs'
import { readFile, readdir } from 'node:fs/promises'
import { basename, join, resolve } from 'node:path'
import type { Terminal } from '../adapters/terminal.ts'
import { Failure } from '../domain/failure.ts'
import type { Fleet } from '../domain/fleet.ts'
import type { Profile } from '../domain/profile.ts'
import type { ProjectConfig } from '../domain/project.ts'
import { parseFleet } from '../inputs/fleet.ts'
import { parseProfile } from '../inputs/profile.ts'
import { findProjectFile, parseProjectAll, projectFiles } from '../inputs/project.ts'
import { layoutOf, pathsOf } from '../lab/layout.ts'

/** Made by the entry, the only place that reads the environment. */
export interface Context {
  readonly terminal: Terminal
  readonly signal: AbortSignal
  /** This package: fleets/, profiles/. */
  readonly root: string
  readonly cwd: string
  /** `~/.vps-test` unless told. */
  readonly stateDir: string
  readonly cacheDir: string
  readonly probe: string | null
  readonly delayHelper: string | null
  readonly who: string
  /** Of vps-test itself. */
  readonly version: string
}

const read = async (file: string, what: string): Promise<string> => {
  try { return await readFile(file, 'utf8') } catch (error) {
    throw new Failure({ kind: 'usage', code: 'U032', message: `cannot read ${what} ${file}: ${(error as NodeJS.ErrnoException).code ?? String(error)}`, remedy: `ls -l ${file}` }, error)
  }
}

export interface FleetFile { readonly fleet: Fleet; readonly file: string; readonly text: string }

/** `lab` is the running lab's own file; another name is one of fleets/; anything with a slash or a dot is a path. */
export async function loadFleet(c: Context, name: string, labId?: string): Promise<FleetFile> {
  const file = fleetPath(c, name, labId)
  if (name === 'lab' && !existsSync(file)) throw new Failure({ kind: 'usage', code: 'U033', message: 'the lab is not up', remedy: 'vps-test lab up' })
  const text = await read(file, 'the fleet file')
  return { fleet: parseFleet(text, file), file, text }
}

function fleetPath(c: Context, name: string, labId?: string): string {
  if (name === 'lab') return pathsOf(layoutOf(labId)).fleet
  return /[/.]/.test(name) ? resolve(c.cwd, name) : join(c.root, 'fleets', `${name}.yaml`)
}

export async function loadProfiles(c: Context): Promise<readonly Profile[]> {
  const files = (await readdir(join(c.root, 'profiles'))).filter((f) => f.endsWith('.yaml')).sort()
  return Promise.all(files.map(async (f) => parseProfile(await read(join(c.root, 'profiles', f), 'the profile'), `profiles/${f}`)))
}

export interface Repository { readonly dir: string; readonly configs: readonly ProjectConfig[] }

/** Every project that the repository's configuration can give. */
export async function loadRepository(c: Context, directory: string, configFile: string | undefined, fleet: Fleet, profiles: readonly Profile[]): Promise<Repository> {
  const dir = resolve(c.cwd, directory)
  const file = configFile === undefined ? findProjectFile(dir, existsSync) : resolve(c.cwd, configFile)
  if (file === undefined) throw new Failure({ kind: 'usage', code: 'U034', message: `no configuration in ${dir}: none of ${projectFiles.join(', ')}`, remedy: `vps-test start --repo <directory with ${basename(projectFiles[0])}>` })
  return { dir, configs: parseProjectAll(await read(file, 'the configuration'), file, { fleet, profiles }) }
}
