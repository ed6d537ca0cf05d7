/** Stopping what a session started on a node, for good: it does not come back with the next boot. */
import type { Command } from './command.ts'
import { fenced } from './lease.ts'
import { namespaceUnit } from './namespace-unit.ts'
import { quote, raw, sh, type Raw } from './quote.ts'
import type { LeaseHeld } from './release.ts'
import { marker } from './unit-words.ts'

/** Also the unit that names its container's network, which would start it. */
export const disableNow = (unit: string): Raw =>
  raw(sh`for u in ${namespaceUnit(unit)} ${unit}; do
      if [ -e "/etc/systemd/system/$u.service" ]; then systemctl disable -q --now "$u.service" 2>/dev/null || systemctl stop "$u.service"; fi
    done; systemctl reset-failed ${`${unit}.service`} 2>/dev/null || true`)

/** Ends the script with `absent` or `foreign` where the unit is none of ours. */
export const ourUnit = (unit: string): Raw =>
  raw(sh`f=/etc/systemd/system/${raw(quote(`${unit}.service`))}
    if ! [ -e "$f" ]; then if systemctl cat ${`${unit}.service`} >/dev/null 2>&1; then echo foreign; else echo absent; fi; exit 0; fi
    if ! grep -qxF ${marker} "$f"; then echo foreign; exit 0; fi`)

/**
 * Prints `stopped`, `absent`, `foreign`, or `found`: the session found it running, by another session's switch, so that
 * it is not the session's to stop.
 */
export const stopStarted = (unit: string, installPath: string, session: string, lease: LeaseHeld): Command => ({
  kind: 'script',
  why: `stop ${unit}`,
  idempotent: true,
  text: sh`${fenced(lease.service, lease.holder, lease.fence)}
    ${ourUnit(unit)}
    by=; [ ! -s ${installPath}/.switched ] || read -r by _ <${installPath}/.switched || true
    if [ "$by" != ${session} ]; then echo found; exit 0; fi
    ${disableNow(unit)}
    echo stopped`,
})
