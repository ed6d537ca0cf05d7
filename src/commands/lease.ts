/**
 * A lease is the right to change one service on one node; it lies on the node, with a fencing number (spec §1 Lease).
 */
import type { Command } from './command.ts'
import { endKept } from './end-kept.ts'
import { endSoak } from './end-soak.ts'
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

/**
 * What no run of ours wrote (a disk that lost the end of it, a hand) is nobody's lease: it keeps no node for ever, and
 * is no number that a shell computes with. The clock's seconds are more than any fencing number before.
 */
const sound = raw(`case "$fence" in ''|0?*|*[!0-9]*|?????????????*) fence=$now; until=0;; esac
  case "$until" in ''|*[!0-9]*|?????????????*) until=0;; esac`)

const readState = (service: string): Raw =>
  raw(sh`
  set -eu; umask 077; d=${leaseDir}; s=${service}; mkdir -p "$d"; exec 9>"$d/$s.lock"; flock -w 10 9
  now=$(date +%s); fence=0; until=0; holder=; info=
  if [ -s "$d/$s" ]; then { read -r fence; read -r until; read -r holder; read -r info; } <"$d/$s" || true; fi
  ${sound}`)

/**
 * For as long as was asked for, from now on: a heartbeat of minutes replaces a wait of hours, and the other way round.
 * Synced before it counts: a number that came back smaller after a power cut would let an old holder in again. Four
 * lines on the node: fencing number, expiry (node's Unix seconds), holder, base64 of who and why. Exit 75: held by
 * another.
 */
export const acquireLease = (r: LeaseRequest): Command => ({
  kind: 'script',
  why: `lease ${r.service}`,
  idempotent: true,
  text: sh`
    ${readState(r.service)}
    if [ "$holder" != ${r.holder} ] && [ "$until" -gt "$now" ]; then echo "held $fence $until $holder $info"; exit 75; fi
    if [ "$holder" != ${r.holder} ] || [ "$until" -le "$now" ]; then fence=$((fence + 1)); fi
    if [ "$holder" != ${r.holder} ]; then
      ${endKept(r.service)}; ${endSoak(r.service)}
    fi
    until=$((now + ${r.seconds}))
    printf '%s\n' "$fence" "$until" ${r.holder} ${Buffer.from(JSON.stringify({ who: r.who, why: r.why })).toString('base64')} >"$d/$s.new"
    sync "$d/$s.new"; mv "$d/$s.new" "$d/$s"; echo "acquired $fence $until"`,
})

/**
 * The heartbeat: never shortens, and gives nothing back to whom it was taken from (exit 76). One that ran out and that
 * nobody took since is still the holder's: no other could have changed anything meanwhile.
 */
export const renewLease = (service: string, holder: string, fence: number, seconds: number): Command => ({
  kind: 'script',
  why: `renew lease ${service}`,
  idempotent: true,
  text: sh`
    ${readState(service)}
    if [ "$holder" != ${holder} ] || [ "$fence" != ${fence} ]; then echo "lost $fence $until $holder $info"; exit 76; fi
    wanted=$((now + ${seconds}))
    if [ "$until" -lt "$wanted" ]; then
      printf '%s\n' "$fence" "$wanted" "$holder" "$info" >"$d/$s.new"; sync "$d/$s.new"; mv "$d/$s.new" "$d/$s"
    fi`,
})

/**
 * Gives the lease back, and ends the connections that were kept and the recorder that watched under it; another holder's lease is left alone. The fencing number stays, so that it never
 * goes down.
 */
export const releaseLease = (service: string, holder: string): Command => ({
  kind: 'script',
  why: `release lease ${service}`,
  idempotent: true,
  text: sh`
    ${readState(service)}
    if [ "$holder" = ${holder} ]; then
      ${endKept(service)}; ${endSoak(service)}
      printf '%s\n' "$fence" 0 - - >"$d/$s.new"; sync "$d/$s.new"; mv "$d/$s.new" "$d/$s"
    fi`,
})

/** Takes a lease away, whoever holds it: the fencing number goes up, so that its holder changes nothing any more. */
export const breakLease = (service: string): Command => ({
  kind: 'script',
  why: `break lease ${service}`,
  idempotent: false,
  text: sh`
    ${readState(service)}
    printf '%s\n' "$((fence + 1))" 0 - - >"$d/$s.new"; sync "$d/$s.new"; mv "$d/$s.new" "$d/$s"`,
})

/** One line for each lease that is held: the node's clock, service, fencing number, expiry, holder, who and why. */
export const listLeases: Command = {
  kind: 'script',
  why: 'leases',
  idempotent: true,
  text: sh`
    now=$(date +%s)
    for f in ${raw(leaseDir)}/*; do
      case "$f" in *.lock|*.new) continue;; esac
      [ -s "$f" ] || continue
      fence=; until=0; holder=-; info=
      { read -r fence; read -r until; read -r holder; read -r info; } <"$f" || true
      ${sound}
      if [ "$until" -gt "$now" ] 2>/dev/null; then printf '%s\n' "$now $(basename "$f") $fence $until $holder $info"; fi
    done`,
}

export interface HeldLease {
  readonly service: string
  readonly fence: number
  /** Unix seconds of the node's clock, and how long that is from now on. */
  readonly until: number
  readonly secondsLeft: number
  readonly holder: string
  readonly who: string
  readonly why: string
}

/** What {@link listLeases} printed; a line that is none of it is left out. */
export const parseLeases = (stdout: string): readonly HeldLease[] =>
  stdout.split('\n').flatMap((line) => {
    const [now = '', service = '', fence = '', until = '', holder = '', info = ''] = line.split(' ')
    if (![now, fence, until].every((n) => number.test(n))) return []
    return [
      {
        service,
        fence: Number(fence),
        until: Number(until),
        secondsLeft: Number(until) - Number(now),
        holder,
        ...about(info),
      },
    ]
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
