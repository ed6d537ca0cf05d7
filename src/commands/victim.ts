/** Killing a service on one node, and starting it again: under the lease, and never for good. */
import type { Command } from './command.ts'
import { fenced } from './lease.ts'
import { quote, raw, sh } from './quote.ts'

interface Leased {
  readonly service: string
  readonly holder: string
  readonly fence: number
}

const timer = (unit: string): string => `vps-test-back-${unit}`

/**
 * The main process gets SIGKILL, and systemd does not start it again. Before it dies a timer is set that starts it
 * whatever becomes of us.
 */
export const killService = (unit: string, lease: Leased, seconds: number): Command => ({
  kind: 'script',
  why: `kill ${unit}`,
  idempotent: true,
  text: sh`${fenced(lease.service, lease.holder, lease.fence)}
    systemctl stop ${`${timer(unit)}.timer`} 2>/dev/null || true
    systemd-run --quiet --collect --unit=${timer(unit)} --on-active=${seconds} systemctl start ${unit} || exit 69
    systemctl kill -s KILL ${unit}; systemctl stop ${unit}`,
})

export const startService = (unit: string, lease: Leased): Command => ({
  kind: 'script',
  why: `start ${unit} again`,
  idempotent: true,
  text: sh`${fenced(lease.service, lease.holder, lease.fence)}
    systemctl reset-failed ${unit} 2>/dev/null || true; systemctl start ${unit} || exit 69
    systemctl stop ${raw(quote(`${timer(unit)}.timer`))} 2>/dev/null || true`,
})
