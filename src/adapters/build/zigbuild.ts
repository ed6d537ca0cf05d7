/** Builds the workspace here with cargo-zigbuild against an old glibc, and says whose fault it is when that fails. */
import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { access, mkdir, stat } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { readBuildCommand, zigArgv } from '../../domain/cargo-argv.ts'
import { classifyBuild } from '../../domain/cargo-failure.ts'
import { emptyRun, readCargoLine, type CargoRun } from '../../domain/cargo-messages.ts'
import type { BuildResult } from '../../domain/build.ts'
import { Failure } from '../../domain/failure.ts'
import { failures } from '../../domain/failures/failures.ts'
import type { Clock, Log } from '../../ports.ts'
import { runTool } from './process.ts'
import { buildProgress } from './progress.ts'
import { ensureZig } from './toolchain.ts'
import { commandFault, readWorkspace } from './workspace.ts'

export interface ZigBuildOptions {
  /** Directory of the Cargo workspace. */
  readonly workspace: string
  /** As configured: `cargo zigbuild --release -p x --target x86_64-unknown-linux-gnu`. */
  readonly argv: readonly string[]
  /** Built file as configured; its last component names the program. */
  readonly target: string
  readonly glibc: string
  /** Survives runs, so that a second build is incremental. */
  readonly targetDir: string
  readonly cacheDir: string
  readonly timeoutMs: number
  readonly log: Log
  readonly clock: Clock
  readonly signal: AbortSignal
  readonly env?: NodeJS.ProcessEnv
}

export async function buildWithZig(options: ZigBuildOptions): Promise<BuildResult> {
  const { workspace, log, clock, signal } = options
  const command = readBuildCommand(options.argv)
  if (typeof command === 'string') return { kind: 'failed', reason: 'usage', errors: [], message: command }
  if (!(await exists(join(workspace, 'Cargo.toml'))))
    return { kind: 'failed', reason: 'usage', errors: [], message: `${workspace} holds no Cargo.toml` }
  const tools = await ensureZig({
    cacheDir: options.cacheDir,
    cwd: workspace,
    log,
    signal,
    ...(options.env === undefined ? {} : { env: options.env }),
  }).catch(orFailed)
  if ('kind' in tools) return tools
  const known = await readWorkspace(workspace, signal, { env: tools.env })
  const fault = commandFault(known, options.argv, options.target)
  if (fault !== null) return { kind: 'failed', reason: 'usage', errors: [], message: fault }
  const cargoRoot = known?.root ?? workspace
  const locked = await exists(join(cargoRoot, 'Cargo.lock'))
  if (!locked) log.warn('no Cargo.lock: the versions of dependencies are whatever is newest today')
  const { argv, glibc } = zigArgv(command, { glibc: options.glibc, targetDir: options.targetDir, locked })
  await mkdir(options.targetDir, { recursive: true })

  let run: CargoRun = emptyRun
  const started = clock.now()
  const progress = buildProgress('zigbuild', log, clock, signal)
  const done = await runTool(argv as [string, ...string[]], {
    cwd: workspace,
    env: tools.env,
    timeoutMs: options.timeoutMs,
    signal,
    onLine: (line) => {
      run = readCargoLine(run, line)
    },
    onErrorLine: (line) => {
      progress.saw(line, run.finished)
    },
  }).finally(progress.end)
  if (done.code !== 0) return { kind: 'failed', ...classifyBuild(run, done.stderr) }
  const program = basename(options.target)
  const made = run.executables.findLast((path) => basename(path) === program)
  if (made === undefined)
    return { kind: 'failed', reason: 'usage', errors: [], message: notMade(program, run.executables) }
  const [sha256, { size }] = await Promise.all([digestOf(made), stat(made)])
  return {
    kind: 'built',
    path: made,
    sha256,
    bytes: size,
    source: 'zigbuild',
    toolchain: tools.versions,
    glibc,
    argv,
    seconds: (clock.now() - started) / 1000,
    here: { cargoRoot, targetDir: options.targetDir },
  }
}

export const notMade = (program: string, made: readonly string[]): string =>
  `the build made no program ${program}; it made ${made.length === 0 ? 'none' : made.map((m) => basename(m)).join(', ')}: correct binary.target or the build command`

export async function digestOf(path: string): Promise<string> {
  const hash = createHash('sha256')
  for await (const chunk of createReadStream(path)) hash.update(chunk as Uint8Array)
  return hash.digest('hex')
}

/** A machine without the tools is a toolchain failure like any other: the build host may have them. */
function orFailed(error: unknown): BuildResult {
  if (!(error instanceof Failure) || failures[error.facts.code].buildHostMayHelp !== true) throw error
  return {
    kind: 'failed',
    reason: 'toolchain',
    errors: [],
    message:
      error.facts.remedy === undefined ? error.message : `${error.message}; to build here: ${error.facts.remedy}`,
  }
}

const exists = (path: string): Promise<boolean> =>
  access(path).then(
    () => true,
    () => false,
  )
