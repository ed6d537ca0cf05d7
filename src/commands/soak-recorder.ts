/** The recorder of a soak on a node: a transient timer that writes one line of facts about the service each time. */
import { mostSoak } from '../domain/soak/sample.ts'
import type { FleetNode } from '../domain/fleet.ts'
import type { Command } from './command.ts'
import { soakDir, soakUnit } from './end-soak.ts'
import { fenced } from './lease.ts'
import { nodeFacts } from './node-facts.ts'
import { lifeOf } from './place.ts'
import { raw, render, sh, type Raw } from './quote.ts'

export interface Recorded {
  /** Of the lease, by which the recorder is known. */
  readonly service: string
  /** That is watched, without `.service`. */
  readonly unit: string
  readonly node: Pick<FleetNode, 'runtime' | 'natBox'>
  readonly disks: readonly string[]
  readonly intervalSeconds: number
  /** It ends by itself afterwards: whoever began it may be lost. */
  readonly longestSeconds: number
}

interface Leased {
  readonly holder: string
  readonly fence: number
}

/** Of the file: of a whole soak at the shortest interval. */
const mostBytes = 4 << 20

/** Takes the place of one that runs, and forgets what it wrote. */
export const startRecorder = (of: Recorded, lease: Leased): Command => ({
  kind: 'script',
  why: `watch ${of.unit}`,
  idempotent: true,
  text: sh`${fenced(of.service, lease.holder, lease.fence)}
    systemctl stop ${`${soakUnit(of.service)}.timer`} ${`${soakUnit(of.service)}.service`} 2>/dev/null || true
    rm -rf ${soakDir(of.service)}
    ${begin(of)}`,
})

/** Of one that a reboot ended: it goes on in the file that it had. */
export const continueRecorder = (of: Recorded, lease: Leased): Command => ({
  kind: 'script',
  why: `go on watching ${of.unit}`,
  idempotent: true,
  text: sh`${fenced(of.service, lease.holder, lease.fence)}
    if systemctl is-active -q ${`${soakUnit(of.service)}.timer`}; then exit 0; fi
    ${begin(of)}`,
})

/** A timer of systemd counts by the clock that nobody sets. */
const begin = (of: Recorded): Raw =>
  raw(sh`d=${soakDir(of.service)}; u=${soakUnit(of.service)}
    mkdir -p -m 700 "$d"; printf %s ${recordScript(of)} >"$d/record"
    systemctl reset-failed "$u.service" 2>/dev/null || true
    until=$(( $(cut -d. -f1 /proc/uptime) + ${of.longestSeconds} ))
    exec systemd-run --quiet --unit="$u" --on-active=1 --on-unit-active=${of.intervalSeconds} --timer-property=AccuracySec=1 -p Type=oneshot -p TimeoutStartSec=60 -p Nice=5 -- sh "$d/record" "$until"`)

/** Only what can be printed stays of what was read; a line that was cut is known by its missing end. */
export const recordScript = (of: Recorded): string => {
  const facts = nodeFacts({ units: [of.unit], disks: of.disks, errorsWithinSeconds: of.intervalSeconds })
  return sh`umask 077; d=${soakDir(of.service)}
    if [ "$(cut -d. -f1 /proc/uptime)" -gt "$1" ]; then exec systemctl stop --no-block ${`${soakUnit(of.service)}.timer`}; fi
    [ "$(stat -c %s "$d/lines" 2>/dev/null || echo 0)" -le ${mostBytes} ] || exit 0
    line=$( { echo "soak oom $(sed -n 's/^oom_kill //p' /proc/vmstat)"; echo "soak lives $(${lifeOf(of.node.runtime)}) $(${lifeOf(of.node.natBox)})"
      ( ${raw(facts.kind === 'script' ? facts.text : render(facts))}
      ) 2>/dev/null; } | LC_ALL=C tr -cd '\012\040-\176' | head -c ${mostSoak.characters} | tr '\012' '\011' )
    printf '%s\n' "$line" >>"$d/lines"
    `
}

/** `absent` where no recorder is, else `there` and its lines, the newest where there are too many. */
export const readRecorder = (service: string): Command => ({
  kind: 'script',
  why: 'what was seen through the wait',
  idempotent: true,
  text: sh`d=${soakDir(service)}
    if ! [ -d "$d" ]; then echo absent; exit 0; fi
    echo there; if [ -f "$d/lines" ]; then tail -n ${mostSoak.lines} "$d/lines"; fi`,
})
