/** Builds a commit on the build host with its own toolchain and brings the program back, hash-checked. */
import { createReadStream } from 'node:fs'
import { mkdir, stat, writeFile } from 'node:fs/promises'
import { basename, join } from 'node:path'
import {
  buildCommit,
  busyExit,
  checkHost,
  fetchProgram,
  hostTools,
  lateExit,
  measure,
  readTools,
  receiveCommit,
} from '../../commands/native-build.ts'
import { nativeArgv, readBuildCommand } from '../../domain/cargo-argv.ts'
import { classifyBuild } from '../../domain/cargo-failure.ts'
import { emptyRun, readCargoLine, type CargoRun } from '../../domain/cargo-messages.ts'
import type { BuildResult, SourceInfo } from '../../domain/build.ts'
import { Failure } from '../../domain/failure.ts'
import { sha256 } from '../../domain/ledger.ts'
import type { Clock, Log, Remote, RunOptions, RunResult } from '../../ports.ts'
import { withBundle } from './bundle.ts'
import { buildProgress } from './progress.ts'
import { git } from './source.ts'
import { notMade } from './zigbuild.ts'

export interface NativeOptions {
  readonly remote: Remote
  readonly project: string
  readonly source: Extract<SourceInfo, { kind: 'git' }>
  readonly argv: readonly string[]
  readonly target: string
  /** The program is written here under its name. */
  readonly outDir: string
  readonly timeoutMs: number
  readonly log: Log
  readonly clock: Clock
  readonly signal: AbortSignal
}

const shortMs = 60_000,
  transferMs = 900_000,
  maxProgram = 1 << 30

export async function buildNative(options: NativeOptions): Promise<BuildResult> {
  const { remote, project, source, log, clock, signal } = options
  const command = readBuildCommand(options.argv)
  if (typeof command === 'string') return { kind: 'failed', reason: 'usage', errors: [], message: command }
  refuseDirty(source, 'a native build')
  const started = clock.now()
  const tools = await hostToolchain(remote, signal)
  await send(options)
  const locked =
    (await git(
      source.root,
      signal,
      'ls-tree',
      '--name-only',
      source.commit,
      '--',
      join(source.subdir, 'Cargo.lock'),
    )) !== ''
  const argv = nativeArgv(command, locked)
  let run: CargoRun = emptyRun
  const progress = buildProgress(`native build on ${remote.name}`, log, clock, signal)
  const built = await remote
    .run(
      buildCommit({
        project,
        commit: source.commit,
        subdir: source.subdir,
        argv,
        seconds: Math.ceil(options.timeoutMs / 1000),
      }),
      {
        timeoutMs: options.timeoutMs + 30_000,
        signal,
        onLine: (line) => {
          run = readCargoLine(run, line)
          progress.saw(compiled(line), run.finished)
        },
      },
    )
    .finally(progress.end)
  refuseExit(built, options)
  if (built.code !== 0) return { kind: 'failed', ...classifyBuild(run, built.stderr) }
  const program = basename(options.target)
  const made = run.executables.findLast((path) => basename(path) === program)
  if (made === undefined)
    return { kind: 'failed', reason: 'usage', errors: [], message: notMade(program, run.executables) }
  const fetched = await download(remote, made, options)
  return {
    kind: 'built',
    ...fetched,
    source: 'native',
    toolchain: { ...tools, zigbuild: null, zig: null },
    glibc: null,
    argv,
    seconds: (clock.now() - started) / 1000,
    sandbox: null,
  }
}

/** What a person sees in the directory must be what is tested: a commit that lacks their changes would not be. */
export function refuseDirty(source: Extract<SourceInfo, { kind: 'git' }>, what: string): void {
  if (source.dirty === null) return
  throw new Failure({
    code: 'U301',
    remedy: 'git commit -a',
    message: `${what} takes the commit ${source.commit.slice(0, 12)}, which lacks ${source.dirty.count} changed file(s): ${source.dirty.paths.slice(0, 5).join(', ')}`,
  })
}

async function hostToolchain(
  remote: Remote,
  signal: AbortSignal,
): Promise<{ readonly rustc: string; readonly cargo: string }> {
  const asked = await remote.run(checkHost, { timeoutMs: shortMs, signal })
  const tools = readTools(asked.stdout)
  const missing = hostTools.filter((t) => !tools.has(t))
  if (asked.code !== 0)
    throw new Failure({
      code: 'I311',
      node: remote.name,
      step: 'native build',
      message: `${remote.name} cannot say what it can build with (exit ${String(asked.code)}): ${asked.stderr.trim().slice(-200)}`,
      remedy: 'vps-test nodes',
    })
  if (missing.length === 0) return { rustc: tools.get('rustc') ?? '', cargo: tools.get('cargo') ?? '' }
  throw new Failure({
    code: 'I311',
    node: remote.name,
    step: 'native build',
    message: `${remote.name} cannot build: no ${missing.join(', no ')}`,
    remedy: 'apt-get install git cargo coreutils util-linux',
  })
}

async function send({ remote, project, source, log, signal }: NativeOptions): Promise<void> {
  await withBundle(source.root, source.commit, signal, async (file) => {
    const { size } = await stat(file)
    log.info(`${remote.name}: sending commit ${source.commit.slice(0, 12)} (${size} bytes)`)
    const onSent = (bytes: number): void => {
      log.progress('bundle', `bundle: ${bytes} of ${size} bytes`)
    }
    const done = await remote.run(receiveCommit(project, source.commit), {
      timeoutMs: transferMs,
      signal,
      stdin: createReadStream(file),
      onSent,
    })
    if (done.code === busyExit) throw busy(remote, project)
    if (done.code !== 0 || done.stdout.trim() !== source.commit) {
      throw new Failure({
        code: 'I312',
        node: remote.name,
        step: 'native build',
        message: `${remote.name} could not check out ${source.commit.slice(0, 12)} (exit ${String(done.code)}): ${(done.stderr.trim() || done.stdout.trim() || 'it said nothing').split('\n').at(-1)?.slice(0, 200) ?? ''}`,
      })
    }
  })
}

function refuseExit(built: RunResult, { remote, project, timeoutMs, source }: NativeOptions): void {
  if (built.code === busyExit) throw busy(remote, project)
  if (built.code === lateExit)
    throw new Failure({
      code: 'I302',
      node: remote.name,
      step: 'native build',
      message: `the native build on ${remote.name} did not end in ${Math.round(timeoutMs / 1000)} s and was stopped`,
    })
  if (built.code === 66)
    throw new Failure({
      code: 'I312',
      node: remote.name,
      step: 'native build',
      message: `the checkout on ${remote.name} is not ${source.commit.slice(0, 12)} any more`,
    })
}

const busy = (remote: Remote, project: string): Failure =>
  new Failure({
    code: 'B301',
    node: remote.name,
    step: 'native build',
    message: `another build of ${project} runs on ${remote.name}`,
  })

async function download(
  remote: Remote,
  path: string,
  { outDir, target, signal }: NativeOptions,
): Promise<{ readonly path: string; readonly sha256: string; readonly bytes: number }> {
  const limits: RunOptions = { timeoutMs: shortMs, signal }
  const measured = await remote.run(measure(path), limits)
  const said = measured.code === 0 ? /^([0-9a-f]{64}) (\d{1,12})$/.exec(measured.stdout.trim()) : null
  const digest = said?.[1],
    bytes = Number(said?.[2] ?? Number.NaN)
  if (digest === undefined || !(bytes > 0 && bytes <= maxProgram))
    throw new Failure({
      code: 'I313',
      node: remote.name,
      step: 'native build',
      message: `${remote.name} did not say the digest of the built program (exit ${String(measured.code)}): ${(measured.stderr.trim() || measured.stdout.trim()).slice(0, 200)}`,
    })
  const data = await remote.read(fetchProgram(path), { timeoutMs: transferMs, signal, maxBytes: bytes + 1 })
  if (data.length !== bytes || sha256(data) !== digest)
    throw new Failure({
      code: 'I313',
      node: remote.name,
      step: 'native build',
      message: `the downloaded program is not the one on ${remote.name}: ${data.length} of ${bytes} bytes, sha256 ${sha256(data).slice(0, 12)} instead of ${digest.slice(0, 12)}`,
    })
  const file = join(outDir, basename(target))
  await mkdir(outDir, { recursive: true })
  await writeFile(file, data, { mode: 0o755 })
  return { path: file, sha256: digest, bytes }
}

/** The host's stderr comes only at the end, so progress is told from finished crates. */
const compiled = (line: string): string => {
  const name = /^\{"reason":"compiler-artifact".*?"target":\{.*?"name":"([A-Za-z0-9_-]{1,80})"/.exec(line)?.[1]
  return name === undefined ? '' : `Compiling ${name}`
}
