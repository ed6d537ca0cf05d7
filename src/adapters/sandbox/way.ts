/** Which way this machine lets us enclose a program, tried once with the sandbox itself, and the words that do it. */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { SandboxKind } from '../../domain/build.ts'
import { runProcess } from '../process.ts'
import { innerScript, outerScript } from './script.ts'

/** How a machine lets us enclose a program; the first that works is taken. */
export type SandboxWay = 'root' | 'sudo' | 'namespace' | 'none'

/** Nothing on a usual machine belongs to this number: Debian keeps it for itself and has not given it out. */
export const innerUser = '61017'

/** What the enclosed program may use at most; absent: what the machine has. */
export interface SandboxLimits {
  readonly network: boolean
  /** Of all its processes together; the kernel bounds each one, {@link watch} all. */
  readonly memoryBytes: number
  readonly processes: number
  /** Of one file. */
  readonly fileBytes: number
}

/** A network of its own has nobody in it. */
const alone = ['sh', '-c', 'ip link set lo up 2>/dev/null; exec "$@"', 'sandbox']

/** What the runtimes of languages map and never touch. */
const runtimesReserve = 4 * 2 ** 30

/** A watch needs a moment to see what grows: the kernel's own bounds lie above its. */
const bounded = ({ memoryBytes, processes, fileBytes }: SandboxLimits): readonly string[] => [
  'prlimit',
  '--core=0',
  `--nproc=${4 * processes}`,
  `--data=${4 * memoryBytes + runtimesReserve}`,
  `--fsize=${fileBytes}`,
  '--',
]

/** `hidden`: variables that stand on no command line, where every user of the machine could read them. */
export function enclosed(
  way: Exclude<SandboxWay, 'none'>,
  inner: readonly string[],
  env: Readonly<Record<string, string>>,
  { limits, hidden = {} }: { readonly limits?: SandboxLimits; readonly hidden?: Readonly<Record<string, string>> } = {},
): { readonly within: readonly string[]; readonly env: Record<string, string> } {
  const variables = Object.entries(env).map(([name, value]) => `${name}=${value}`)
  return {
    within: [
      ...(way === 'sudo' ? ['sudo', '-n', ...keepIn(hidden), '--'] : []),
      'sh',
      '-c',
      outerScript,
      'sandbox',
      'unshare',
      ...(way === 'namespace' ? ['--user', '--map-root-user'] : []),
      '--mount',
      '--pid',
      '--ipc',
      ...(limits?.network === false ? ['--net'] : []),
      '--fork',
      '--kill-child',
      '--',
      ...(limits?.network === false ? alone : []),
      'sh',
      '-c',
      innerScript,
      'sandbox',
      ...inner,
      // Around it are our own words and `hidden` alone, where something is hidden.
      ...(Object.keys(hidden).length === 0 ? ['env', '-i'] : ['env']),
      ...variables,
      ...(limits === undefined ? [] : bounded(limits)),
    ],
    // Programs of the machine that enclose it; the project's code has `variables`.
    env: { ...hidden, PATH: systemPath, LC_ALL: 'C.UTF-8' },
  }
}

const keepIn = (hidden: Readonly<Record<string, string>>): readonly string[] =>
  Object.keys(hidden).length === 0 ? [] : [`--preserve-env=${Object.keys(hidden).join(',')}`]

const systemPath = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin'

/** Whose files these are decides who can write them again: a user of its own, or ours. */
export const suffix = (way: SandboxWay): string =>
  way === 'namespace' ? '-namespace' : way === 'none' ? '-beside' : ''

export type Found = { readonly way: Exclude<SandboxWay, 'none'> } | { readonly way: 'none'; readonly why: string }

export const sandboxKind = (found: Found): SandboxKind =>
  found.way === 'none'
    ? { kind: 'none', why: found.why }
    : { kind: found.way === 'namespace' ? 'user namespace' : 'another user' }

/** What encloses the project's code on this machine. */
export const sandboxHere = async (signal: AbortSignal): Promise<SandboxKind> => sandboxKind(await findWay(signal))

let known: Promise<Found> | undefined

export const findWay = (signal: AbortSignal): Promise<Found> => {
  known ??= tried(signal).catch((error: unknown) => {
    known = undefined
    throw error
  })
  return known
}

async function tried(signal: AbortSignal): Promise<Found> {
  if (process.platform !== 'linux') return { way: 'none', why: `there is none for ${process.platform}` }
  const ways = process.getuid?.() === 0 ? (['root', 'namespace'] as const) : (['sudo', 'namespace'] as const)
  const whys: string[] = []
  for (const way of ways) {
    const why = await refusal(way, signal)
    if (why === null) return { way }
    whys.push(`${way}: ${why}`)
  }
  return { way: 'none', why: whys.join('; ') }
}

/** Tried with the sandbox itself: a kernel, a container or a policy may refuse any part of it. Null: it works. */
async function refusal(way: Exclude<SandboxWay, 'none'>, signal: AbortSignal): Promise<string | null> {
  const run = await mkdtemp(join(tmpdir(), 'vps-test-sandbox-'))
  try {
    const drop = way === 'namespace' ? 'unshare' : 'setpriv'
    const inner = [run, innerUser, drop, '', '', join(run, 'home'), '', '', '', '/']
    const { within, env } = enclosed(way, inner, { PATH: systemPath })
    const { ending, stdout, stderr } = await runProcess(['sh', '-c', 'id -u; exec echo /proc/[0-9]*'], {
      cwd: '/',
      within,
      env,
      hold: true,
      timeoutMs: 20_000,
      signal,
    })
    if (ending.kind === 'not started') return ending.why
    if (ending.kind !== 'exited' || ending.code !== 0)
      return stderr.toString('utf8').trim().split('\n').at(-1) ?? 'it did not end well'
    const [user, processes = ''] = stdout.toString('utf8').trim().split('\n')
    return user === innerUser && processes.split(' ').length < 10 ? null : 'it does not hide what runs here'
  } finally {
    await removed(run, way)
  }
}

/** What stays, stays in a folder of its own, and the next run tries again. */
export async function removed(dir: string, way: SandboxWay, timeoutMs = 60_000): Promise<void> {
  const gone =
    way !== 'sudo' &&
    (await rm(dir, { recursive: true, force: true }).then(
      () => true,
      () => false,
    ))
  // Paths may be longer than one call to the kernel takes; this program goes into directories one by one.
  if (!gone)
    await runProcess([...(way === 'sudo' ? ['sudo', '-n', '--'] : []), 'rm', '-rf', '--', dir], {
      timeoutMs,
    }).catch(() => undefined)
}
