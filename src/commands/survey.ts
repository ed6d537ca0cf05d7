/** What a node is and has, in one exec: disk, clock, tools, boot. */
import type { Command } from './command.ts'
import { enterPlaces } from './place.ts'
import { raw, sh, type Raw } from './quote.ts'
import type { FleetNode } from '../domain/fleet.ts'

export interface NodeFacts {
  readonly freeBytes: number
  readonly bootId: string
  /** Node's clock minus ours, milliseconds, give or take half the call's duration. */
  readonly clockSkewMs: number
  readonly missingTools: readonly string[]
  readonly machine: string
  readonly glibc: string | null
  readonly uptimeSeconds: number
}

/** Why a node cannot be used whatever else it has: its user is not root, or nothing can be executed where we install. */
export interface Unfit {
  readonly user: string
  readonly uid: number | null
  readonly sudo: boolean
  readonly noexec: readonly string[]
  /** Why the service's network, or its NAT, cannot be entered; null: it can. */
  readonly place: string | null
}

type Placed = Pick<FleetNode, 'runtime' | 'natBox'>

const lookIn = (node: Placed): Raw =>
  raw(sh`w=$( { ${enterPlaces(node)}; } 2>&1 ) || echo "place $(printf %s "$w" | tr '\n' ' ' | cut -c1-200)"`)

const tools = ['nft', 'sha256sum', 'flock', 'systemctl', 'journalctl', 'setpriv', 'ss', 'timeout', 'gzip'] as const

export const survey = (installPath: string, node: Placed): Command => ({
  kind: 'script',
  why: 'survey',
  idempotent: true,
  text: sh`
    echo "uid $(id -u)"; echo "user $(id -un)"
    if [ "$(id -u)" != 0 ] && sudo -n true 2>/dev/null; then echo 'sudo yes'; fi
    for d in ${installPath} /var/lib/vps-test; do
      p=$d; while [ ! -d "$p" ]; do p=$(dirname "$p"); done
      case ",$(findmnt -nro OPTIONS -T "$p" 2>/dev/null)," in *,noexec,*) echo "noexec $p" ;; esac
    done
    p=${installPath}; while [ ! -d "$p" ]; do p=$(dirname "$p"); done
    echo "now $(date +%s%3N)"; echo "free $(df -Pk "$p" | awk 'NR==2{print $4}')"; echo "boot $(cat /proc/sys/kernel/random/boot_id)"
    echo "machine $(uname -m)"; echo "glibc $(getconf GNU_LIBC_VERSION 2>/dev/null)"; echo "uptime $(cut -d' ' -f1 /proc/uptime)"
    ${lookIn(node)}
    for t in ${[...tools, ...(node.runtime.kind === 'docker' ? ['docker'] : [])]}; do command -v "$t" >/dev/null || echo "missing $t"; done`,
})

export function parseSurvey(stdout: string, ourNow: number): NodeFacts {
  const values = new Map(
    stdout.split('\n').map((l) => [l.slice(0, Math.max(0, l.indexOf(' '))), l.slice(l.indexOf(' ') + 1)] as const),
  )
  /** busybox has no `%3N`, a broken node says anything: what is no number is told as its fallback. */
  const number = (key: string, fallback: number): number =>
    /^\d+(?:\.\d+)?$/.test(values.get(key) ?? '') ? Number(values.get(key)) : fallback
  return {
    freeBytes: number('free', 0) * 1024,
    bootId: values.get('boot') ?? '',
    clockSkewMs: number('now', ourNow) - ourNow,
    missingTools: stdout
      .split('\n')
      .filter((l) => l.startsWith('missing '))
      .map((l) => l.slice(8)),
    machine: values.get('machine') ?? '',
    glibc: /^glibc (\d+\.\d+)/.exec(values.get('glibc') ?? '')?.[1] ?? null,
    uptimeSeconds: number('uptime', 0),
  }
}

export function parseUnfit(stdout: string): Unfit {
  const of = (key: string): readonly string[] =>
    stdout
      .split('\n')
      .filter((l) => l.startsWith(`${key} `))
      .map((l) => l.slice(key.length + 1))
  const [uid = ''] = of('uid')
  return {
    user: of('user')[0] ?? '',
    uid: /^\d{1,10}$/.test(uid) ? Number(uid) : null,
    sudo: of('sudo')[0] === 'yes',
    noexec: of('noexec'),
    place: of('place')[0]?.trim() ?? null,
  }
}

/** Who we are on a node, and whether the service's network can be entered. */
export const whoThere = (node: Placed): Command => ({
  kind: 'script',
  why: 'are you there',
  idempotent: true,
  text: sh`echo "uid $(id -u)"; echo "user $(id -un)"; if [ "$(id -u)" != 0 ] && sudo -n true 2>/dev/null; then echo 'sudo yes'; fi
    ${lookIn(node)}`,
})
