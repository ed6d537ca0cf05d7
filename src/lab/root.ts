/** The one file that acts as root: runs steps, starts daemons, reads and clears what a lab left on this machine. */
import { spawn } from 'node:child_process'
import { closeSync, openSync, readdirSync, readFileSync, readlinkSync, rmdirSync, statSync } from 'node:fs'
import { access, chmod, mkdir, readFile, symlink, writeFile } from 'node:fs/promises'
import { createServer, connect, type Server } from 'node:net'
import { dirname } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import limit from 'p-limit'
import { Failure } from '../domain/failure.ts'
import { owns, type Layout } from './layout.ts'
import type { Stages, Step } from './step.ts'

export const isRoot = (): boolean => process.getuid?.() === 0

export interface ExecOptions {
  readonly timeoutMs: number
  readonly signal: AbortSignal
  readonly stdin?: string
  /** Joined before the program starts, or the program does not start: what `down` kills by the cgroup can have no stragglers. */
  readonly cgroup?: string
  /** Ends the program, as a success, once its output matches. */
  readonly until?: RegExp
  /** The caller's own environment instead of a fixed one. */
  readonly inherit?: boolean
  readonly onText?: (text: string) => void
}
export interface Ended {
  readonly code: number | null
  readonly stdout: string
  readonly stderr: string
}

const environment = { PATH: '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin', LC_ALL: 'C.UTF-8' }
const join = (cgroup: string, argv: readonly string[]): string[] => [
  'sh',
  '-c',
  'echo 0 >"$1/cgroup.procs" || exit 125; shift; exec "$@"',
  'join',
  cgroup,
  ...argv,
]

/** Resolves however the program ends; rejects when it cannot start, at the deadline, or on abort. */
export function exec(argv: readonly string[], o: ExecOptions): Promise<Ended> {
  o.signal.throwIfAborted()
  return new Promise((resolve, reject) => {
    const [file = '', ...rest] = o.cgroup === undefined ? argv : join(o.cgroup, argv)
    const child = spawn(file, rest, {
      detached: true,
      stdio: 'pipe',
      ...(o.inherit ? {} : { env: environment }),
      cwd: '/',
    })
    let stdout = '',
      stderr = '',
      enough = false
    const kill = (): void => {
      try {
        if (child.pid !== undefined) process.kill(-child.pid, 'SIGKILL')
      } catch {
        /* it ended by itself */
      }
    }
    const stop = (why: unknown): void => {
      kill()
      done(() => reject(why))
    }
    const timer = setTimeout(
      () =>
        stop(
          new Failure({
            code: 'I201',
            message: `${argv.slice(0, 6).join(' ')}: no end within ${o.timeoutMs} ms${stderr ? `: ${stderr.trim().slice(-300)}` : ''}`,
          }),
        ),
      o.timeoutMs,
    )
    const aborted = (): void => stop(o.signal.reason)
    const done = (settle: () => void): void => {
      clearTimeout(timer)
      o.signal.removeEventListener('abort', aborted)
      settle()
    }
    o.signal.addEventListener('abort', aborted, { once: true })
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      stdout = (stdout + text).slice(-1_000_000)
      o.onText?.(text)
      if (o.until?.test(stdout)) {
        enough = true
        kill()
      }
    })
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      stderr = (stderr + text).slice(-100_000)
      o.onText?.(text)
    })
    child.stdin.on('error', () => {
      /* it did not want its input */
    })
    child.stdin.end(o.stdin ?? '')
    child.on('error', (cause) =>
      done(() =>
        reject(
          new Failure(
            {
              code: 'I202',
              message: `cannot start ${argv[0]}: ${cause.message}`,
              remedy: 'vps-test lab doctor',
            },
            cause,
          ),
        ),
      ),
    )
    child.on('close', (code) => done(() => resolve({ code: enough ? 0 : code, stdout, stderr })))
  })
}

/** Stages in order, the steps of one stage side by side. */
export async function perform(
  stages: Stages,
  o: { readonly cgroup: string; readonly signal: AbortSignal },
): Promise<void> {
  const slot = limit(8)
  for (const stage of stages) await together(stage.map((step) => slot(() => act(step, o))))
}

/** All, then the first failure: whoever clears up afterwards must not race with what is still being made. */
export async function together(doings: readonly Promise<void>[]): Promise<void> {
  for (const ended of await Promise.allSettled(doings)) if (ended.status === 'rejected') throw ended.reason
}

async function act(step: Step, o: { readonly cgroup: string; readonly signal: AbortSignal }): Promise<void> {
  o.signal.throwIfAborted()
  if (step.kind === 'run') {
    const ended = await exec(step.argv, {
      timeoutMs: 30_000,
      ...o,
      ...(step.stdin === undefined ? {} : { stdin: step.stdin }),
    })
    if (ended.code !== 0)
      throw new Failure({
        code: 'I203',
        step: step.why,
        message: `could not ${step.why}: ${step.argv.slice(0, 4).join(' ')} ended with ${ended.code}: ${(ended.stderr || ended.stdout).trim().slice(-500)}`,
        remedy: 'vps-test lab doctor',
      })
    return
  }
  for (const d of step.directories ?? []) {
    await mkdir(d.path, { recursive: true })
    await chmod(d.path, d.mode)
  }
  for (const f of step.files) await writeText(f.path, f.text, f.mode)
  for (const link of step.links ?? []) await symlink(link.target, link.path)
}

export async function writeText(path: string, text: string, mode = 0o644): Promise<void> {
  await mkdir(dirname(path), { recursive: true })
  await writeFile(path, text, { mode })
}
export const readText = (path: string): Promise<string | null> => readFile(path, 'utf8').catch(() => null)
export const exists = (path: string): Promise<boolean> =>
  access(path).then(
    () => true,
    () => false,
  )

/** Starts a program that outlives this one, inside a cgroup, with its output in a file. */
export function daemon(argv: readonly string[], cgroup: string, logFile: string): void {
  const out = openSync(logFile, 'a')
  const [file = '', ...rest] = join(cgroup, argv)
  const child = spawn(file, rest, { detached: true, stdio: ['ignore', out, out], env: environment, cwd: '/' })
  child.on('error', () => {
    /* seen by whoever waits for what it should do */
  })
  child.unref()
  closeSync(out)
}

/** The cgroup2 mount, at /sys/fs/cgroup or, on hybrid machines, below it. */
export function cgroupMount(): string {
  const line = readFileSync('/proc/mounts', 'utf8')
    .split('\n')
    .map((l) => l.split(' '))
    .find((f) => f[2] === 'cgroup2' && f[3]?.split(',').includes('rw'))
  if (line?.[1] === undefined)
    throw new Failure({
      code: 'I204',
      message: 'no writable cgroup2 on this machine: systemd cannot run in a lab node',
      remedy: 'mount -t cgroup2 none /sys/fs/cgroup/unified',
    })
  return line[1]
}
export const cgroupOf = (l: Layout): string => `${cgroupMount()}/${l.cgroup}`

/**
 * Makes `paths` below the lab's cgroup and hands controllers down as far as the machine lets us; without them MemoryMax= and the
 * like are not enforced, nothing else. Not in a delegated subtree (it has a type): enabling some there turns it threaded.
 */
export async function makeCgroups(l: Layout, paths: readonly string[]): Promise<void> {
  const top = cgroupOf(l)
  for (const path of paths) await mkdir(`${top}/${path}`, { recursive: true })
  const givers = [
    dirname(top),
    top,
    ...new Set(paths.filter((p) => p.includes('/')).map((p) => `${top}/${dirname(p)}`)),
  ]
  if (await exists(`${dirname(top)}/cgroup.type`)) return
  for (const giver of givers)
    for (const one of ['memory', 'pids', 'io', 'cpu'])
      await writeFile(`${giver}/cgroup.subtree_control`, `+${one}`).catch(() => undefined)
}

/** Kills all that is in the cgroup, however deep, and removes it: repeated until nothing can be left. */
export async function clearCgroup(path: string, remove: boolean, signal: AbortSignal): Promise<void> {
  while (await exists(path)) {
    await writeFile(`${path}/cgroup.kill`, '1').catch(() => undefined)
    if (remove) removeEmpty(path)
    else if (/^populated 0$/m.test((await readText(`${path}/cgroup.events`)) ?? '')) return
    if (await exists(path)) await pause(10, undefined, { signal })
  }
}
function removeEmpty(path: string): void {
  try {
    for (const entry of readdirSync(path, { withFileTypes: true }))
      if (entry.isDirectory()) removeEmpty(`${path}/${entry.name}`)
    rmdirSync(path)
  } catch {
    /* still dying, or gone */
  }
}

/** The pid, on this machine, of a node's PID 1; undefined when the node is off. */
export async function leaderOf(l: Layout, node: string): Promise<number | undefined> {
  for (const at of ['payload/init.scope', 'payload']) {
    for (const pid of ((await readText(`${cgroupOf(l)}/${node}/${at}/cgroup.procs`)) ?? '')
      .split('\n')
      .filter(Boolean)) {
      const inside = /^NSpid:.*\s(\d+)$/m.exec((await readText(`/proc/${pid}/status`)) ?? '')
      if (inside?.[1] === '1') return Number(pid)
    }
  }
  return undefined
}
export const populated = async (path: string): Promise<boolean> =>
  /^populated 1$/m.test((await readText(`${path}/cgroup.events`)) ?? '')

export function namespacesPresent(l: Layout): string[] {
  try {
    return readdirSync('/run/netns').filter((name) => owns(l, name))
  } catch {
    return []
  }
}

/** Processes inside our namespaces that are in no cgroup of ours: a proxy, a shell somebody left open. */
export async function clearNamespaces(l: Layout, signal: AbortSignal): Promise<void> {
  const names = namespacesPresent(l)
  if (names.length === 0) return
  const ours = new Set(names.map((name) => `net:[${inode(`/run/netns/${name}`)}]`))
  for (const pid of readdirSync('/proc').filter((p) => /^\d+$/.test(p) && Number(p) !== process.pid)) {
    try {
      if (ours.has(readlinkSync(`/proc/${pid}/ns/net`))) process.kill(Number(pid), 'SIGKILL')
    } catch {
      /* it ended meanwhile */
    }
  }
  await exec(['ip', '-force', '-batch', '-'], {
    timeoutMs: 30_000,
    signal,
    stdin: names.map((name) => `netns del ${name}\n`).join(''),
  })
  const left = namespacesPresent(l)
  if (left.length > 0)
    throw new Failure({
      code: 'I205',
      message: `could not remove the namespaces ${left.join(', ')}`,
      remedy: `ip netns del ${left[0]}`,
    })
}
const inode = (path: string): number | string => {
  try {
    return statSync(path).ino
  } catch {
    return ''
  }
}

/** Only a directory that a lab marked as its own, or an empty one, is removed. */
export async function clearState(l: Layout, marker: string, signal: AbortSignal): Promise<void> {
  if (!(await exists(l.stateDir))) return
  if (readdirSync(l.stateDir).length > 0 && !(await exists(marker))) {
    throw new Failure({
      code: 'I206',
      message: `${l.stateDir} holds files but was not made by a lab: left alone`,
      remedy: `ls -la ${l.stateDir}`,
    })
  }
  // The marker goes last: a removal that is cut short can then be finished by the next one.
  const ended = await exec(
    [
      'sh',
      '-c',
      'find "$1" -mindepth 1 -maxdepth 1 ! -path "$2" -exec rm -rf --one-file-system -- {} + && rm -f -- "$2" && rmdir -- "$1"',
      'clear',
      l.stateDir,
      marker,
    ],
    { timeoutMs: 60_000, signal },
  )
  if (ended.code !== 0)
    throw new Failure({
      code: 'I207',
      message: `could not remove ${l.stateDir}: ${ended.stderr.trim().slice(-300)}`,
    })
  try {
    if (dirname(l.stateDir) === '/var/lib/vps-test') rmdirSync('/var/lib/vps-test')
  } catch {
    /* something else is in it */
  }
}

/**
 * One doer per lab and machine. An abstract socket instead of a lock file: it ends with its process whatever kills that, leaves
 * nothing behind, and answers who holds it.
 */
export async function lock(l: Layout, doing: string, waitMs: number, signal: AbortSignal): Promise<AsyncDisposable> {
  const path = `\0vps-test/${l.cgroup}`
  const patience = AbortSignal.any([signal, AbortSignal.timeout(waitMs)])
  for (;;) {
    const server = await listen(path, `${doing}, process ${process.pid}`)
    if (server)
      return {
        [Symbol.asyncDispose]: () =>
          new Promise((resolve) => {
            server.close(() => resolve())
          }),
      }
    const holder = await ask(path)
    await pause(50, undefined, { signal: patience }).catch(() => {
      signal.throwIfAborted()
      throw new Failure({
        code: 'B201',
        message: `the lab ${l.id} is busy with ${holder}`,
        remedy: `vps-test lab status --lab ${l.id}`,
      })
    })
  }
}
const listen = (path: string, answer: string): Promise<Server | null> =>
  new Promise((resolve, reject) => {
    const server = createServer((socket) => {
      socket.on('error', () => undefined).end(answer)
    })
    server.once('error', (error: NodeJS.ErrnoException) => {
      if (error.code === 'EADDRINUSE') resolve(null)
      else reject(error)
    })
    server.listen(path, () => {
      server.unref()
      resolve(server)
    })
  })
const ask = (path: string): Promise<string> =>
  new Promise((resolve) => {
    let text = ''
    connect(path)
      .setTimeout(1000, () => resolve(text || 'somebody'))
      .on('data', (d) => {
        text += d.toString()
      })
      .on('error', () => resolve('somebody'))
      .on('close', () => resolve(text || 'somebody'))
  })
