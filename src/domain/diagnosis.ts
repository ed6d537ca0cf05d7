/** Why a program failed on a node, where the machine explains it: one row for each cause, over one look at the node. */
import type { FailureCode } from './failure.ts'
import { droppedBy } from './firewall.ts'
import { killedItself } from './post-mortem/killed.ts'
import type { MachineState } from './post-mortem/machine.ts'

export interface PortHolder {
  readonly pid: number
  readonly program: string
  readonly unit: string | null
  readonly owner: { readonly project: string; readonly session: string } | null
}

/** One folder's file system; null: it was not told. */
export interface DiskLook {
  readonly path: string
  readonly usedKiB: number | null
  readonly freeKiB: number | null
  readonly freeInodes: number | null
  /** What the folder itself holds. */
  readonly ownKiB: number | null
  readonly mount: readonly string[]
}

export interface Diagnosis {
  readonly unit: string
  readonly listens: { readonly protocol: 'tcp' | 'udp'; readonly port: number }
  /** systemd's word for how the unit's process ended; empty: it said none. */
  readonly result: string
  readonly holder: PortHolder | null
  readonly releases: DiskLook | null
  readonly data: DiskLook | null
  /** nft's own listing. */
  readonly firewall: string
  readonly machine: MachineState
  /** What the program said last, by its own output. */
  readonly said: readonly string[]
}

export interface Cause {
  readonly code: FailureCode
  readonly why: string
  /** To be typed on the node. */
  readonly look: string
}

interface CauseRow {
  readonly code: FailureCode
  readonly why: (d: Diagnosis) => string | null
  readonly look: (d: Diagnosis) => string
}

const disks = (d: Diagnosis): readonly DiskLook[] => [d.releases, d.data].filter((l) => l !== null)
const paths = (d: Diagnosis): string =>
  disks(d)
    .map((l) => l.path)
    .join(' ')

/** Less is no room for a record or a log. */
const leastKiB = 1024

/** A program that fills a disk by itself has nobody else to blame for it. */
const ownDoing = ({ usedKiB, ownKiB }: DiskLook): boolean =>
  usedKiB !== null && ownKiB !== null && ownKiB * 2 >= usedKiB

/** The first that holds is told. */
const causes: readonly CauseRow[] = [
  {
    code: 'I154',
    why: ({ holder, unit, listens: { protocol, port } }) => {
      if (holder === null || holder.unit === unit) return null
      const who = holder.unit === null ? `process ${holder.pid} (${holder.program})` : `${holder.unit}.service`
      const whose =
        holder.owner === null
          ? ''
          : `, which project ${holder.owner.project} left there (session ${holder.owner.session})`
      return `${protocol} ${port}, which ${unit} needs, is held by ${who}${whose}`
    },
    look: () => 'ss -lntup',
  },
  {
    code: 'I150',
    why: (d) => {
      const full = disks(d).find((l) => !ownDoing(l) && ((l.freeKiB ?? leastKiB) < leastKiB || l.freeInodes === 0))
      if (full === undefined) return null
      return full.freeInodes === 0
        ? `no inodes are free at ${full.path}`
        : `${full.freeKiB} KiB are free at ${full.path}`
    },
    look: (d) => `df -h ${paths(d)}; df -i ${paths(d)}`,
  },
  {
    code: 'I163',
    why: ({ result, unit, machine: { kernel, memory } }) =>
      result === 'oom-kill' && kernel?.some((l) => killedItself(l, unit, memory)) !== true
        ? `the kernel killed ${unit} for want of memory`
        : null,
    look: () => 'journalctl -k -n 50 --no-pager; free -m',
  },
  {
    code: 'I157',
    why: ({ releases }) =>
      releases?.mount.includes('noexec') === true
        ? `${releases.path} is mounted noexec: nothing there can be executed`
        : null,
    look: ({ releases }) => `findmnt -T ${releases?.path ?? '/'}`,
  },
  {
    code: 'I158',
    why: (d) => {
      const closed = disks(d).find((l) => l.mount.includes('ro'))
      return closed === undefined ? null : `${closed.path} is on a file system that is mounted read-only`
    },
    look: (d) => `findmnt -T ${disks(d).find((l) => l.mount.includes('ro'))?.path ?? '/'}`,
  },
  {
    code: 'I159',
    why: ({ firewall, listens: { protocol, port } }) => {
      const rule = port === 0 ? null : droppedBy(firewall, protocol, port)
      return rule === null ? null : `the node's own firewall drops ${protocol} ${port}: ${rule}`
    },
    look: () => 'nft list ruleset',
  },
]

/** Null: nothing of the machine explains it. */
export function causeOf(d: Diagnosis): Cause | null {
  for (const row of causes) {
    const why = row.why(d)
    if (why !== null) return { code: row.code, why, look: row.look(d) }
  }
  return null
}

/** What a message of failure adds: the program's own last words, of a panic its first ones. */
export function lastWords({ said }: Pick<Diagnosis, 'said'>): string {
  const lines = said.map((l) => l.trim()).filter((l) => l !== '' && !l.startsWith('note: run with `RUST_BACKTRACE'))
  const panic = lines.findLastIndex((l) => / panicked at /.test(l))
  const told = panic === -1 ? lines.slice(-2) : lines.slice(panic, panic + 3)
  return told.length === 0 ? '' : `; it said: ${told.join(' | ').slice(0, 300)}`
}
