/**
 * A lease is the right to change one service on one node; it lies on the node, with a fencing number (spec §1 Lease).
 */
import type { Command } from './command.ts'
import { raw, sh, type Raw } from './quote.ts'

/** On the node. */
export const leaseDir = '/var/lib/vps-test/leases'

export interface LeaseRequest {
  readonly service: string
  /** Session id: `[A-Za-z0-9._-]+`. */
  readonly holder: string
  readonly who: string
  readonly why: string
  readonly seconds: number
}

export type LeaseAnswer =
  | { readonly kind: 'acquired'; readonly fence: number; readonly until: number }
  | {
      readonly kind: 'held'
      readonly fence: number
      readonly until: number
      readonly holder: string
      readonly who: string
      readonly why: string
    }
  | { readonly kind: 'unreadable'; readonly text: string }

const readState = (service: string): Raw =>
  raw(sh`
  set -eu; umask 077; d=${leaseDir}; s=${service}; mkdir -p "$d"; exec 9>"$d/$s.lock"; flock -w 10 9
  now=$(date +%s); fence=0; until=0; holder=; info=
  if [ -s "$d/$s" ]; then { read -r fence; read -r until; read -r holder; read -r info; } <"$d/$s" || true; fi`)

/**
 * Never shortens what the holder has: it is held for the longest that was asked for, until it is given back. Synced
 * before it counts: a number that came back smaller after a power cut would let an old holder in again. Four lines on
 * the node: fencing number, expiry (node's Unix seconds), holder, base64 of who and why. Exit 75: held by another.
 */
export const acquireLease = (r: LeaseRequest): Command => ({
  kind: 'script',
  why: `lease ${r.service}`,
  idempotent: true,
  text: sh`
    ${readState(r.service)}
    if [ "$holder" != ${r.holder} ] && [ "$until" -gt "$now" ]; then echo "held $fence $until $holder $info"; exit 75; fi
    if [ "$holder" != ${r.holder} ] || [ "$until" -le "$now" ]; then fence=$((fence + 1)); fi
    wanted=$((now + ${r.seconds}))
    if [ "$holder" != ${r.holder} ] || [ "$until" -lt "$wanted" ]; then until=$wanted; fi
    printf '%s\n' "$fence" "$until" ${r.holder} ${Buffer.from(JSON.stringify({ who: r.who, why: r.why })).toString('base64')} >"$d/$s.new"
    sync "$d/$s.new"; mv "$d/$s.new" "$d/$s"; echo "acquired $fence $until"`,
})

/** Gives the lease back; another holder's lease is left alone. The fencing number stays, so that it never goes down. */
export const releaseLease = (service: string, holder: string): Command => ({
  kind: 'script',
  why: `release lease ${service}`,
  idempotent: true,
  text: sh`
    ${readState(service)}
    if [ "$holder" = ${holder} ]; then printf '%s\n' "$fence" 0 - - >"$d/$s.new"; sync "$d/$s.new"; mv "$d/$s.new" "$d/$s"; fi`,
})

/** First lines of every script that changes a service: exit 76 unless this holder still has this fencing number. */
export const fenced = (service: string, holder: string, fence: number): Raw =>
  raw(sh`
  ${readState(service)}
  if [ "$holder" != ${holder} ] || [ "$fence" != ${fence} ] || [ "$until" -le "$now" ]; then echo "lease lost: $holder has $fence" >&2; exit 76; fi`)

/** Twelve digits of Unix seconds are a date that JavaScript knows. */
const number = /^\d{1,12}$/

export function parseLease(stdout: string): LeaseAnswer {
  const words = (stdout.trim().split('\n').at(-1) ?? '').split(' ')
  const [kind, fence, until, holder, info] = words
  if ((kind !== 'acquired' && kind !== 'held') || !number.test(fence ?? '') || !number.test(until ?? ''))
    return { kind: 'unreadable', text: stdout.slice(0, 200) }
  if (kind === 'acquired') return { kind, fence: Number(fence), until: Number(until) }
  return { kind, fence: Number(fence), until: Number(until), holder: holder ?? '', ...about(info ?? '') }
}

function about(info: string): { who: string; why: string } {
  try {
    const value = JSON.parse(Buffer.from(info, 'base64').toString('utf8')) as { who?: unknown; why?: unknown }
    return { who: String(value.who ?? ''), why: String(value.why ?? '') }
  } catch {
    return { who: '', why: '' }
  }
}
