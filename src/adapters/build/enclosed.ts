/** The sandbox of a build: which tools it is shown, and which of them answer in the project's directory. */
import { access, readFile, stat, writeFile } from 'node:fs/promises'
import { homedir } from 'node:os'
import { join } from 'node:path'
import { Failure } from '../../domain/failure.ts'
import { innerHome, sandboxEnvironment, shownFor } from '../sandbox/policy.ts'
import { sourceBuiltScript } from '../sandbox/script.ts'
import { openSandbox, type Enclosure, type SandboxWay } from '../sandbox/sandbox.ts'
import { readPathDependencies } from '../../domain/cargo-metadata.ts'
import type { Log } from '../../ports.ts'
import type { Launch } from '../process.ts'
import { isInside } from './inside.ts'
import { runTool } from './process.ts'
import { askTools, cargoMetadata, type ToolAnswers } from './questions.ts'
import { outsideCopy, sourceCopy } from './source-copy.ts'
import type { ZigToolchain } from './toolchain.ts'

export interface EnclosedBuild {
  /** Directory of the Cargo workspace. */
  readonly workspace: string
  /** Survives runs, so that a second build is incremental. */
  readonly targetDir: string
  /** The sandbox's own: homes of the user that builds. One for each project; survives runs. */
  readonly sandboxDir: string
  /** What is done where the machine has no way to enclose a program. */
  readonly unenclosed: 'refuse' | 'build'
  /** Instead of the first way to enclose that works here. */
  readonly way?: SandboxWay
  readonly log: Log
  readonly signal: AbortSignal
}

export interface BuildSandbox {
  readonly enclosure: Enclosure
  /** Where the enclosing programs begin: the project's own directory is entered inside. */
  readonly cwd: string
}

export async function sandboxFor(
  options: EnclosedBuild,
  tools: Pick<ZigToolchain, 'env' | 'directories'>,
  ours: NodeJS.ProcessEnv,
): Promise<BuildSandbox> {
  const home = ours['HOME'] || homedir()
  const rustup = ours['RUSTUP_HOME'] || join(home, '.rustup')
  const own = Object.entries(ours).filter((e): e is [string, string] => ownPlaces.test(e[0]) && e[1] !== undefined)
  const env = { ...sandboxEnvironment({ ...ours, ...tools.env }), RUSTUP_HOME: rustup }
  const enclosure = await openSandbox({
    folder: options.sandboxDir,
    shown: shownFor(tools.env['PATH'] ?? ours['PATH'] ?? '', [home, options.workspace], [rustup, ...tools.directories]),
    written: [options.targetDir],
    source: sourceCopy(options.workspace, options.log, options.signal),
    env,
    ours: Object.fromEntries(own),
    ...(options.way === undefined ? {} : { way: options.way }),
    signal: options.signal,
  })
  if (enclosure.kind.kind !== 'none') return { enclosure, cwd: '/' }
  if (options.unenclosed === 'refuse')
    throw new Failure({
      code: 'I320',
      message: `the project's code would run beside a key or a token that writes: ${enclosure.kind.why}`,
    })
  return { enclosure, cwd: options.workspace }
}

const ownPlaces = /^(?:HOME|USER|LOGNAME|TMPDIR|CARGO_HOME|XDG_CACHE_HOME)$/

export type Enclosed = (dir: string) => Launch & { readonly hold?: boolean }

/**
 * Toolchains are shown and not written; a project that asks for one that is not here gets it into the sandbox's own
 * home, where there is any way to.
 */
export async function asked(
  { enclosure, cwd }: BuildSandbox,
  zig: string,
  options: EnclosedBuild,
): Promise<ToolAnswers & { readonly launch: Enclosed }> {
  const launching =
    (more: Readonly<Record<string, string>>): Enclosed =>
    (dir) => ({ ...enclosure.enclose(dir, more), cwd: enclosure.kind.kind === 'none' ? dir : cwd, hold: true })
  const usual = launching({})
  const answers = await askTools(zig, usual(options.workspace), options.signal)
  if (!('rustc' in answers)) return { ...answers, launch: usual }
  if (enclosure.kind.kind === 'none' || !(await asksForToolchain(options.workspace))) throw answers.rustc
  options.log.info('the project asks for a toolchain that is not installed: it is fetched into the sandbox')
  const own = launching({ RUSTUP_HOME: join(innerHome, '.rustup'), RUSTUP_AUTO_INSTALL: '1' })
  const again = await askTools(zig, own(options.workspace), options.signal)
  if ('rustc' in again) throw again.rustc
  return { ...again, launch: own }
}

/** More than this is no list of dependencies that a person wrote. */
const mostOutside = 20

/**
 * Packages outside the repository that manifests name by their path come in as copies too: only directories with a
 * manifest, without what looks like a secret.
 */
export async function showOutside(
  { enclosure }: BuildSandbox,
  { log, signal }: EnclosedBuild,
  launch: Enclosed,
  metadata: string | null,
): Promise<void> {
  if (enclosure.kind.kind === 'none') return
  const waiting = [...readPathDependencies(metadata ?? '')]
  const seen = new Set<string>()
  const metadataOf = async (dir: string): Promise<string> => {
    const said = await runTool(cargoMetadata, { ...launch(dir), timeoutMs: 60_000, signal })
    return said.code === 0 ? said.stdout : ''
  }
  for (let path = waiting.shift(); path !== undefined && seen.size < mostOutside; path = waiting.shift()) {
    const outside = enclosure.copyOf(join(path, 'Cargo.toml')) === null
    if (!outside || seen.has(path) || !(await isInside(join(path, 'Cargo.toml'), path))) continue
    seen.add(path)
    await enclosure.addSource(await outsideCopy(path, log, signal))
    waiting.push(...readPathDependencies(await metadataOf(path)))
  }
}

/** A lock file that cargo made belongs to the project's directory; it is data that the project's code may have written. */
export async function keepLock({ enclosure }: BuildSandbox, lock: string): Promise<void> {
  const made = enclosure.copyOf(lock)
  if (made === null || !(await isInside(made.file, made.below))) return
  if ((await stat(made.file)).size < longestLock) await writeFile(lock, await readFile(made.file), { flag: 'wx' })
}

const longestLock = 16 << 20

/** What was built, so that the next build in this directory knows what has changed since. */
export async function keepSourceList(launch: Enclosed, { workspace, targetDir, signal }: EnclosedBuild): Promise<void> {
  const done = await runTool(['sh', '-c', sourceBuiltScript, 'source-built', targetDir], {
    ...launch(workspace),
    timeoutMs: 60_000,
    signal,
  })
  if (done.code !== 0)
    throw new Failure({ code: 'B302', message: `the list of the source in ${targetDir}: ${done.stderr.trim()}` })
}

/** Looked for as rustup does: in each directory above. */
async function asksForToolchain(workspace: string): Promise<boolean> {
  for (let dir = workspace; ; dir = join(dir, '..')) {
    for (const name of ['rust-toolchain.toml', 'rust-toolchain'])
      if (
        await access(join(dir, name)).then(
          () => true,
          () => false,
        )
      )
        return true
    if (dir === join(dir, '..')) return false
  }
}
