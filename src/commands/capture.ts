/** Our prober keeps the headers of packets of some hosts, and nothing of what they carry. */
import type { Command } from './command.ts'

interface Captured {
  /** Addresses without ports; packets that have none of them at an end are left out. */
  readonly hosts: readonly string[]
  /** TCP ports whose packets are left out: that of our own SSH. */
  readonly exceptPorts: readonly number[]
  /** It ends with its standard input, and after these. */
  readonly seconds: number
  /** What comes after so many is counted. */
  readonly packets: number
}

export const captureHeaders = (
  program: string,
  place: readonly string[],
  { hosts, exceptPorts, seconds, packets }: Captured,
): Command => ({
  kind: 'argv',
  why: 'capture headers',
  idempotent: false,
  argv: [
    ...place,
    program,
    'capture',
    ...hosts.flatMap((host) => ['--host', host]),
    ...exceptPorts.flatMap((port) => ['--except-port', String(port)]),
    '--seconds',
    String(seconds),
    '--packets',
    String(packets),
  ],
})
