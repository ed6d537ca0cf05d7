/** The known word that a mistyped one most likely meant. */

/**
 * Undefined where nothing is near: more than a third of the letters would have to change. Case, `-` and `_` do not
 * count.
 */
export function nearest(word: string, known: readonly string[]): string | undefined {
  if (word.length > 64) return undefined
  const scored = known.map((k) => ({ k, d: distance(plain(word), plain(k)) })).sort((a, b) => a.d - b.d)
  const best = scored[0]
  return best !== undefined && best.d <= Math.max(1, Math.floor(Math.max(word.length, best.k.length) / 3))
    ? best.k
    : undefined
}

/** `; did you mean "x"?`, or the known words where they are few, or nothing. */
export function hint(word: string, known: readonly string[]): string {
  const near = nearest(word, known)
  if (near !== undefined) return `; did you mean "${near}"?`
  return known.length > 0 && known.length <= 20 ? `; known are ${known.join(', ')}` : ''
}

const plain = (word: string): string => word.toLowerCase().replaceAll(/[-_ ]/g, '')

/** Edits (insert, delete, replace, swap of neighbours) between two words. */
function distance(a: string, b: string): number {
  let before: number[] = []
  let row = Array.from({ length: b.length + 1 }, (_, j) => j)
  for (let i = 1; i <= a.length; i++) {
    const next = [i]
    for (let j = 1; j <= b.length; j++) {
      const swap =
        i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1] ? (before[j - 2] ?? 0) + 1 : Infinity
      next[j] = Math.min(
        (row[j] ?? 0) + 1,
        (next[j - 1] ?? 0) + 1,
        (row[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1),
        swap,
      )
    }
    before = row
    row = next
  }
  return row[b.length] ?? 0
}
