/** What of a machine is asked after a failure besides disk, port and firewall: unit, kernel, memory, sockets, names, clock. */
import { raw, sh, type Raw } from './quote.ts'
import { sectionWord } from '../domain/post-mortem/told.ts'

export interface PostMortemOf {
  /** argv prefix that enters the service's network namespace. */
  readonly place: readonly string[]
  /** How far back journals and kernel messages are asked. */
  readonly sinceSeconds: number
  /** Host names that the service is told. */
  readonly names: readonly string[]
}

/** What of the kernel's messages is ever a cause; the rest is not kept. */
const kernelWords =
  'out of memory|oom-kill|killed process|segfault|general protection|traps:|invalid opcode|nf_conntrack|table full|neighbour table overflow|i/o error|ext4-fs error|xfs.*error|remounting|read-only|link is down|netdev watchdog|blocked for more than|soft lockup|hardware error'

/**
 * Sections `unit`, `systemd` (what it said of the unit), `process`, `memory`, `kernel`, `conntrack`, `udp`, `route`,
 * `names`, `clock` and `ended` (the program's own last lines, of whichever process; each behind a bar, so that none can
 * look like ours). The unit's name is in `$u`.
 */
export const askMachine = ({ place, sinceSeconds, names }: PostMortemOf): Raw =>
  raw(sh`
    echo; echo ${sectionWord} unit
    systemctl show "$u" -p ActiveState -p SubState -p Result -p ExecMainCode -p ExecMainStatus -p NRestarts -p MainPID -p MemoryCurrent -p MemoryPeak -p LimitNOFILE 2>/dev/null
    echo; echo ${sectionWord} systemd
    journalctl -u "$u" _PID=1 --since=-${sinceSeconds}s -n 80 --no-pager -o cat 2>/dev/null | tail -c 6000
    echo; echo ${sectionWord} process
    p=$(systemctl show "$u" -p MainPID --value 2>/dev/null)
    if [ "${raw('${p:-0}')}" -gt 0 ]; then
      echo "fds $(ls "/proc/$p/fd" 2>/dev/null | wc -l) $(sed -n 's/^Max open files  *\([0-9]*\).*/\1/p' "/proc/$p/limits" 2>/dev/null)"
      sed -n 's/^\(VmRSS\|Threads\|State\):[[:space:]]*/\1 /p' "/proc/$p/status" 2>/dev/null
      ${place} ss -Hlntup 2>/dev/null | grep -F "pid=$p," | head -n 20 | sed 's/^/socket /'
    fi
    echo; echo ${sectionWord} memory
    grep -E '^(MemTotal|MemAvailable|SwapTotal|SwapFree):' /proc/meminfo; echo "load $(cut -d' ' -f1-3 /proc/loadavg) $(nproc)"
    echo; echo ${sectionWord} kernel
    least=$(( $(cut -d. -f1 /proc/uptime) - ${sinceSeconds} ))
    if k=$(dmesg 2>/dev/null); then
      printf '%s\n' "$k" | awk -v least="$least" '{ t = $0; sub(/^\[ */, "", t); if (t + 0 >= least) print }' | grep -iE ${kernelWords} | tail -n 40
    elif k=$(journalctl -k --since=-${sinceSeconds}s --no-pager -o short-monotonic 2>/dev/null); then
      printf '%s\n' "$k" | grep -iE ${kernelWords} | tail -n 40
    else echo not-read; fi
    echo; echo ${sectionWord} conntrack
    ${place} cat /proc/sys/net/netfilter/nf_conntrack_count /proc/sys/net/netfilter/nf_conntrack_max 2>/dev/null
    ${place} cat /proc/net/stat/nf_conntrack 2>/dev/null
    echo; echo ${sectionWord} udp
    ${place} cat /proc/net/snmp 2>/dev/null | grep '^Udp:'
    echo; echo ${sectionWord} route
    ${place} ip -o route show default 2>/dev/null | head -n 5; ${place} ip -o -6 route show default 2>/dev/null | head -n 5
    echo; echo ${sectionWord} names
    for n in ${names}; do if timeout 5 getent ahosts "$n" >/dev/null 2>&1; then echo "resolves $n"; else echo "unknown $n"; fi; done
    echo; echo ${sectionWord} clock
    echo "$(date +%s%3N) $(cut -d' ' -f1 /proc/uptime) $(timeout 5 timedatectl show -p NTPSynchronized --value 2>/dev/null)"
    echo; echo ${sectionWord} ended
    journalctl -u "$u" _TRANSPORT=stdout --since=-${sinceSeconds}s -n 80 --no-pager -o cat 2>/dev/null | tail -c 8000 | sed 's/^/| /'`)
