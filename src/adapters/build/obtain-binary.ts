/** One binary to test, whichever way it comes: zigbuild here, the native build where that cannot work, a given file, a release asset. */
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import {
  afterZigbuild,
  type BuildFailed,
  type BuildRecord,
  type BuildResult,
  type Built,
  type SourceInfo,
  type Uncommitted,
} from '../../domain/build.ts'
import { ElfError, readElf } from '../../domain/elf.ts'
import { Failure } from '../../domain/failure.ts'
import { sha256 } from '../../domain/ledger.ts'
import type { BinarySource } from '../../domain/plan.ts'
import type { ProjectConfig } from '../../domain/project.ts'
import type { Clock, NeedsNativeBuild, Log, Obtained, Remote } from '../../ports.ts'
import type { Recoveries } from '../../ports/recoveries.ts'
import { buildAgain } from './build-again.ts'
import { failed } from './build-failure.ts'
import { givenFile, storeProgram, releaseAsset } from './given.ts'
import { buildNative } from './native.ts'
import { writtenFolder } from '../sandbox/sandbox.ts'
import { oneBuild } from './one-build.ts'
import { sameSource } from './same-source.ts'
import { readSource } from './source.ts'
import { targetDirectory } from './target-directory.ts'
import { uncommittedIn } from './uncommitted.ts'
import { besideTheCommit } from './whole-commit.ts'
import { buildWithZig } from './zigbuild.ts'

export interface ObtainOptions {
  readonly project: string
  readonly binary: ProjectConfig['binary']
  /** `workspace` and `path` are absolute. */
  readonly source: BinarySource
  /** The program is put at `<outDir>/<sha256>/<name>`, safe from the next build. */
  readonly outDir: string
  /** Tools and target directories; survives runs. */
  readonly cacheDir: string
  /** Connects to the fleet's build host when it is needed; absent: no native build. */
  readonly buildHost?: () => Promise<Remote>
  readonly github?: { readonly baseUrl?: string; readonly token?: string }
  /** For one build. */
  readonly timeoutMs: number
  readonly log: Log
  readonly clock: Clock
  readonly signal: AbortSignal
  readonly env?: NodeJS.ProcessEnv
  /** What is done where the machine has no way to enclose the project's code. */
  readonly unenclosed: 'refuse' | 'build'
  readonly recoveries?: Recoveries
  /** Ways that were tried already and did not make a binary; where there are any, the build host builds. */
  readonly before?: BuildRecord['before']
}

/** {@link NeedsNativeBuild}: zigbuild failed for a toolchain reason and there is a build host; ask again with what it names. */
export async function obtainBinary(options: ObtainOptions): Promise<Obtained | NeedsNativeBuild> {
  const { source, binary, log, signal, clock } = options
  const started = clock.now()
  switch (source.kind) {
    case 'build':
      return built(options, source.workspace, source.native === true)
    case 'file': {
      const data = await givenFile(source.path, binary.name, signal)
      return kept(options, data, {
        source: 'file',
        from: { kind: 'file', path: source.path },
        uncommitted: null,
        toolchain: null,
        glibc: null,
        argv: [],
        seconds: (clock.now() - started) / 1000,
        sandbox: null,
        before: [],
      })
    }
    case 'session':
      return {
        record: source.build,
        path: await storeProgram(
          await givenFile(source.path, binary.name, signal),
          join(options.outDir, source.build.sha256),
          binary.name,
        ),
      }
    case 'release': {
      log.info(`fetching ${source.asset} of ${source.repository} ${source.tag}`)
      const { data, digest, tag } = await releaseAsset({
        ...source,
        program: binary.name,
        timeoutMs: options.timeoutMs,
        signal,
        ...options.github,
      })
      return kept(options, data, {
        source: 'release',
        from: { kind: 'release', repository: source.repository, tag, asset: source.asset, digest },
        uncommitted: null,
        toolchain: null,
        glibc: null,
        argv: [],
        seconds: (clock.now() - started) / 1000,
        sandbox: null,
        before: [],
      })
    }
  }
}

async function built(options: ObtainOptions, workspace: string, native: boolean): Promise<Obtained | NeedsNativeBuild> {
  const { project, signal, cacheDir, timeoutMs, recoveries, log } = options
  const before = options.before ?? []
  if (native || before.length > 0) return natively(options, before, await readSource(workspace, signal))
  const sandboxDir = join(cacheDir, 'sandbox', project)
  const targets = await writtenFolder(sandboxDir, 'target', signal)
  const targetDir = await targetDirectory(targets.path, workspace, targets.remove)
  const waits = (): void => {
    const recognised = `another build works in ${targetDir}`
    log.info(`${recognised}; it is waited for`)
    recoveries?.fire('build-locked', { recognised, done: 'it is waited for', nth: 1 })
  }
  return oneBuild({ targetDir, timeoutMs, waits, signal }, () =>
    zigBuilt(options, workspace, { sandboxDir, targets, targetDir }),
  )
}

interface BuildPlaces {
  readonly sandboxDir: string
  readonly targets: Awaited<ReturnType<typeof writtenFolder>>
  readonly targetDir: string
}

async function zigBuilt(
  options: ObtainOptions,
  workspace: string,
  { sandboxDir, targets, targetDir }: BuildPlaces,
): Promise<Obtained | NeedsNativeBuild> {
  const { binary, log, clock, signal, cacheDir, timeoutMs, recoveries } = options
  const from = await readSource(workspace, signal)
  const common = { argv: binary.build, target: binary.target, timeoutMs, log, clock, signal }
  const zig = await buildAgain(
    ({ jobs }) =>
      buildWithZig({
        ...common,
        workspace,
        glibc: binary.glibc,
        cacheDir,
        sandboxDir,
        targetDir,
        jobs,
        unenclosed: options.unenclosed,
        ...(recoveries === undefined ? {} : { recoveries }),
        ...(options.env === undefined ? {} : { env: options.env }),
      }),
    { targets, targetDir, recoveries, clock, signal },
  )
  switch (afterZigbuild(zig)) {
    case 'use':
      return finish(options, zig, await sameSource(from, workspace, signal), [])
    case 'fail':
      throw failed(zig, [])
    case 'native':
      return elsewhere(options, zig as BuildFailed, from)
  }
}

async function elsewhere(options: ObtainOptions, zig: BuildFailed, from: SourceInfo): Promise<NeedsNativeBuild> {
  const before = [{ source: 'zigbuild', reason: zig.reason, message: zig.message }] as const
  const not = await notNatively(options, from)
  if (not !== null) throw failed(zig, before, not)
  options.log.warn(`zigbuild failed (${zig.message}); building natively on the build host`)
  return { elsewhere: before }
}

async function notNatively(options: ObtainOptions, from: SourceInfo): Promise<string | null> {
  if (options.buildHost === undefined) return 'no build host is known for a native build'
  if (from.kind === 'none') return `a native build needs a git commit, and ${from.why}`
  const beside = await besideTheCommit(from, options.signal)
  return beside === null ? null : `a native build sends the commit alone, and ${beside}`
}

async function natively(options: ObtainOptions, before: BuildRecord['before'], from: SourceInfo): Promise<Obtained> {
  const not = await notNatively(options, from)
  if (options.buildHost === undefined || from.kind === 'none' || not !== null)
    throw new Failure({ code: 'I318', message: not ?? 'no native build is possible' })
  const remote = await options.buildHost()
  const { project, binary, log, clock, signal, timeoutMs } = options
  const native = await buildNative({
    remote,
    project,
    source: from,
    argv: binary.localBuild ?? binary.build,
    target: binary.target,
    outDir: join(options.cacheDir, 'fetched', project),
    timeoutMs,
    log,
    clock,
    signal,
  })
  return finish(options, native, from, before)
}

async function finish(
  options: ObtainOptions,
  result: BuildResult,
  from: SourceInfo,
  before: BuildRecord['before'],
): Promise<Obtained> {
  if (result.kind === 'failed') throw failed(result, before)
  const { source, toolchain, glibc, argv, seconds, sandbox } = result satisfies Built
  const data = await readFile(result.path)
  if (sha256(data) !== result.sha256)
    throw new Failure({
      code: 'B302',
      message: `${result.path} changed after it was built: does another build run in this directory?`,
    })
  const uncommitted = await readBesides(options, result, from)
  return kept(options, data, { source, from, uncommitted, toolchain, glibc, argv, seconds, sandbox, before })
}

const readBesides = async (o: ObtainOptions, { here, path }: Built, from: SourceInfo): Promise<Uncommitted | null> =>
  here === undefined || from.kind === 'none'
    ? null
    : uncommittedIn({ root: from.root, workspace: join(from.root, from.subdir), program: path, ...here }, o.signal)

async function kept(
  options: ObtainOptions,
  data: Uint8Array,
  facts: Omit<BuildRecord, 'name' | 'sha256' | 'bytes' | 'elf'>,
): Promise<Obtained> {
  const digest = sha256(data)
  try {
    const record: BuildRecord = {
      ...facts,
      name: options.binary.name,
      sha256: digest,
      bytes: data.length,
      elf: readElf(data),
    }
    return { path: await storeProgram(data, join(options.outDir, digest), options.binary.name), record }
  } catch (error) {
    if (!(error instanceof ElfError)) throw error
    throw new Failure(
      { code: 'U304', message: `${options.binary.name} is no program for Linux: ${error.message}` },
      error,
    )
  }
}
