/** A node's peer id: as the program wrote it down, or the hash of its public key, of which no byte leaves the node. */
import type { Command } from './command.ts'
import { sh } from './quote.ts'

export const writtenId = (path: string): Command => ({
  kind: 'argv',
  why: 'peer id',
  idempotent: true,
  argv: ['cat', path],
})

export interface KeyPart {
  readonly path: string
  /** Hashed before the key. */
  readonly prefix: string
  readonly offset: number
  readonly bytes: number
}

/** Prints the SHA-256 in hexadecimal digits; a file that is too short for the key has none. */
export const hashedKey = ({ path, prefix, offset, bytes }: KeyPart): Command => ({
  kind: 'script',
  why: 'peer id from its key',
  idempotent: true,
  text: sh`n=$(stat -Lc %s ${path}) || exit 66
    [ "$n" -ge ${offset + bytes} ] || { echo "holds $n bytes, and the key ends at ${offset + bytes}" >&2; exit 65; }
    { printf %s ${prefix}; tail -c +${offset + 1} ${path} | head -c ${bytes}; } | sha256sum | cut -c1-64`,
})
