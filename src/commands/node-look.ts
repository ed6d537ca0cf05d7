/** One node looked at whole, in one exec: each line says which part it is of, so that nothing on the node can pose as another. */
import type { Command } from './command.ts'
import { leaseDir } from './lease.ts'
import { raw, sh } from './quote.ts'
import { ownersDir } from './owners.ts'

/** What a test and a deploy need there. */
const tools = ['nft', 'sha256sum', 'flock', 'systemctl', 'journalctl', 'setpriv', 'ss', 'timeout', 'gzip'] as const

/** Lines `<part><tab><text>`; parts whose command failed have a line `<part>!<tab><exit code>`. */
export const lookAround: Command = {
  kind: 'script',
  why: 'the whole node',
  idempotent: true,
  text: sh`
    t=$(printf '\t')
    part() { p=$1; shift; o=$( { timeout 15 "$@" 2>&1 </dev/null; echo "=$?"; } | cut -c1-1000 | tail -c 65536 ); c=${raw('${o##*=}')}; printf '%s\n' "${raw('${o%=*}')}" | sed "/^$/d; s/^/$p$t/"; [ "$c" = 0 ] || echo "$p!$t$c"; }
    part running systemctl is-system-running
    for x in ${tools}; do command -v "$x" >/dev/null || echo "tools$t$x"; done
    part failed systemctl --failed --no-pager --plain --no-legend
    part ports sh -c 'ss -Hlntup | while read -r proto state recv send local peer who; do
      pid=$(echo "$who" | sed -n "s/.*pid=\([0-9]*\).*/\1/p"); unit=-
      [ -z "$pid" ] || unit=$(sed -n "s/.*\/\([^/]*\)\.service$/\1/p" "/proc/$pid/cgroup" 2>/dev/null | head -n 1)
      name=-; [ -z "$pid" ] || name=$(tr -d "\n" <"/proc/$pid/comm" 2>/dev/null | tr -c "A-Za-z0-9_.-" _)
      echo "$proto $local $name $unit"; done'
    part firewall nft list ruleset
    part sync timedatectl show -p NTPSynchronized -p NTP
    part disk df -h / /opt /var
    part memory head -n 3 /proc/meminfo
    part kernel sh -c 'journalctl --dmesg --no-pager --quiet --lines=2000 --output=short-iso | grep -iE "out of memory|oom-kill|i/o error|segfault|nf_conntrack: table full|blocked for more than" | tail -n 20; true'
    part errors journalctl --no-pager --quiet --priority=err --since=-1d --lines=20 --output=short-iso
    part leases sh -c 'cd ${raw(leaseDir)} 2>/dev/null || exit 0; for l in *; do case "$l" in *.lock) continue;; esac; [ -s "$l" ] || continue; echo "$l $(sed -n 2p "$l") $(sed -n 3p "$l")"; done'
    for o in ${ownersDir}/*; do [ -f "$o" ] || continue; u=$(basename "$o")
      part said journalctl --no-pager --quiet --unit="$u.service" --lines=20 --output=short-iso
    done`,
}
