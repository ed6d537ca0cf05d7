/** What `cargo metadata --no-deps` says of a workspace, and whether a build command can make a program of it. */
import * as z from 'zod'

export interface CargoProgram {
  readonly name: string
  /** Cargo package. */
  readonly package: string
  /** Directory of its manifest. */
  readonly directory: string
  /** `default-run` of its package names it. */
  readonly preferred: boolean
  /** Without all of these, cargo leaves the program out and says nothing. */
  readonly requires: readonly string[]
  readonly features: Readonly<Record<string, readonly string[]>>
}

export interface CargoWorkspace {
  /** Where its Cargo.lock is. */
  readonly root: string
  readonly packages: number
  readonly programs: readonly CargoProgram[]
}

const metadata = z.object({
  workspace_root: z.string(),
  packages: z.array(
    z.object({
      name: z.string(),
      manifest_path: z.string(),
      default_run: z.string().nullish(),
      features: z.record(z.string(), z.array(z.string())).default({}),
      targets: z.array(
        z.object({
          name: z.string(),
          kind: z.array(z.string()),
          'required-features': z.array(z.string()).default([]),
        }),
      ),
    }),
  ),
})

/** Undefined for a text that is not cargo's. */
export function readMetadata(text: string): CargoWorkspace | undefined {
  let raw: unknown
  try {
    raw = JSON.parse(text)
  } catch {
    return undefined
  }
  const read = metadata.safeParse(raw)
  if (!read.success) return undefined
  return {
    root: read.data.workspace_root,
    packages: read.data.packages.length,
    programs: read.data.packages.flatMap((p) =>
      p.targets
        .filter((t) => t.kind.includes('bin'))
        .map((t) => ({
          name: t.name,
          package: p.name,
          directory: p.manifest_path.replace(/\/Cargo\.toml$/, ''),
          preferred: t.name === p.default_run,
          requires: t['required-features'],
          features: p.features,
        })),
    ),
  }
}

/** Why these options of `cargo build` cannot make the program, in one sentence; null where nothing says so. */
export function programFault(workspace: CargoWorkspace, program: string, options: readonly string[]): string | null {
  const named = workspace.programs.filter((p) => p.name === program)
  if (named.length === 0) {
    const others = workspace.programs.map((p) => p.name).slice(0, 20)
    return `the Cargo workspace has no program ${program}; it has ${others.length === 0 ? 'none' : others.join(', ')}: correct binary.target or binary.name`
  }
  return featureFault(named, program, options)
}

/** The features that every program of this name needs, and that these options do not enable. */
export function featureFault(
  programs: readonly CargoProgram[],
  program: string,
  options: readonly string[],
): string | null {
  if (options.includes('--all-features')) return null
  const named = programs.filter((p) => p.name === program)
  const lacks = named.map((p) => missing(p, options))
  const least = lacks.toSorted((a, b) => a.length - b.length)[0] ?? []
  if (least.length === 0) return null
  return `the program ${program} needs the feature${least.length === 1 ? '' : 's'} ${least.join(', ')} (required-features), which the build command does not enable: add --features ${least.join(',')}`
}

function missing(program: CargoProgram, options: readonly string[]): readonly string[] {
  const asked = options.flatMap((option, i) => {
    const value = /^(?:--features=|-F=?)(.+)$/.exec(option)?.[1]
    const before = options[i - 1]
    return value !== undefined ? words(value) : before === '--features' || before === '-F' ? words(option) : []
  })
  const enabled = new Set<string>()
  const enable = (feature: string): void => {
    if (enabled.has(feature)) return
    enabled.add(feature)
    for (const more of program.features[feature] ?? []) enable(more)
    // A feature of an optional dependency brings the dependency, unless it is asked for weakly.
    const [dependency, of] = feature.split('/')
    if (of !== undefined && dependency !== undefined && !dependency.endsWith('?')) enable(dependency)
  }
  if (!options.includes('--no-default-features')) enable('default')
  for (const feature of asked) {
    const [owner, own] = feature.includes('/') ? feature.split('/') : [program.package, feature]
    if (owner === program.package && own !== undefined) enable(own)
    enable(feature)
  }
  return program.requires.filter((feature) => !enabled.has(feature))
}

const words = (text: string): readonly string[] => text.split(/[\s,]+/).filter((word) => word !== '')

const dependencies = z.object({
  packages: z.array(z.object({ dependencies: z.array(z.object({ path: z.string().nullish() })) })),
})

/** Directories that the packages' manifests name as dependencies; none for a text that is not cargo's. */
export function readPathDependencies(text: string): readonly string[] {
  let raw: unknown
  try {
    raw = JSON.parse(text)
  } catch {
    return []
  }
  const read = dependencies.safeParse(raw)
  return read.success ? read.data.packages.flatMap((p) => p.dependencies.flatMap((d) => d.path ?? [])) : []
}
