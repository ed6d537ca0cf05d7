/** Our own instruments on one node, tried with our own packet and our own program before anybody is blamed by them. */
import type { Command } from './command.ts'
import { raw, sh } from './quote.ts'
import { subjectRun } from './subject-run.ts'
import type { TableOwner } from './tables.ts'
import { readNodeWitness, resetWitness } from './witness.ts'

/** Nobody answers, so nobody needs to know it. */
const anyHex = '0'.repeat(32)

export interface OnePacket {
  /** Of our prober. */
  readonly program: string
  /** `address:port`; nobody needs to answer. */
  readonly to: string
  readonly bindPort: number
}

/** A fresh table, one packet of our prober, then what a round's look reads: that packet, and what reads a record. */
export const selfTestWitness = (owner: TableOwner, packet: OnePacket, record: Command | null): Command => {
  const [reset, read] = [resetWitness('node', owner), readNodeWitness(owner, record)]
  if (reset.kind !== 'script' || read.kind !== 'script') throw new Error('the witness is read by scripts')
  const send = ['--to', packet.to, '--bind-port', String(packet.bindPort), '--token', anyHex, '--nonce', anyHex]
  const once = ['--bytes', '100', '--count', '1', '--interval-ms', '1', '--timeout-ms', '50']
  return {
    kind: 'script',
    why: 'self test: witness',
    idempotent: false,
    text: sh`( ${raw(reset.text)}
      ) || exit 66
      ${[packet.program, 'send', ...send, ...once]} >/dev/null 2>&1
      ${raw(read.text)}`,
  }
}

export const selfTestSeconds = 10

/** Whether a program can be run as the dialler is, and the deployed one executed by nobody; exit 0 when so. */
export const selfTestRun = (binary: string): Command =>
  subjectRun({
    why: 'self test: run',
    place: [],
    program: '/bin/sh',
    args: ['-c', '/bin/true && [ -x "$0" ]', binary],
    seconds: selfTestSeconds,
    output: { keep: 'beginning', bytes: 100 },
    confinedBy: null,
  })
