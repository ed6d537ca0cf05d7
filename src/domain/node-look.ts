/** A node looked at whole: the steps to it, the parts of what it said, and what is wrong, each with what to do. */
import { droppedBy } from './firewall.ts'
import { word } from './failed/look.ts'
import type { FactsLook } from './node-facts.ts'
import { duration, stripHidden } from './text.ts'

export interface WayStep {
  readonly name: string
  readonly state: 'good' | 'bad' | 'not tried'
  readonly detail: string
}

/** By part, its lines without hidden characters; `!` and its exit code where a part's command failed. */
export type Parts = ReadonlyMap<string, readonly string[]>

export function lookParts(stdout: string): Parts {
  const parts = new Map<string, string[]>()
  for (const line of stdout.split('\n')) {
    const tab = line.indexOf('\t')
    const name = line.slice(0, Math.max(0, tab))
    if (!/^[a-z]{1,20}!?$/.test(name)) continue
    const text = stripHidden(line.slice(tab + 1), 500)
    parts.set(name, [...(parts.get(name) ?? []), text])
  }
  return parts
}

export interface PortLine {
  readonly protocol: 'tcp' | 'udp'
  readonly port: number
  readonly program: string
  /** Null: no unit, or it could not be read. */
  readonly unit: string | null
}

export const portsIn = (parts: Parts): readonly PortLine[] =>
  (parts.get('ports') ?? []).flatMap((l): readonly PortLine[] => {
    const m = /^(tcp|udp) \S*:(\d{1,5}) ([A-Za-z0-9_.-]{1,20}) (\S{1,100})?$/.exec(l)
    return m === null
      ? []
      : [
          {
            protocol: m[1] === 'tcp' ? 'tcp' : 'udp',
            port: Number(m[2]),
            program: m[3] ?? '-',
            unit: m[4] === undefined || m[4] === '-' ? null : m[4],
          },
        ]
  })

export interface LookedAround {
  readonly facts: FactsLook
  readonly parts: Parts
  /** UDP ports of the fleet's services, by project. */
  readonly services: Readonly<Record<string, number>>
}

export interface Trouble {
  readonly what: string
  /** To be typed on the node. */
  readonly onNode: string
}

/** Each row names what is wrong, and what shows or mends it; null: it is not. What was not read is no trouble. */
type Row = (look: LookedAround) => readonly (Trouble | null)[]

const rows: readonly Row[] = [
  ({ parts }) =>
    (parts.get('tools') ?? []).map((tool) => ({
      what: `${tool} is not installed`,
      onNode: `apt-get install -y ${packages[tool] ?? 'util-linux'}`,
    })),
  ({ parts }) =>
    (parts.get('failed') ?? []).map((line) => {
      const unit = /^[● ]*([A-Za-z0-9_.@:\\-]{1,200}\.[a-z]+)/.exec(line)?.[1]
      return unit === undefined ? null : { what: `${unit} has failed`, onNode: `journalctl -u ${word(unit)} -n 50` }
    }),
  ({ facts }) =>
    facts.units.flatMap(({ unit, state, restarts }) => [
      restarts.kind === 'there' && restarts.value >= 3
        ? { what: `systemd restarted ${unit} ${restarts.value} times`, onNode: `journalctl -u ${word(unit)} -n 100` }
        : null,
      state.kind === 'absent'
        ? {
            what: `${unit} was written by vps-test, and systemd has no such unit`,
            onNode: `ls -l ${word(`/etc/systemd/system/${unit}.service`)}`,
          }
        : null,
    ]),
  ({ facts, parts, services }) =>
    Object.entries(services).map(([project, port]) => {
      const own = new Set(facts.units.map((u) => u.unit))
      const other = portsIn(parts).find(
        (p) => p.protocol === 'udp' && p.port === port && (p.unit === null || !own.has(p.unit)),
      )
      return port === 0 || other === undefined
        ? null
        : {
            what: `udp ${port}, which the fleet file gives to ${stripHidden(project, 60)}, is held by ${other.unit ?? other.program}`,
            onNode: `ss -Hlnup 'sport = :${port}'`,
          }
    }),
  ({ parts, services }) =>
    Object.entries(services).map(([project, port]) => {
      const rule = port === 0 ? null : droppedBy((parts.get('firewall') ?? []).join('\n'), 'udp', port)
      return rule === null
        ? null
        : {
            what: `the node's own firewall drops udp ${port} of ${stripHidden(project, 60)}: ${rule}`,
            onNode: 'nft list ruleset',
          }
    }),
  ({ facts: { machine } }) =>
    machine.disks.flatMap(({ path, space, freeInodes }) => [
      space.kind === 'there' && space.value.freeKiB < 200 * 1024
        ? {
            what: `${Math.round(space.value.freeKiB / 1024)} MiB are free at ${path}`,
            onNode: 'journalctl --vacuum-size=64M',
          }
        : null,
      freeInodes.kind === 'there' && freeInodes.value === 0
        ? { what: `no inodes are free at ${path}`, onNode: `du --inodes -xd2 ${path} | sort -n | tail` }
        : null,
    ]),
  ({ facts: { machine } }) => [
    machine.memory.kind === 'there' && machine.memory.value.availableKiB * 20 < machine.memory.value.totalKiB
      ? {
          what: `${Math.round(machine.memory.value.availableKiB / 1024)} MiB of memory are available`,
          onNode: 'ps aux --sort=-rss | head',
        }
      : null,
    machine.load.kind === 'there' && machine.cpus.kind === 'there' && machine.load.value[1] > 2 * machine.cpus.value
      ? {
          what: `load ${machine.load.value[1]} on ${machine.cpus.value} processors`,
          onNode: 'ps aux --sort=-%cpu | head',
        }
      : null,
  ],
  ({ facts: { clockOffset } }) => [
    clockOffset.kind === 'there' && Math.abs(clockOffset.value.ms) > Math.max(2000, clockOffset.value.within)
      ? {
          what: `its clock is ${duration(Math.abs(clockOffset.value.ms))} ${clockOffset.value.ms < 0 ? 'behind' : 'ahead of'} ours`,
          onNode: 'timedatectl set-ntp true',
        }
      : null,
  ],
  ({ parts }) =>
    (parts.get('kernel') ?? []).slice(-3).map((line) => ({ what: `kernel: ${line}`, onNode: 'journalctl -k -n 100' })),
]

const packages: Readonly<Record<string, string>> = {
  nft: 'nftables',
  sha256sum: 'coreutils',
  timeout: 'coreutils',
  ss: 'iproute2',
  gzip: 'gzip',
  systemctl: 'systemd',
  journalctl: 'systemd',
}

export const troublesOf = (look: LookedAround): readonly Trouble[] =>
  rows.flatMap((row) => row(look)).filter((t) => t !== null)
