/** `check <file…>`: profiles, fleets and projects, each known by what stands in it, with every fault of all at once. */
import { existsSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { dirname, join, resolve } from 'node:path'
import { quote } from '../commands/quote.ts'
import { exitCodes, Failure, type Fault } from '../domain/failure.ts'
import type { Fleet } from '../domain/fleet.ts'
import { faultText, sortFaults } from '../inputs/faults.ts'
import { isRecord } from '../inputs/fields.ts'
import { parseFleet } from '../inputs/fleet.ts'
import { parseProfile } from '../inputs/profile.ts'
import { parseProjectAll, projectFiles } from '../inputs/project.ts'
import { printable, stripHidden } from '../domain/text.ts'
import { hint } from '../inputs/nearest.ts'
import { parseYaml } from '../inputs/yaml.ts'
import type { KeySource } from '../world.ts'
import { tryOn, type TryReport } from '../stages/parts/try-program.ts'
import { tryPlan } from './check-try.ts'
import { loadFleet, readInput, readOnlyWorld, type Context } from './context.ts'
import { knownFailuresFor } from './known-failures.ts'
import { profilesFor } from './profiles.ts'

export type InputKind = 'profile' | 'fleet' | 'project'

interface Checked {
  readonly file: string
  /** Null: it is no YAML. */
  readonly kind: InputKind | null
  /** What the file calls itself; null where it has faults. */
  readonly name: string | null
  readonly faults: readonly Fault[]
}

export interface CheckFlags {
  readonly fleet?: string
  readonly lab?: string
  readonly json?: boolean
  /** A node on which the program of the one profile is started for a moment. */
  readonly try?: string
  readonly binary?: string
  readonly key?: KeySource | null
}

export async function checkFiles(c: Context, files: readonly string[], flags: CheckFlags): Promise<number> {
  const fleet = flags.fleet === undefined ? undefined : (await loadFleet(c, flags.fleet, flags.lab)).fleet
  const checked: Checked[] = []
  for (const file of files) checked.push(await checkOne(c, file, fleet))
  const sound = checked.every((one) => one.faults.length === 0)
  const tried = sound && flags.try !== undefined ? await tryProfile(c, files, fleet, flags) : null
  if (flags.json === true) c.terminal.print(JSON.stringify({ files: checked, ...(tried === null ? {} : { tried }) }))
  else {
    checked.forEach((one) => lines(one).forEach((line) => c.terminal.print(line)))
    Object.entries(tried ?? {}).forEach(([what, text]) => c.terminal.print(stripHidden(`${what}: ${text}`, 1000)))
  }
  return sound ? exitCodes.passed : exitCodes.usage
}

/** Starts the one profile's program on a node of a fleet that was named, and takes it away again. */
async function tryProfile(
  c: Context,
  files: readonly string[],
  fleet: Fleet | undefined,
  flags: CheckFlags,
): Promise<TryReport> {
  const [file, ...others] = files
  if (file === undefined || others.length > 0 || flags.binary === undefined || fleet === undefined)
    throw new Failure({ code: 'U037', message: '--try needs one profile, --fleet and --binary' })
  const profile = parseProfile(await readInput(resolve(c.cwd, file), 'the file'), file)
  const node = fleet.nodes.find((n) => n.name === flags.try)
  if (node === undefined)
    throw new Failure({
      code: 'U030',
      message: `fleet ${fleet.name} has no node ${printable(flags.try)}${hint(
        flags.try ?? '',
        fleet.nodes.map((n) => n.name),
      )}`,
    })
  const path = resolve(c.cwd, flags.binary)
  const binary = await readFile(path).catch((error: unknown) => {
    throw new Failure(
      { code: 'U046', message: `cannot read the given binary ${path}`, remedy: `ls -l ${quote(path)}` },
      error,
    )
  })
  const world = await readOnlyWorld(c, fleet, flags.key ?? null)
  try {
    return await tryOn(world, tryPlan(profile, fleet), node, new Uint8Array(binary))
  } finally {
    await world.close()
  }
}

const lines = ({ file, kind, name, faults }: Checked): readonly string[] =>
  faults.length > 0 ? faults.map((f) => `✗ ${faultText(f)}`) : [`✓ ${file}: ${kind} ${name}`]

async function checkOne(c: Context, file: string, fleet: Fleet | undefined): Promise<Checked> {
  let kind: InputKind | null = null
  try {
    const text = await readInput(resolve(c.cwd, file), 'the file')
    kind = inputKindOf(text, file)
    return { file, kind, name: await nameOf(c, kind, text, file, fleet), faults: [] }
  } catch (error) {
    c.signal.throwIfAborted()
    if (!(error instanceof Failure) || error.kind !== 'usage') throw error
    const { faults = [] } = error.facts
    const whole: Fault = { at: { file, path: '' }, message: error.message }
    return { file, kind, name: null, faults: sortFaults(faults.length > 0 ? faults : [whole]) }
  }
}

/** By its keys, never by its name; what is none of the three is read as a project, which then says what it lacks. */
export function inputKindOf(text: string, file: string): InputKind | null {
  const parsed = parseYaml(text, file)
  if (!parsed.ok) return null
  const keys = isRecord(parsed.value.raw) ? Object.keys(parsed.value.raw) : []
  const has = (...known: readonly string[]): number => known.filter((k) => keys.includes(k)).length
  if (has('nodes', 'ports', 'registry_url', 'natbox') > 0 && has('nodes') > 0) return 'fleet'
  return has('dial', 'peer_id', 'service_port', 'record', 'payload', 'node', 'focuses') > 1 ? 'profile' : 'project'
}

async function nameOf(
  c: Context,
  kind: InputKind | null,
  text: string,
  file: string,
  fleet: Fleet | undefined,
): Promise<string> {
  if (kind === 'profile') return parseProfile(text, file).name
  if (kind === 'fleet') return parseFleet(text, file).name
  const dir = repositoryOf(resolve(c.cwd, file))
  const { all: profiles, files } = await profilesFor(c, { dir, text, file })
  const known = await knownFailuresFor({ dir, text, file })
  const configs = parseProjectAll(text, file, { profiles, files, known, ...(fleet === undefined ? {} : { fleet }) })
  return configs.map((p) => `${p.project} (profile ${p.profile})`).join(', ')
}

/** The directory in which the file is found as a configuration; else its own. */
function repositoryOf(file: string): string {
  const name = projectFiles.find((f) => file.endsWith(`/${f}`) && existsSync(join(file.slice(0, -f.length), f)))
  return name === undefined ? dirname(file) : file.slice(0, -name.length)
}
