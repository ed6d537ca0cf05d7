/** Connections that outlive a test: each a transient unit on its caller, and what we wrote down of it beside. */
import { notRead, thereIs, type Read } from '../domain/evidence.ts'
import type { KeptNote, KeptProcess } from '../domain/suites/survival/work.ts'
import { asNobody } from './as-nobody.ts'
import { confinedRun } from './confined-run.ts'
import type { Command } from './command.ts'
import { fenced } from './lease.ts'
import { endKept, keptDir, keptUnit } from './end-kept.ts'
import { sh } from './quote.ts'

const noteFile = (service: string, to: string): string => `${keptDir(service)}/${to}`

interface Leased {
  readonly service: string
  readonly holder: string
  readonly fence: number
}

export interface KeptProgram {
  /** argv prefix that enters the service's network namespace. */
  readonly place: readonly string[]
  readonly program: string
  readonly args: readonly string[]
  /** The node that it connects to. */
  readonly to: string
  readonly longestSeconds: number
  /** Path of our prober on the node, which lets it execute itself alone; null: it may execute what it likes. */
  readonly confinedBy: string | null
}

/** As nobody, as a dialler runs; a process that ends stays known to systemd, with how it ended. */
export const startKept = (
  { place, program, args, to, longestSeconds, confinedBy }: KeptProgram,
  lease: Leased,
): Command => ({
  kind: 'script',
  why: `keep a connection to ${to}`,
  idempotent: true,
  text: sh`${fenced(lease.service, lease.holder, lease.fence)}
    u=${keptUnit(lease.service, to)}
    systemctl stop "$u.service" 2>/dev/null || true; systemctl reset-failed "$u.service" 2>/dev/null || true
    mkdir -p ${keptDir(lease.service)}; rm -f ${noteFile(lease.service, to)}
    exec systemd-run --quiet --unit="$u" -p Restart=no -p KillMode=control-group -p TimeoutStopSec=2 -p RuntimeMaxSec=${longestSeconds} -- ${place} ${confinedBy === null ? asNobody : confinedRun(confinedBy, program)} ${program} ${args}`,
})

export const endKeptConnections = (lease: Leased): Command => ({
  kind: 'script',
  why: 'end kept connections',
  idempotent: true,
  text: sh`${fenced(lease.service, lease.holder, lease.fence)}
    ${endKept(lease.service)}`,
})

/** Adds a line to what we know of it; root alone reads and writes there. */
export const writeKeptNote = (service: string, to: string, note: KeptNote): Command => ({
  kind: 'script',
  why: 'note of a kept connection',
  idempotent: false,
  text: sh`set -eu; umask 077; mkdir -p ${keptDir(service)}; printf '%s\n' ${JSON.stringify(note)} >>${noteFile(service, to)}`,
})

/** One line about its process, then the notes. */
export const lookAtKept = (service: string, to: string): Command => ({
  kind: 'script',
  why: 'look at a kept connection',
  idempotent: true,
  text: sh`
    u=${keptUnit(service, to)}.service; boot=$(cat /proc/sys/kernel/random/boot_id)
    v() { systemctl show --timestamp=unix "$u" -p "$1" --value 2>/dev/null || systemctl show "$u" -p "$1" --value; }
    p=$(v MainPID); [ -n "$p" ] || p=0
    if [ "$(v LoadState)" = not-found ] || [ -z "$(v ExecMainStartTimestamp)" ]; then echo "gone $boot"
    elif [ "$p" -gt 0 ]; then
      echo "running $boot $p $(sed 's/^.*) //' "/proc/$p/stat" | cut -d' ' -f20) $(sha256sum <"/proc/$p/exe" | cut -c1-64)"
    else echo "ended $boot $(v Result) $(v ExecMainStatus) $(v ExecMainExitTimestamp)"; fi
    if [ -f ${noteFile(service, to)} ]; then tail -n 200 ${noteFile(service, to)}; fi`,
})

export function keptProcessIn(line: string): Read<KeptProcess> {
  const [kind = '', bootId = '', ...words] = line.split(' ')
  if (!/^[0-9a-f-]{10,64}$/.test(bootId)) return notRead('nothing tells of its process')
  const digits = (text: string | undefined): number | null => (/^\d{1,15}$/.test(text ?? '') ? Number(text) : null)
  const [first, second] = [digits(words[0]), digits(words[1])]
  switch (kind) {
    case 'gone':
      return thereIs({ kind, bootId })
    case 'running':
      return first === null || second === null
        ? notRead('its process cannot be read')
        : thereIs({
            kind,
            bootId,
            pid: first,
            startTicks: second,
            exeSha256: /^[0-9a-f]{64}$/.test(words[2] ?? '') ? (words[2] ?? null) : null,
          })
    case 'ended': {
      const seconds = digits(/^@?(\d+)/.exec(words[2] ?? '')?.[1])
      return thereIs({
        kind,
        bootId,
        result: (words[0] ?? '').slice(0, 40),
        status: second ?? -1,
        endedAt: seconds === null ? null : seconds * 1000,
      })
    }
    default:
      return notRead('nothing tells of its process')
  }
}

/** Only what has the shape of a note is one. */
export const keptNotesIn = (lines: readonly string[], isNote: (value: unknown) => boolean): readonly KeptNote[] =>
  lines.flatMap((line) => {
    try {
      const value: unknown = JSON.parse(line)
      return isNote(value) ? [value as KeptNote] : []
    } catch {
      return []
    }
  })
