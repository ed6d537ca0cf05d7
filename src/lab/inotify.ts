/**
 * Room for inotify instances: a user has 128 of them by default, and the systemd of each node takes some, so that the
 * fourth lab on a machine finds none.
 */
import { readFileSync, readdirSync, readlinkSync } from 'node:fs'
import { writeFile } from 'node:fs/promises'
import { Failure } from '../domain/failure.ts'

const setting = '/proc/sys/fs/inotify/max_user_instances'
/** Of systemd, journald, D-Bus and what a test starts. */
const perNode = 6
/** What `lab up` raises the limit to. */
export const roomy = 1024

export interface InotifyRoom {
  readonly limit: number
  /** Of every process that can be seen here, whoever's; the kernel counts by user. */
  readonly used: number
}

export const wanted = (nodes: number): number => nodes * perNode

/** Exit 1 in words where a lab of ten nodes finds no room. */
export const roomProbe = `limit=$(cat ${setting}); used=$(find /proc/[0-9]*/fd -lname 'anon_inode:*inotify*' 2>/dev/null | wc -l)
[ $((limit - used)) -ge ${wanted(10)} ] || { echo "$used of $limit inotify instances are in use, and a lab of ten nodes takes ${wanted(10)}"; exit 1; }`
export const roomRemedy = `sysctl -w fs.inotify.max_user_instances=${roomy}`

export function inotifyRoom(): InotifyRoom {
  return {
    limit: Number(readFileSync(setting, 'utf8')),
    used: readdirSync('/proc')
      .filter((p) => /^\d+$/.test(p))
      .reduce((sum, pid) => sum + instancesOf(pid), 0),
  }
}

function instancesOf(pid: string): number {
  try {
    return readdirSync(`/proc/${pid}/fd`).filter((fd) => linkOf(`/proc/${pid}/fd/${fd}`).includes('inotify')).length
  } catch {
    return 0
  }
}
const linkOf = (path: string): string => {
  try {
    return readlinkSync(path)
  } catch {
    return ''
  }
}

/** The new limit where there is too little room; undefined: there is enough. */
export const raisedLimit = ({ limit, used }: InotifyRoom, nodes: number): number | undefined =>
  limit - used >= wanted(nodes) ? undefined : Math.max(roomy, 2 * limit, used + 2 * wanted(nodes))

/**
 * Raises this machine's limit where a lab of so many nodes would not fit. Answers with what was done; undefined:
 * nothing.
 */
export async function makeRoom(nodes: number): Promise<string | undefined> {
  const room = inotifyRoom()
  const limit = raisedLimit(room, nodes)
  if (limit === undefined) return undefined
  try {
    await writeFile(setting, String(limit))
  } catch (cause) {
    throw new Failure(
      {
        code: 'I212',
        message: `${room.used} of ${room.limit} inotify instances are in use, a lab of ${nodes} nodes takes ${wanted(nodes)}, and the limit cannot be raised here`,
        remedy: `sysctl -w fs.inotify.max_user_instances=${limit}`,
      },
      cause,
    )
  }
  return `fs.inotify.max_user_instances of this machine was ${room.limit} with ${room.used} in use; it is ${limit} now`
}
