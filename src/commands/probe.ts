/** Our own prober on a node: one static file, kept by hash. */
import type { Command } from './command.ts'
import { sh } from './quote.ts'
import { wallTable, type TableOwner } from './tables.ts'

const dir = '/var/lib/vps-test/bin'
export const probePath = (sha256: string): string => `${dir}/vps-probe-${sha256.slice(0, 16)}`

/** Prints `present` when the right prober is there. */
export const findProbe = (sha256: string): Command => ({
  kind: 'script',
  why: 'look for the prober',
  idempotent: true,
  text: sh`f=${probePath(sha256)}; if [ -x "$f" ] && echo ${`${sha256}  `}"$f" | sha256sum -c --status; then echo present; else echo absent; fi`,
})

/** Reads the gzipped prober from stdin. */
export const installProbe = (sha256: string): Command => ({
  kind: 'script',
  why: 'install the prober',
  idempotent: true,
  text: sh`
    set -eu; mkdir -p ${dir}; f=${probePath(sha256)}; part="$f.$$.part"; trap 'rm -f "$part"' EXIT; trap 'exit 74' HUP INT TERM PIPE
    gzip -dc >"$part"; echo ${`${sha256}  `}"$part" | sha256sum -c --status || exit 65
    try="$f.$$.try"; printf '#!/bin/sh\n' >"$try"; chmod 755 "$try"
    "$try" 2>/dev/null || { rm -f "$try"; echo ${`${dir} is mounted noexec: nothing there can be executed`} >&2; exit 67; }; rm -f "$try"
    chmod 755 "$part"; mv -f "$part" "$f"`,
})

export interface ReflectorPair {
  readonly primary: string
  readonly secondary: string
  readonly ports: readonly [number, number]
  readonly token: string
}

/** Runs until stdin ends, at most `seconds`. */
export const reflect = (
  program: string,
  place: readonly string[],
  pair: ReflectorPair,
  peer: string,
  seconds: number,
): Command => ({
  kind: 'argv',
  why: 'reflector',
  idempotent: false,
  argv: [
    ...place,
    program,
    'reflect',
    '--ports',
    pair.ports.join(','),
    '--peer',
    peer,
    '--token',
    pair.token,
    '--seconds',
    String(seconds),
    '--until-eof',
  ],
})

/** `waitMs`: how long an answer may take; the prober's own time unless told. */
export const classify = (program: string, place: readonly string[], pair: ReflectorPair, waitMs?: number): Command => ({
  kind: 'argv',
  why: 'measure the NAT',
  idempotent: true,
  argv: [
    ...place,
    program,
    'classify',
    '--primary',
    pair.primary,
    '--secondary',
    pair.secondary,
    '--ports',
    pair.ports.join(','),
    '--token',
    pair.token,
    ...(waitMs === undefined ? [] : ['--wait-ms', String(waitMs)]),
  ],
})

export const receiveProbe = (
  sha256: string,
  place: readonly string[],
  port: number,
  token: string,
  seconds: number,
): Command => ({
  kind: 'argv',
  why: 'control: receive',
  idempotent: false,
  argv: [
    ...place,
    probePath(sha256),
    'receive',
    '--port',
    String(port),
    '--token',
    token,
    '--seconds',
    String(seconds),
  ],
})

/** Confirms, and sends back what came; `bind6`: also by IPv6. */
export const echoProbe = (
  program: string,
  place: readonly string[],
  p: { readonly port: number; readonly token: string; readonly seconds: number; readonly bind6: boolean },
): Command => ({
  kind: 'argv',
  why: 'preflight: echo',
  idempotent: false,
  argv: [
    ...place,
    program,
    'receive',
    '--port',
    String(p.port),
    '--token',
    p.token,
    '--seconds',
    String(p.seconds),
    ...(p.bind6 ? ['--bind', '::'] : []),
    '--echo',
  ],
})

export const reachProbe = (
  program: string,
  place: readonly string[],
  p: {
    readonly to: string
    readonly token: string
    readonly nonce: string
    readonly sizes: readonly number[]
    /** With DF set. */
    readonly wholeSizes: readonly number[]
    /** Another port of the same host, and how many bytes it is sent. */
    readonly mark: { readonly to: string; readonly bytes: number } | null
  },
): Command => ({
  kind: 'argv',
  why: 'preflight: what passes',
  idempotent: true,
  argv: [
    ...place,
    program,
    'reach',
    '--to',
    p.to,
    '--token',
    p.token,
    '--nonce',
    p.nonce,
    '--sizes',
    p.sizes.join(','),
    '--whole-sizes',
    p.wholeSizes.join(','),
    ...(p.mark === null ? [] : ['--mark', p.mark.to, '--mark-bytes', String(p.mark.bytes)]),
  ],
})

/** The node's clocks as a witness's look has them, then its global addresses of IPv6, a line each. */
export const clockAndAddresses: Command = {
  kind: 'script',
  why: 'preflight: clock, addresses',
  idempotent: true,
  text: sh`echo "$(date +%s%3N) $(cut -d' ' -f1 /proc/uptime)"; ip -6 -o addr show scope global`,
}

export const sendProbe = (
  sha256: string,
  place: readonly string[],
  p: {
    readonly to: string
    readonly bindPort: number
    readonly token: string
    readonly nonce: string
    readonly bytes: number
  },
): Command => ({
  kind: 'argv',
  why: 'control: send',
  idempotent: true,
  argv: [
    ...place,
    probePath(sha256),
    'send',
    '--to',
    p.to,
    '--bind-port',
    String(p.bindPort),
    '--token',
    p.token,
    '--nonce',
    p.nonce,
    '--bytes',
    String(p.bytes),
    '--count',
    '5',
    '--interval-ms',
    '150',
    '--timeout-ms',
    '1500',
  ],
})

/** One control's datagrams: from this port to that one. */
export interface WalledPath {
  readonly from: number
  readonly to: number
}

const wallSeconds = 60

/**
 * Drops one control's datagrams before anything can see them. The kernel takes the element away after a minute,
 * whatever becomes of us; nobody else's packets match.
 */
export const closePath = (place: readonly string[], owner: TableOwner, { from, to }: WalledPath): Command => {
  const t = wallTable(owner)
  return {
    kind: 'argv',
    why: `close port ${to} to the control`,
    idempotent: true,
    argv: [
      ...place,
      'nft',
      `add table inet ${t}; delete table inet ${t}; add table inet ${t}; add set inet ${t} closed { type inet_service . inet_service; flags timeout; }; add chain inet ${t} i { type filter hook prerouting priority -400; policy accept; }; add rule inet ${t} i udp sport . udp dport @closed drop; add element inet ${t} closed { ${from} . ${to} timeout ${wallSeconds}s }`,
    ],
  }
}
export const openPath = (place: readonly string[], owner: TableOwner): Command => ({
  kind: 'argv',
  why: 'open the port again',
  idempotent: true,
  argv: [...place, 'nft', `add table inet ${wallTable(owner)}; delete table inet ${wallTable(owner)}`],
})
