/** Profiles: those that ship, and those of a tested repository, which stand there by path and never outside of it. */
import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { Failure } from '../domain/failure.ts'
import type { Profile } from '../domain/profile.ts'
import { printable } from '../domain/text.ts'
import { parseProfile } from '../inputs/profile.ts'
import { profilePathsIn } from '../inputs/profile-paths.ts'
import { readInput, type Context } from './context.ts'
import { readBelow } from './read-below.ts'

/** `files`: the name of each that was named by its path. */
export interface Profiles {
  readonly all: readonly Profile[]
  readonly files: ReadonlyMap<string, string>
}

export async function loadProfiles(c: Pick<Context, 'root'>): Promise<readonly Profile[]> {
  const files = (await readdir(join(c.root, 'profiles'))).filter((f) => f.endsWith('.yaml'))
  // By name, so that of two the shorter stands first.
  const names = files.map((f) => f.slice(0, -'.yaml'.length)).sort()
  return Promise.all(
    names.map(async (name) =>
      parseProfile(await readInput(join(c.root, 'profiles', `${name}.yaml`), 'the profile'), `profiles/${name}.yaml`),
    ),
  )
}

/** Those that ship, and those that a configuration names by a path below its repository. */
export async function profilesFor(
  c: Pick<Context, 'root'>,
  { dir, text, file }: { readonly dir: string; readonly text: string; readonly file: string },
): Promise<Profiles> {
  const shipped = await loadProfiles(c)
  const own = await Promise.all(
    profilePathsIn(text, file).map(async (path) => [path, await ownProfile(dir, path)] as const),
  )
  const names = [...shipped, ...own.map(([, profile]) => profile)].map((p) => p.name)
  for (const [path, { name }] of own)
    if (names.filter((n) => n === name).length > 1)
      throw new Failure({ code: 'U036', message: `${printable(path)}: another profile is named ${name} already` })
  return { all: [...shipped, ...own.map(([, p]) => p)], files: new Map(own.map(([path, p]) => [path, p.name])) }
}

const ownProfile = async (dir: string, path: string): Promise<Profile> =>
  parseProfile(await readBelow(dir, path, 'the profile'), path)
