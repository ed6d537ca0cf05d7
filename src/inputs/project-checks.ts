/** What a project file's fields mean to each other, to the fleet and to the profiles. */
import type { Fleet } from '../domain/fleet.ts'
import type { KnownFailure } from '../domain/known-failures.ts'
import type { Profile } from '../domain/profile.ts'
import { isRecord, pathBelow } from './fields.ts'
import { hint } from './nearest.ts'
import type { CrossCheck, Report } from './yaml.ts'
import { printable } from '../domain/text.ts'

export interface ProjectContext {
  readonly profiles: readonly Profile[]
  /** Names of profiles that the file names by a path below its repository. */
  readonly files?: ReadonlyMap<string, string>
  /** Lists of known failures that the file names by a path below its repository. */
  readonly known?: ReadonlyMap<string, readonly KnownFailure[]>
  /** `deploy.nodes` must be nodes of it. */
  readonly fleet?: Fleet
  /** The project that was asked for: a project's or a module's name. */
  readonly project?: string
  /** The profile that was asked for. */
  readonly profile?: string
}

/** How a profile of the repository itself is named. */
export const isProfilePath = (text: string): boolean => text.startsWith('./')

/** The name of a profile, also of one that stands in the repository. */
export const profileName = ({ files }: ProjectContext, named: string | undefined): string | undefined =>
  named === undefined ? undefined : (files?.get(named) ?? named)

export type Shape = 'project' | 'workspace'

/** By its keys, never by its file's name. */
export function shapeOf(raw: unknown): Shape {
  const keys = isRecord(raw) ? Object.keys(raw) : []
  const of = (known: readonly string[]): number => keys.filter((k) => known.includes(k)).length
  return of(['modules', 'workspace', 'build']) > of(['binary']) ? 'workspace' : 'project'
}

export const profileNamed = (profiles: readonly Profile[], name: string): Profile | undefined =>
  profiles.find((p) => p.name === name)
export const profileOfProject = (profiles: readonly Profile[], project: string): Profile | undefined =>
  profiles.find((p) => p.project === project && p.onlyWhenNamed !== true)
export const profileOfModule = (profiles: readonly Profile[], module: string): Profile | undefined =>
  profiles.find((p) => p.module === module && p.onlyWhenNamed !== true)

export const projectChecks =
  (context: ProjectContext): CrossCheck =>
  (raw, report) => {
    if (!isRecord(raw)) return
    checkNodes(raw, context, report)
    checkProfile(raw['profile'], ['profile'], context, report)
    checkCustomTests(raw, report)
    checkKnownFailures(raw['known_failures'], context, report)
    if (shapeOf(raw) === 'workspace') {
      for (const [name, module] of Object.entries(isRecord(raw['modules']) ? raw['modules'] : {}))
        if (isRecord(module)) checkProfile(module['profile'], ['modules', name, 'profile'], context, report)
      return
    }
    const project = raw['project']
    if (typeof project !== 'string') return
    if (context.project !== undefined && context.project !== project)
      report(['project'], `this file configures ${printable(project)}; asked for was ${printable(context.project)}`)
    if (
      raw['profile'] === undefined &&
      context.profile === undefined &&
      profileOfProject(context.profiles, project) === undefined
    )
      report(
        ['project'],
        `no profile says how ${printable(project)} is started and tested; name one with "profile": ${context.profiles.map((p) => p.name).join(', ')}`,
      )
  }

function checkNodes(raw: Record<string, unknown>, { fleet }: ProjectContext, report: Report): void {
  const nodes = isRecord(raw['deploy']) ? raw['deploy']['nodes'] : undefined
  if (!Array.isArray(nodes)) return
  const known = fleet?.nodes.map((n) => n.name)
  nodes.forEach((name, i) => {
    if (typeof name !== 'string') return
    if (nodes.indexOf(name) < i) report(['deploy', 'nodes', i], `${printable(name)} is listed twice`)
    else if (known?.includes(name) === false)
      report(['deploy', 'nodes', i], `fleet ${fleet?.name ?? ''} has no node ${printable(name)}${hint(name, known)}`)
  })
}

function checkProfile(
  name: unknown,
  path: readonly string[],
  { profiles, files }: ProjectContext,
  report: Report,
): void {
  if (typeof name !== 'string' || profileNamed(profiles, name) !== undefined || files?.has(name) === true) return
  if (isProfilePath(name)) return report(path, `there is no profile at ${printable(name)}`)
  report(
    path,
    `there is no profile ${printable(name)}${hint(
      name,
      profiles.map((p) => p.name),
    )}`,
  )
}

function checkCustomTests(raw: Record<string, unknown>, report: Report): void {
  const custom = isRecord(raw['tests']) ? raw['tests']['custom'] : undefined
  if (!Array.isArray(custom)) return
  const names = custom.map((c: unknown) => (isRecord(c) ? c['name'] : undefined))
  names.forEach((name, i) => {
    if (typeof name === 'string' && names.indexOf(name) < i)
      report(['tests', 'custom', i, 'name'], `${printable(name)} is already the name of another test`)
  })
}

/** A list that nobody read would leave nothing out, and nobody would know. */
function checkKnownFailures(named: unknown, { known }: ProjectContext, report: Report): void {
  const path = typeof named === 'string' ? pathBelow.safeParse(named) : null
  if (path?.success === true && known?.has(path.data) !== true)
    report(['known_failures'], `names a file that was not read: ${printable(path.data)}`)
}
