/**
 * `vps-test init`: the caller's workflows and a commented configuration, written into another repository; nothing that
 * exists is touched.
 */
import { existsSync, lstatSync, mkdirSync, readFileSync, realpathSync, writeFileSync } from 'node:fs'
import { basename, dirname, join, relative, resolve } from 'node:path'
import { gitAt, GitError } from '../adapters/git/process.ts'
import { exitCodes, Failure } from '../domain/failure.ts'
import { readCargo } from '../inputs/init-cargo.ts'
import { checkpointRows } from '../domain/states.ts'
import { schemaLine } from '../inputs/json-schemas.ts'
import { configFor, type InitConfig } from '../inputs/init-config.ts'
import { callerWorkflows, gateCheck, labCheck } from '../inputs/init-workflows.ts'
import { findProjectFile, fleetNamed, parseProjectAll, projectFiles } from '../inputs/project.ts'
import { defaultFleet } from '../inputs/request-fields.ts'
import type { Context } from '../app/context.ts'
import { manifestsIn } from '../app/manifests.ts'
import { knownFailuresFor } from '../app/known-failures.ts'
import { loadProfiles, profilesFor } from '../app/profiles.ts'
import { printable, stripHidden } from '../domain/text.ts'

export interface InitFlags {
  readonly dir: string
  readonly ref: string
  /** Absent: what a configuration that exists names, or else the default of forms. */
  readonly fleet?: string
}

export async function init(c: Context, flags: InitFlags): Promise<number> {
  const dir = real(resolve(c.cwd, flags.dir))
  if (!/^(?!.*\.\.)[A-Za-z0-9][\w./-]{0,199}$/.test(flags.ref))
    throw new Failure({
      code: 'U080',
      message: `${printable(flags.ref)} is no tag or commit`,
      remedy: `vps-test init --ref v${c.version}`,
    })
  const fleet = flags.fleet ?? fleetOf(dir) ?? defaultFleet
  if (!/^[\w./-]{1,200}$/.test(fleet))
    throw new Failure({
      code: 'U081',
      message: `${printable(fleet)} is no fleet and no path of one`,
      remedy: 'vps-test init --fleet saorsa',
    })
  const repository = await repositoryOf(c, dir)
  const here = relative(repository.root, dir)
  if (!/^[\w./@+ -]{0,300}$/.test(here))
    throw new Failure({
      code: 'U085',
      message: `the path ${printable(here)} cannot stand in a workflow: letters, digits, and . / @ + - _ only`,
    })
  const config = await configOf(c, dir, basename(repository.name))
  const files = [
    ...(config.text === null
      ? []
      : [{ path: join(here, projectFiles[0]), text: `${schemaLine('vps-test', flags.ref)}\n${config.text}` }]),
    ...callerWorkflows({
      ref: flags.ref,
      fleet,
      repo: here === '' ? '.' : here,
      branch: repository.branch,
      projects: config.projects,
    }),
  ]
  const taken = files.filter((file) => present(join(repository.root, file.path))).map((file) => file.path)
  if (taken.length > 0)
    throw new Failure({
      code: 'U084',
      message: `nothing was written, because ${taken.length === 1 ? 'this exists' : 'these exist'}: ${taken.join(', ')}`,
      remedy: `cd ${quoted(repository.root)} && mkdir before-init && mv ${taken.map(quoted).join(' ')} before-init/`,
    })
  for (const file of files) {
    const path = join(repository.root, file.path)
    mkdirSync(dirname(path), { recursive: true })
    writeFileSync(path, file.text, { flag: 'wx' })
    c.terminal.info(`wrote ${file.path}`)
  }
  for (const note of config.notes) c.terminal.warn(note)
  c.terminal.print(next(fleet, repository.branch, stripHidden(join(here, projectFiles[0]))))
  return exitCodes.passed
}

const timers = checkpointRows
  .map(
    ({ id, afterMs }) =>
      `  vps-test-soak-${id}    with a wait timer of ${afterMs / 60_000} minutes: the checkpoint ${id} is taken on time`,
  )
  .join('\n')

const next = (fleet: string, branch: string, config: string): string => `
Next, in the repository:
  1. gh secret set VPS_TEST_SSH_KEY < <private key of fleet ${fleet}>
  2. git add .github ${config} && git commit, and push to ${stripHidden(branch)} (a schedule runs on the default branch only)
  3. On pull requests require the check "${labCheck}": the whole run on a lab.
     "${gateCheck}" is the gate of what is pushed or dispatched; required on a pull request, it would be waited for without end.
Environments of the repository (Settings → Environments), each where you want what it does:
  vps-test-approval   with required reviewers: they approve sessions with proof manual-verify
${timers}
Without them checkpoints are taken by the schedule, late, and approval is: GH_TOKEN=$(gh auth token) vps-test approve --remote <url of the repository>
`

/**
 * A path in a configuration is below the tested project's directory; that of a form is below the repository, so it is
 * named by hand.
 */
function fleetOf(dir: string): string | undefined {
  const file = findProjectFile(dir, existsSync)
  const fleet = file === undefined ? undefined : fleetNamed(readFileSync(file, 'utf8'), file)
  return fleet === undefined || /[/.]/.test(fleet) ? undefined : fleet
}

/** A repository that has a configuration under its other name keeps it. */
async function configOf(
  c: Context,
  dir: string,
  name: string,
): Promise<Omit<InitConfig, 'text'> & { readonly text: string | null }> {
  const own = findProjectFile(dir, existsSync)
  if (own !== undefined && own !== join(dir, projectFiles[0])) {
    c.terminal.info(`keeping ${stripHidden(relative(dir, own))}`)
    const text = readFileSync(own, 'utf8')
    const { all: profiles, files } = await profilesFor(c, { dir, text, file: own })
    const known = await knownFailuresFor({ dir, text, file: own })
    return {
      text: null,
      projects: parseProjectAll(text, own, { profiles, files, known }).map((one) => one.project),
      notes: [],
    }
  }
  const cargo = readCargo(manifestsIn(dir))
  if (cargo === undefined)
    throw new Failure({
      code: 'U082',
      message: `${stripHidden(dir)} holds no Cargo.toml`,
    })
  const config = configFor(cargo, await loadProfiles(c), name)
  if (config === undefined)
    throw new Failure({
      code: 'U083',
      message: `the Cargo workspace in ${stripHidden(dir)} has no program (no src/main.rs, no src/bin, no [[bin]]): vps-test deploys one`,
    })
  return config
}

const quoted = (path: string): string => (/^[\w./-]+$/.test(path) ? path : `'${path.replaceAll("'", `'\\''`)}'`)
const real = (path: string): string => (existsSync(path) ? realpathSync(path) : path)

/** A dangling link is present too. */
const present = (path: string): boolean => lstatSync(path, { throwIfNoEntry: false }) !== undefined

/** Where the repository begins, how it is called, which branch is its default. Without git: this directory, `main`. */
async function repositoryOf(
  c: Context,
  dir: string,
): Promise<{ readonly root: string; readonly name: string; readonly branch: string }> {
  const git = async (...args: readonly string[]): Promise<string> =>
    gitAt(
      dir,
      c.signal,
    )(args).then(
      ({ stdout }) => stdout.toString('utf8').trim(),
      (error: unknown) => {
        if (!(error instanceof GitError)) throw error
        return ''
      },
    )
  const [root, remote, head, current, known] = await Promise.all([
    git('rev-parse', '--show-toplevel'),
    git('config', '--get', 'remote.origin.url'),
    git('symbolic-ref', '--short', 'refs/remotes/origin/HEAD'),
    git('symbolic-ref', '--short', 'HEAD'),
    git(
      'for-each-ref',
      '--format=%(refname:lstrip=-1)',
      'refs/heads/main',
      'refs/heads/master',
      'refs/remotes/origin/main',
      'refs/remotes/origin/master',
    ),
  ])
  const name = remote
    .replace(/\/+$/, '')
    .replace(/\.git$/, '')
    .replace(/^.*[/:]/, '')
  return {
    root: root === '' ? dir : root,
    name: name === '' ? basename(dir) : name,
    branch: head.replace(/^origin\//, '') || known.split('\n')[0] || current || 'main',
  }
}
