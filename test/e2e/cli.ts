/** The real command line as a child process, with a deadline, and what the machine must have for it. */
import { execFile, spawn, type ChildProcess } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { homedir, tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import { promisify } from 'node:util'
import { reachedVerb } from '../kit/reached.ts'

export const run = promisify(execFile)
export const root = resolve(import.meta.dirname, '../..')
const cache = join(process.env['XDG_CACHE_HOME'] || join(homedir(), '.cache'), 'vps-test')

export interface Ended {
  readonly code: number | null
  readonly signal: NodeJS.Signals | null
  readonly out: string
  readonly err: string
}
export interface Running {
  readonly child: ChildProcess
  readonly ended: Promise<Ended>
}

/** Everything below it goes when the test file ends. */
export const scratch = (): { readonly dir: string; remove(): void } => {
  const dir = mkdtempSync(join(tmpdir(), 'vps-test-e2e-'))
  return {
    dir,
    remove: () => {
      rmSync(dir, { recursive: true, force: true })
    },
  }
}

let prober: Promise<string> | undefined
/**
 * Our prober, as the first stage of `npm test` leaves it in the environment; built when a test file is run by itself.
 */
export const probe = (): Promise<string> =>
  (prober ??= (async () => {
    const given = process.env['VPS_TEST_PROBE']
    if (given !== undefined && existsSync(given)) return given
    const stage = pathToFileURL(join(root, 'scripts/stage/native.mjs')).href
    const { stdout } = await run(
      process.execPath,
      [
        '--input-type=module',
        '-e',
        `import { buildNative } from ${JSON.stringify(stage)}; await buildNative('must'); console.log(process.env.VPS_TEST_PROBE)`,
      ],
      { timeout: 300_000 },
    )
    return stdout.trim()
  })())

/** A copy of the example that is built in two seconds instead of ten: nothing that such tests do is slow without optimising. */
export function quickly(dir: string): void {
  const file = join(dir, 'Cargo.toml')
  const text = readFileSync(file, 'utf8')
  const changed = text.replace('opt-level = 2', 'opt-level = 0')
  if (changed === text) throw new Error(`${file} sets no opt-level = 2 any more`)
  writeFileSync(file, changed)
}

/** Built by plain cargo into a directory that survives runs; the lab's nodes have this machine's C library. */
async function built(target: string, ...more: readonly string[]): Promise<string> {
  const manifest = join(root, 'examples/testnet/Cargo.toml')
  await run('cargo', ['build', '--release', '--locked', '--offline', '--manifest-path', manifest, ...more], {
    env: { ...process.env, CARGO_TARGET_DIR: join(cache, target) },
    timeout: 300_000,
  })
  return join(cache, target, 'release/testnet-peer')
}

let program: Promise<string> | undefined
/** The example, built once. */
export const example = (): Promise<string> => (program ??= built('e2e-target'))

let liars: Promise<string> | undefined
/** The example that tells one lie (examples/testnet, `lies.rs`) in so many of a hundred dials, as a file in `dir`. */
export async function liar(lie: string, dir: string, share = 100): Promise<string> {
  liars ??= built('e2e-lies-target', '--features', 'lies')
  const mark = share === 100 ? `testnet-lie:${lie}` : `testnet-lie:${lie}:${share}`
  const path = join(dir, `testnet-peer-${lie}-${share}`)
  writeFileSync(path, Buffer.concat([readFileSync(await liars), Buffer.from(mark)]), {
    mode: 0o755,
  })
  return path
}

/** From the bundle of this tree where one was made: it starts in a fifth of the time. */
const bundle = process.env['VPS_TEST_BUNDLE']
const entry = bundle === undefined ? join(root, 'src/cli.ts') : join(bundle, 'cli.js')

export interface Limits {
  /** Killed after this; 3 minutes unless told. */
  readonly limitMs?: number
  /** A process group of its own, as a shell gives it: signals sent to the group reach its children too. */
  readonly group?: boolean
  /** Where programs are kept across runs; this machine's own place unless told. */
  readonly cacheDir?: string
  readonly env?: Readonly<Record<string, string>>
  /** On its standard input, which is then at its end. */
  readonly input?: string
}

/** Starts `vps-test …`. */
export async function begin(
  args: readonly string[],
  home: string,
  { limitMs = 480_000, group = false, cacheDir, env: more = {}, input }: Limits = {},
): Promise<Running> {
  const env = {
    ...process.env,
    VPS_TEST_HOME: home,
    VPS_TEST_PROBE: await probe(),
    NO_COLOR: '1',
    ...more,
    ...(cacheDir === undefined ? {} : { VPS_TEST_CACHE: cacheDir }),
  }
  const child = spawn(process.execPath, [entry, ...args], {
    cwd: root,
    env,
    stdio: ['pipe', 'pipe', 'pipe'],
    detached: group,
    timeout: limitMs,
    killSignal: 'SIGKILL',
  })
  child.stdin.on('error', () => undefined).end(input)
  let [out, err] = ['', '']
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    out += text
  })
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    err += text
  })
  const ended = new Promise<Ended>((done, fail) => {
    child.on('error', fail).on('close', (code, signal) => {
      reachedVerb(args, code)
      done({ code, signal, out, err })
    })
  })
  return { child, ended }
}

export const cli = async (args: readonly string[], home: string, limitMs?: number): Promise<Ended> =>
  (await begin(args, home, limitMs === undefined ? {} : { limitMs })).ended
