/** Builds the workspace here with cargo-zigbuild against an old glibc, and says whose fault it is when that fails. */
import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { access, stat } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { readBuildCommand, zigArgv } from '../../domain/cargo-argv.ts'
import { classifyBuild } from '../../domain/cargo-failure.ts'
import { readMetadata } from '../../domain/cargo-metadata.ts'
import { emptyRun, readCargoLine, type CargoRun } from '../../domain/cargo-messages.ts'
import type { BuildResult, Built } from '../../domain/build.ts'
import { Failure } from '../../domain/failure.ts'
import { failures } from '../../domain/failures/failures.ts'
import type { Clock } from '../../ports.ts'
import type { Recoveries } from '../../ports/recoveries.ts'
import { runTool } from './process.ts'
import { buildProgress } from './progress.ts'
import { asked, keepLock, keepSourceList, sandboxFor, showOutside, type EnclosedBuild } from './enclosed.ts'
import { isInside } from './inside.ts'
import { ensureZig } from './toolchain.ts'
import { commandFault } from './workspace.ts'

export interface ZigBuildOptions extends EnclosedBuild {
  /** As configured: `cargo zigbuild --release -p x --target x86_64-unknown-linux-gnu`. */
  readonly argv: readonly string[]
  /** Built file as configured; its last component names the program. */
  readonly target: string
  readonly glibc: string
  readonly cacheDir: string
  readonly timeoutMs: number
  readonly clock: Clock
  readonly env?: NodeJS.ProcessEnv
  /** Compilers at once; absent or null: as many as cargo likes. */
  readonly jobs?: number | null
  readonly recoveries?: Recoveries
}

export async function buildWithZig(options: ZigBuildOptions): Promise<BuildResult> {
  const { workspace, log, clock, signal } = options
  const command = readBuildCommand(options.argv)
  if (typeof command === 'string') return { kind: 'failed', reason: 'usage', errors: [], message: command }
  if (!(await exists(join(workspace, 'Cargo.toml'))))
    return { kind: 'failed', reason: 'usage', errors: [], message: `${workspace} holds no Cargo.toml` }
  const ours = options.env ?? process.env
  const tools = await ensureZig({ cacheDir: options.cacheDir, log, signal, env: ours }).catch(orFailed)
  if ('kind' in tools) return tools
  const started = clock.now()
  const sandbox = await sandboxFor(options, tools, ours)
  try {
    const { kind } = sandbox.enclosure
    if (kind.kind === 'none') log.warn(`the build runs without a sandbox: ${kind.why}`)
    const answered = await asked(sandbox, tools.zig, options).catch(orFailed)
    if ('kind' in answered) return answered
    const { versions, metadata, launch } = answered
    // Where cargo cannot read the manifest, the build itself says why.
    const known = metadata === null ? undefined : readMetadata(metadata)
    const fault = commandFault(known, options.argv, options.target)
    if (fault !== null) return { kind: 'failed', reason: 'usage', errors: [], message: fault }
    await showOutside(sandbox, options, launch, metadata)
    const cargoRoot = known?.root ?? workspace
    const lock = join(cargoRoot, 'Cargo.lock')
    const locked = await exists(lock)
    if (!locked) log.warn('no Cargo.lock: the versions of dependencies are whatever is newest today')
    const { argv, glibc } = zigArgv(command, {
      glibc: options.glibc,
      targetDir: options.targetDir,
      locked,
      ...(options.jobs === undefined ? {} : { jobs: options.jobs }),
    })

    let run: CargoRun = emptyRun
    let waited = false
    const progress = buildProgress('zigbuild', log, clock, signal)
    const done = await runTool(argv as [string, ...string[]], {
      ...launch(workspace),
      timeoutMs: options.timeoutMs,
      signal,
      onLine: (line) => {
        run = readCargoLine(run, line)
      },
      onErrorLine: (line) => {
        progress.saw(line, run.finished)
        if (waited || !/^\s*Blocking waiting for file lock/.test(line)) return
        waited = true
        options.recoveries?.fire('build-locked', { recognised: line, done: 'it is waited for', nth: 1 })
      },
    }).finally(progress.end)
    if (done.code !== 0) return { kind: 'failed', ...classifyBuild(run, done.stderr) }
    if (kind.kind !== 'none') await keepSourceList(launch, options)
    if (!locked) await keepLock(sandbox, lock)
    const here = { cargoRoot, targetDir: options.targetDir, enclosed: kind.kind !== 'none' }
    const seconds = (clock.now() - started) / 1000
    return await found(options, run, { toolchain: versions, glibc, argv, seconds, sandbox: kind, here })
  } finally {
    await sandbox.enclosure.close()
  }
}

async function found(
  options: ZigBuildOptions,
  run: CargoRun,
  facts: Pick<Built, 'toolchain' | 'glibc' | 'argv' | 'seconds' | 'sandbox' | 'here'>,
): Promise<BuildResult> {
  const program = basename(options.target)
  const made = run.executables.findLast((path) => basename(path) === program)
  if (made === undefined)
    return { kind: 'failed', reason: 'usage', errors: [], message: notMade(program, run.executables) }
  if (!(await isInside(made, options.targetDir)))
    return { kind: 'failed', reason: 'compile', errors: [], message: `${made} is no file of this build` }
  const [sha256, { size }] = await Promise.all([digestOf(made), stat(made)])
  return { kind: 'built', path: made, sha256, bytes: size, source: 'zigbuild', ...facts }
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
