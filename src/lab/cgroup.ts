/** The lab's cgroups: made, asked who lives in them, and killed at one stroke. */
import { readFileSync, readdirSync, rmdirSync } from 'node:fs'
import { mkdir, writeFile } from 'node:fs/promises'
import { dirname } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { Failure } from '../domain/failure.ts'
import { exists, readText } from './files.ts'
import type { Layout } from './layout.ts'

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
 * Makes `paths` below the lab's cgroup and hands controllers down as far as the machine lets us; without them
 * MemoryMax= and the
 * like are not enforced, nothing else. Not in a delegated subtree (it has a type): enabling some there turns it
 * threaded.
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
