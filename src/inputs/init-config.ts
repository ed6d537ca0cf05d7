/** The commented `vps-test.yaml` that `init` writes for a Rust workspace. */
import { stringify } from 'yaml'
import { checkpointStates, configKey } from '../domain/states.ts'
import type { Profile } from '../domain/profile.ts'
import type { CargoProgram } from '../domain/cargo-metadata.ts'
import type { CargoTree } from './init-cargo.ts'

export interface InitConfig {
  readonly text: string
  /** Projects that a dispatch can choose from. */
  readonly projects: readonly string[]
  /** What the person must look at before the first run. */
  readonly notes: readonly string[]
}

/**
 * Stands in where no profile describes the program: it is the one with every promise, so a wrong guess shows at the
 * first start.
 */
const fallback = 'testnet'

/** `hint`: the repository's own name, which a program may share. Undefined where there is no program. */
export function configFor(
  { programs, several }: CargoTree,
  profiles: readonly Profile[],
  hint: string,
): InitConfig | undefined {
  const known = programs.flatMap((program) => profilesOf(program, profiles).map((profile) => ({ program, profile })))
  const modules = known.filter(
    (one, i) => known.findIndex((other) => other.profile.module === one.profile.module) === i,
  )
  if (modules.length > 1)
    return {
      text: workspaceText(modules),
      projects: [...new Set(modules.map((one) => one.profile.project))],
      notes: [],
    }
  const [only] = modules
  if (only !== undefined)
    return {
      text: projectText({ ...only, project: only.profile.project, several, others: [] }),
      projects: [only.profile.project],
      notes: [],
    }
  const program = programs.find((one) => one.preferred) ?? programs.find((one) => one.name === hint) ?? programs[0]
  const profile = profiles.find((p) => p.name === fallback)
  if (program === undefined || profile === undefined) return undefined
  const others = programs.filter((one) => one.name !== program.name).map((one) => one.name)
  return {
    text: projectText({
      program,
      profile,
      project: nameLike(program.name),
      several,
      others,
      guessed: profiles.map((p) => p.name),
    }),
    projects: [nameLike(program.name)],
    notes: [
      `no profile of vps-test describes ${program.name}: look at "profile" in vps-test.yaml before the first run`,
    ],
  }
}

/** Those that must be named only where no other describes the program. */
function profilesOf(program: CargoProgram, profiles: readonly Profile[]): readonly Profile[] {
  const all = profiles.filter((p) => p.binary === program.name)
  const chosen = all.filter((p) => p.onlyWhenNamed !== true)
  return chosen.length > 0 ? chosen : all
}

interface Facts {
  readonly program: CargoProgram
  readonly profile: Profile
  readonly project: string
  readonly several: boolean
  readonly others: readonly string[]
  readonly guessed?: readonly string[]
}

function projectText({ program, profile, project, several, others, guessed }: Facts): string {
  const directory = nameLike(program.name)
  const one = several ? ` -p ${program.package}` : ''
  return `# How vps-test builds, deploys and tests this program.
project: ${project}
${
  guessed === undefined
    ? `# How the program is started, dialled and read.
profile: ${profile.name}`
    : `# CHECK THIS: a profile says how the program is started, dialled and read, and none of vps-test's describes ${commented(program.name)}.
# It must take the same arguments as the program of this one, or another of: ${guessed.join(', ')}.
profile: ${profile.name}`
}

binary:
${others.length > 0 ? `  # The workspace has more programs: ${others.map(commented).join(', ')}.\n` : ''}${indented({ name: program.name, crate: program.package, build: `cargo zigbuild --release${one} --target x86_64-unknown-linux-gnu`, target: `target/x86_64-unknown-linux-gnu/release/${program.name}` })}
deploy:
${indented({ install_path: `/opt/${directory}/`, service_name: directory })}  # nodes: [node-1, node-2]   # instead of all
  # post_deploy: ["…"]         # shell commands, run on each node

${shared([profile])}`
}

function workspaceText(modules: readonly { readonly program: CargoProgram; readonly profile: Profile }[]): string {
  return `# How vps-test builds, deploys and tests this workspace.
# Each module is a project of its own.
modules:
${indented(Object.fromEntries(modules.map(({ program, profile }) => [profile.module, { binary: program.name, crate: program.directory === '' ? '.' : program.directory, profile: profile.name }])))}
build:
  command: cargo zigbuild --release --target x86_64-unknown-linux-gnu

deploy:
  install_path: /opt/vps-test/
  service_prefix: vps-test
  # nodes: [node-1, node-2]   # instead of all

${shared(modules.map((one) => one.profile))}`
}

const shared = (used: readonly Profile[]): string => `tests:
  connectivity:
    # Per cent of attempts, by how the two peers reach each other.
    success_criteria:
      direct: 99
      nat_traversed: 85
      relay: 100

# The same tests again, one and six hours after they passed.
soak:
${checkpointStates.map((c) => `  ${configKey(c)}: true\n`).join('')}
# For runs where nobody is asked: a push, a pull request.
answers:
  focus: ${['connectivity', 'full-suite'].find((focus) => used.every((one) => one.focuses.includes(focus))) ?? 'connectivity'}
  criteria: threshold
  proof: all-evidence
`

const indented = (value: object): string => stringify(value, { lineWidth: 0 }).replace(/^(?=.)/gm, '  ')
const commented = (name: string): string => name.replace(/[^\w.-]/g, '?')

/** As names of projects, services and directories are: lower case, digits, dashes. */
const nameLike = (name: string): string =>
  name
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^[^a-z]+/, '')
    .replace(/-+$/, '')
    .slice(0, 63) || 'program'
