/** Finds cargo, cargo-zigbuild and zig, and installs the last two from PyPI into the cache where a machine has none. */
import { access, constants, mkdir, mkdtemp, realpath, rename, rm, writeFile } from 'node:fs/promises'
import { homedir } from 'node:os'
import { delimiter, dirname, join } from 'node:path'
import { Failure, isFailure } from '../../domain/failure.ts'
import type { Log } from '../../ports.ts'
import { runTool } from './process.ts'
import { zigFolder, zigRequirements, zigWheels } from './zig-wheels.ts'

export interface ToolchainOptions {
  readonly cacheDir: string
  readonly log: Log
  readonly signal: AbortSignal
  readonly env?: NodeJS.ProcessEnv
}

export interface ZigToolchain {
  /** What the build needs of the environment besides: PATH extended, and which zig. */
  readonly env: Readonly<Record<string, string>>
  readonly zig: string
  /** Where the programs lie. */
  readonly directories: readonly string[]
}

/** Looks for files only: which rustc answers in a directory is the project's word, and is asked in the sandbox. */
export async function ensureZig(options: ToolchainOptions): Promise<ZigToolchain> {
  const env = options.env ?? process.env
  const cargo = await findCargo(env)
  const path = [...(cargo.onPath ? [] : [cargo.dir]), ...(env['PATH'] ?? '').split(delimiter)]
  const here = await find('cargo-zigbuild', path)
  const zig = env['CARGO_ZIGBUILD_ZIG_PATH'] ?? (await find('zig', path))
  if (here !== undefined && zig !== undefined)
    return {
      env: { PATH: path.join(delimiter) },
      zig,
      directories: [cargo.dir, dirname(here), await folderOf(here), await folderOf(zig)],
    }
  // A sandbox shows places, not links to places.
  const tools = await realpath(await installed(env, options))
  // A zig on PATH is passed over for the one that is known to fit; a zig that a person names in the environment is not.
  const used = env['CARGO_ZIGBUILD_ZIG_PATH'] ?? join(tools, 'ziglang', 'zig')
  return {
    env: { PATH: [join(tools, 'bin'), ...path].join(delimiter), CARGO_ZIGBUILD_ZIG_PATH: used },
    zig: used,
    directories: [cargo.dir, tools, dirname(used), await folderOf(used)],
  }
}

/** Where a program really lies. */
const folderOf = async (file: string): Promise<string> => dirname(await realpath(file).catch(() => file))

async function findCargo(env: NodeJS.ProcessEnv): Promise<{ readonly dir: string; readonly onPath: boolean }> {
  const onPath = await find('cargo', (env['PATH'] ?? '').split(delimiter))
  if (onPath !== undefined) return { dir: dirname(onPath), onPath: true }
  const home = await find('cargo', [join(env['CARGO_HOME'] || join(env['HOME'] || homedir(), '.cargo'), 'bin')])
  if (home !== undefined) return { dir: dirname(home), onPath: false }
  throw new Failure({
    code: 'I304',
    message: 'cargo is not installed here (looked on PATH and in ~/.cargo/bin)',
    remedy: 'apt-get install cargo',
  })
}

/** Installed beside and moved in one step: a killed installation is never found, and two at once do not meet. */
async function installed(env: NodeJS.ProcessEnv, { cacheDir, log, signal }: ToolchainOptions): Promise<string> {
  const tools = join(cacheDir, zigFolder)
  if (await complete(tools)) return tools
  log.info(
    `installing cargo-zigbuild ${zigWheels['cargo-zigbuild'].version} and zig ${zigWheels.ziglang.version} from PyPI into ${cacheDir}`,
  )
  await mkdir(cacheDir, { recursive: true })
  const staging = await mkdtemp(join(cacheDir, `${zigFolder}.`))
  try {
    await pip(staging, env, signal)
    await rename(join(staging, 'tools'), tools).catch(async (error: unknown) => {
      if (await complete(tools)) return
      await rm(tools, { recursive: true, force: true })
      await rename(join(staging, 'tools'), tools).catch(() => {
        throw error
      })
    })
    return tools
  } finally {
    await rm(staging, { recursive: true, force: true })
  }
}

const complete = async (tools: string): Promise<boolean> =>
  (await runs(join(tools, 'ziglang', 'zig'))) && runs(join(tools, 'bin', 'cargo-zigbuild'))

async function pip(staging: string, env: NodeJS.ProcessEnv, signal: AbortSignal): Promise<void> {
  const venv = join(staging, 'venv'),
    list = join(staging, 'requirements.txt')
  await writeFile(list, zigRequirements())
  // Python looks for modules in its working directory: not in the checkout, whose files are the project's.
  const limits = { cwd: staging, env, signal, timeoutMs: 600_000 }
  const made = await runTool(['python3', '-I', '-m', 'venv', venv], limits).catch((error: unknown) => {
    throw isFailure(error, 'I301')
      ? missingPython('python3 is not installed here', 'apt-get install python3 python3-venv')
      : error
  })
  if (made.code !== 0)
    throw missingPython(
      `python3 cannot make a virtual environment: ${lastLine(made.stdout + made.stderr)}`,
      'apt-get install python3-venv',
    )
  const done = await runTool(
    [
      join(venv, 'bin', 'python3'),
      '-I',
      '-m',
      'pip',
      'install',
      '--no-input',
      '--disable-pip-version-check',
      '--require-hashes',
      '--only-binary=:all:',
      '--no-deps',
      '--target',
      join(staging, 'tools'),
      '-r',
      list,
    ],
    limits,
  )
  if (done.code !== 0)
    throw new Failure({
      code: 'I306',
      message: `pip could not install cargo-zigbuild and ziglang: ${lastLine(done.stderr)}`,
      remedy: 'python3 -m pip download cargo-zigbuild ziglang',
    })
}

const missingPython = (message: string, remedy: string): Failure =>
  new Failure({ code: 'I305', message, remedy: `${remedy} (or: vps-test doctor --fix)` })
const lastLine = (text: string): string =>
  text
    .split('\n')
    .map((l) => l.trim())
    .filter((l) => l !== '')
    .at(-1) ?? 'it said nothing'
const runs = (file: string): Promise<boolean> =>
  access(file, constants.X_OK).then(
    () => true,
    () => false,
  )

async function find(program: string, dirs: readonly string[]): Promise<string | undefined> {
  for (const dir of dirs) if (dir !== '' && (await runs(join(dir, program)))) return join(dir, program)
  return undefined
}
