/** Stops a unit that an earlier session of the same project left on a node, as long as no session holds it. */
import type { Command } from './command.ts'
import { leaseDir } from './lease.ts'
import { raw, quote, sh } from './quote.ts'
import { ownersDir } from './owners.ts'
import { marker } from './unit-words.ts'

/** Prints `stopped`, `held` (by a session that lives), or `foreign` (nothing that we wrote, or another project's). */
export const stopOldUnit = (unit: string, project: string): Command => ({
  kind: 'script',
  why: `stop ${unit}, which an earlier session left`,
  idempotent: true,
  text: sh`
    f=/etc/systemd/system/${raw(quote(`${unit}.service`))}; o=${ownersDir}/${raw(quote(unit))}
    if ! grep -qxF ${marker} "$f" 2>/dev/null || [ "$(head -n 1 "$o" 2>/dev/null)" != ${project} ]; then echo foreign; exit 0; fi
    now=$(date +%s)
    for l in ${leaseDir}/${raw(quote(unit))} ${leaseDir}/${raw(quote(unit.replace(/-registry$/, '')))}; do
      until=$(sed -n 2p "$l" 2>/dev/null); case "$until" in ''|*[!0-9]*) until=0;; esac
      if [ "$until" -gt "$now" ]; then echo held; exit 0; fi
    done
    systemctl disable -q --now ${`${unit}.service`} 2>/dev/null || systemctl stop ${`${unit}.service`}; echo stopped`,
})
