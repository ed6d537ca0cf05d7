/** Takes away what a lab left on this machine: namespaces with whoever is in them, and its state directory. */
import { readdirSync, readlinkSync, rmdirSync, statSync } from 'node:fs'
import { dirname } from 'node:path'
import { Failure } from '../domain/failure.ts'
import { exists } from './files.ts'
import { owns, type Layout } from './layout.ts'
import { exec } from './process.ts'

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
