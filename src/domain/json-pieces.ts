/** A sealed file of one value, piece by piece: what `jsonText` gives in one text, however large it is. */

/** Deeper parts are small: one sample, one finding. */
const deepest = 4

export function* jsonPieces(value: unknown): Generator<string> {
  yield* piecesOf(value, 0)
  yield '\n'
}

/** Larger pieces, each of whole lines: fewer writes of the same text. */
export function* wholeLines(pieces: Iterable<string>, least = 1 << 16): Generator<string> {
  let text = ''
  for (const piece of pieces) {
    text += piece
    const end = text.length < least ? -1 : text.lastIndexOf('\n')
    if (end === -1) continue
    yield text.slice(0, end + 1)
    text = text.slice(end + 1)
  }
  if (text !== '') yield text
}

export function* linePieces(values: Iterable<unknown>): Generator<string> {
  for (const value of values) yield `${JSON.stringify(value)}\n`
}

function* piecesOf(value: unknown, depth: number): Generator<string> {
  if (depth >= deepest || typeof value !== 'object' || value === null) {
    // No text has a line break within: each stands for the next line.
    yield (JSON.stringify(value, null, 1) ?? 'null').replaceAll('\n', `\n${' '.repeat(depth)}`)
    return
  }
  const parts = partsOf(value)
  const [open, close] = Array.isArray(value) ? '[]' : '{}'
  let before: string = open ?? ''
  for (const [key, one] of parts) {
    yield `${before}\n${' '.repeat(depth + 1)}${key}`
    yield* piecesOf(one, depth + 1)
    before = ','
  }
  yield before === ',' ? `\n${' '.repeat(depth)}${close}` : `${open}${close}`
}

function* partsOf(value: object): Generator<readonly [string, unknown]> {
  if (Array.isArray(value)) for (const one of value) yield ['', one]
  else for (const [key, one] of Object.entries(value)) if (one !== undefined) yield [`${JSON.stringify(key)}: `, one]
}
