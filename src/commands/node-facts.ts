/** What a node and the services on it are at one moment, read from kernel and systemd in one exec. */
import type { Command } from './command.ts'
import { raw, sh } from './quote.ts'
import { ownersDir } from './owners.ts'

export interface FactsWish {
  /** Without `.service`; `ours`: every unit that we wrote. */
  readonly units: readonly string[] | 'ours'
  /** Whose file systems are looked at. */
  readonly disks?: readonly string[]
  /** How far back a unit's journal is searched for errors; absent: not at all. */
  readonly errorsWithinSeconds?: number
}

/** The first line, and the last one's first word. */
export const factsWord = 'vps-test-facts'

/** More units of ours are no node's that we know. */
const mostUnits = 50
const mostLines = 20_000

/**
 * Lines of three parts: `node` or `unit <name>`, a key, and the rest as it was read, empty where it could not be. No
 * program under test can write one of them: what a service chooses itself (its journal) leaves as numbers only.
 */
export const nodeFacts = ({ units, disks = ['/'], errorsWithinSeconds }: FactsWish): Command => ({
  kind: 'script',
  why: 'facts of the node',
  idempotent: true,
  text: sh`
    n() { printf 'node %s %s\n' "$1" "$2"; }
    c="$(date +%s%3N) $(cut -d' ' -f1 /proc/uptime)"
    echo ${factsWord}; n clock "$c"
    ${raw(connectionRtt)}
    n boot "$(cat /proc/sys/kernel/random/boot_id)"; n kernel "$(uname -r)"
    n load "$(cut -d' ' -f1-3 /proc/loadavg)"; n cpus "$(getconf _NPROCESSORS_ONLN 2>/dev/null)"
    n memory "$(awk '/^MemTotal:/{t=$2}/^MemAvailable:/{a=$2}END{print t, a}' /proc/meminfo)"
    n ticks "$(getconf CLK_TCK 2>/dev/null) $(sed -n 's/^btime //p' /proc/stat)"
    for d in ${disks}; do
      at=$d; while ! [ -e "$at" ] && [ "$at" != / ]; do at=$(dirname "$at"); done
      n disk "$(df -Pk "$at" 2>/dev/null | awk 'NR==2{print $2, $4}') $(df -Pi "$at" 2>/dev/null | awk 'NR==2{print ($2 > 0 ? $4 : "-")}') $d"
    done
    look() {
      u=$1; f() { printf 'unit %s %s %s\n' "$u" "$1" "$2"; }
      s=$(systemctl show "$u.service" -p LoadState -p ActiveState -p SubState -p Result -p MainPID -p NRestarts -p TasksCurrent -p InvocationID 2>/dev/null)
      v() { printf '%s\n' "$s" | sed -n "s/^$1=//p"; }
      f state "$(v LoadState) $(v ActiveState) $(v SubState) $(v Result)"; f restarts "$(v NRestarts)"; f tasks "$(v TasksCurrent)"
      f invocation "$(v InvocationID)"; pid=$(v MainPID); f pid "$pid"
      if [ "${raw('${pid:-0}')}" -gt 0 ] 2>/dev/null; then
        f stat "$(sed 's/^.*) //' "/proc/$pid/stat" 2>/dev/null | cut -d' ' -f12,13,20)"
        f resident "$(sed -n 's/^VmRSS:[^0-9]*\([0-9]*\) kB$/\1/p' "/proc/$pid/status" 2>/dev/null)"
        f files "$(ls -l "/proc/$pid/fd" 2>/dev/null | awk 'NR>1{f++} / -> socket:\[/{s++} END{if (NR) print f+0, s+0}')"
        f exe "$(readlink "/proc/$pid/exe" 2>/dev/null | tr '\n' ' ')"
      fi
      ${raw(errorsWithinSeconds === undefined ? ':' : countErrors(errorsWithinSeconds))}
    }
    ${raw(units === 'ours' ? ours : sh`for u in ${units}; do look "$u"; done`)}
    echo ${factsWord} end`,
})

/** Of the SSH connection that this runs over, as the node's kernel keeps it; empty where it runs over none. */
const connectionRtt = sh`set -- $SSH_CONNECTION
    [ "$#" != 4 ] || n rtt "$(ss -Htin "sport = :$4 and dport = :$2" 2>/dev/null | sed -n 's/.* rtt:\([0-9.]*\)\/.*/\1/p' | head -n 1)"; set --`

/** A unit file of ours has its note of whose it is beside it. */
const ours = sh`for o in ${ownersDir}/*; do
      [ -f "$o" ] || continue; n=$((n + 1)); [ "$n" -le ${mostUnits} ] || break
      u=$(basename "$o"); case "$u" in *[!A-Za-z0-9_.@:-]*) continue ;; esac; look "$u"
      printf 'unit %s owner %s\n' "$u" "$(head -n 2 "$o" | tr '\n' ' ')"
    done`

/** Whether the journal could be read goes past the pipe; what the program wrote stays on the node. */
const countErrors = (seconds: number): string => sh`
      r=$( { { journalctl --no-pager --quiet --output=cat --lines=${mostLines} --since=${`-${seconds}s`} --unit="$u.service" 2>/dev/null || echo failed >&3; } |
        awk 'tolower($0) ~ /error|panicked|fatal/{e++} END{print e+0, NR}'; } 3>&1 )
      f errors "$(printf %s "$r" | tr '\n' ' ')"`
