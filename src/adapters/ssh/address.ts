/** Where a node is looked for, and how the connect time is shared (pure). */
import type { FleetNode } from '../../domain/fleet.ts'

/** Hostname first, then IP (spec §2); one entry when they are the same. */
export const addressesOf = (node: Pick<FleetNode, 'host' | 'ip'>): readonly string[] => [
  ...new Set([node.host, node.ip].filter((a) => a !== '')),
]

/** Milliseconds for the next try: an equal part of what is left, so that a dead name cannot eat the IP's turn. */
export const shareOf = (leftMs: number, triesLeft: number): number =>
  Math.max(1, Math.floor(leftMs / Math.max(1, triesLeft)))

/** A proxy program's argv for one address: `%h`, `%p`, `%r` and `%%` are replaced inside each word, never split. */
export const proxyArgv = (argv: readonly string[], host: string, port: number, user: string): readonly string[] =>
  argv.map((word) =>
    word.replace(/%[hpr%]/g, (m) => (m === '%h' ? host : m === '%p' ? String(port) : m === '%r' ? user : '%')),
  )
