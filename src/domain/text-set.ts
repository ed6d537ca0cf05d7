/** Texts that were seen, each as 96 bits of its digest in one flat array: a text given twice is always known. */
import { createHash } from 'node:crypto'

export interface TextSet {
  /** Whether it is new. */
  add(text: string): boolean
}

const words = 3

export function textSet(): TextSet {
  let table = new Uint32Array(words * 1024)
  let size = 0
  return {
    add(text) {
      const bytes = createHash('sha256').update(text).digest()
      // The first word of a place that is taken is never 0.
      const mark = [bytes.readUInt32LE(0) | 1, bytes.readUInt32LE(4), bytes.readUInt32LE(8)] as const
      if (!place(table, mark[0] >>> 0, mark[1], mark[2])) return false
      size++
      if (size * words * 4 > table.length * 3) table = grown(table)
      return true
    },
  }
}

/** Open addressing; false where it stands there already. */
function place(table: Uint32Array, a: number, b: number, c: number): boolean {
  const places = table.length / words
  for (let at = b % places; ; at = (at + 1) % places) {
    const i = at * words
    if (table[i] === 0) {
      table[i] = a
      table[i + 1] = b
      table[i + 2] = c
      return true
    }
    if (table[i] === a && table[i + 1] === b && table[i + 2] === c) return false
  }
}

function grown(old: Uint32Array): Uint32Array<ArrayBuffer> {
  const next = new Uint32Array(old.length * 2)
  for (let i = 0; i < old.length; i += words)
    if (old[i] !== 0) place(next, old[i] ?? 0, old[i + 1] ?? 0, old[i + 2] ?? 0)
  return next
}
