/**
 * Payloads as they lie with the callee, hashed by a command of ours: the one thing of a delivery that no program can say
 * without having it.
 */
import { notRead, thereIs, type KeptPayload, type Read } from '../domain/evidence.ts'
import type { Command } from './command.ts'
import { raw, render, sh } from './quote.ts'

/** More than any payload: a file without end holds nobody up. */
const longest = 64 << 20

/**
 * One line for each file: `kept <bytes> <sha256>`, `absent`, or `unread`; then what another command prints. Only a
 * regular file is one that is kept: a link or a pipe can only be the program's own doing.
 */
export const keptPayloads = (paths: readonly string[], also: Command | null): Command => ({
  kind: 'script',
  why: 'record: payloads and lines',
  idempotent: true,
  text: sh`for f in ${paths}; do
      if [ ! -f "$f" ] || [ -L "$f" ]; then echo absent; continue; fi
      s=$(stat -c %s "$f") && h=$(timeout 10 head -c ${longest} "$f" | sha256sum | cut -c1-64) && echo "kept $s $h" || echo unread
    done
    ${raw(also === null ? ':' : also.kind === 'script' ? also.text : render(also))}`,
})

export function keptIn(line: string): Read<KeptPayload> {
  const [, bytes, sha256 = ''] = /^kept (\d{1,15}) ([0-9a-f]{64})$/.exec(line) ?? []
  if (bytes !== undefined) return thereIs({ bytes: Number(bytes), sha256 })
  return line === 'absent' ? { kind: 'absent' } : notRead('the payload could not be hashed')
}
