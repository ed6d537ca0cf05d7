/** Where a path of a parsed YAML document stands in its text, so that a fault can name line and column. */
import {
  isAlias,
  isMap,
  isNode,
  isPair,
  isScalar,
  isSeq,
  visit,
  type Document,
  type LineCounter,
  type Pair,
} from 'yaml'
import type { FieldPath } from './faults.ts'

export interface Position {
  readonly line: number
  readonly column: number
}

export interface Positions {
  /** Of the value at a path; of the nearest thing around it where it is missing. */
  value(path: FieldPath): Position
  /** Of the key that names a path's last step. */
  key(path: FieldPath): Position
}

export function positionsOf(document: Document, lines: LineCounter): Positions {
  const position = (offset: number): Position => {
    const { line, col } = lines.linePos(offset)
    return { line: Math.max(1, line), column: Math.max(1, col) }
  }
  const find = (path: FieldPath): { readonly key: number; readonly value: number } => {
    let node: unknown = document.contents
    let at = { key: start(node) ?? 0, value: start(node) ?? 0 }
    for (const step of path) {
      const inside = isAlias(node) ? node.resolve(document) : node
      if (isMap(inside)) {
        const pair = inside.items.findLast((p) => keyText(p) === String(step))
        if (pair === undefined) return at
        const key = start(pair.key) ?? at.key
        at = { key, value: start(pair.value) ?? key }
        node = pair.value
      } else if (isSeq(inside) && typeof step === 'number' && inside.items[step] !== undefined) {
        node = inside.items[step]
        const value = start(node) ?? at.value
        at = { key: value, value }
      } else return at
    }
    return at
  }
  return { value: (path) => position(find(path).value), key: (path) => position(find(path).key) }
}

function start(node: unknown): number | undefined {
  if (isPair(node)) return start(node.key)
  if (!isNode(node) || node.range == null) return undefined
  // An empty value has no text of its own: its key is the better place.
  return isScalar(node) && node.value === null && node.range[0] === node.range[1] ? undefined : node.range[0]
}

/** A key that is a list, a map or an alias has no text; {@link refusedKeys} finds it. */
const keyText = (pair: Pair): string => (isScalar(pair.key) ? String(pair.key.value) : '')

/** The path of the key that starts at an offset. */
export function pathOfKey(document: Document, offset: number): FieldPath | undefined {
  let found: FieldPath | undefined
  visit(document, {
    Pair: (_, pair, ancestors) => {
      if (start(pair.key) !== offset) return undefined
      found = [...ancestors, pair].flatMap((node, i, all): FieldPath =>
        isPair(node)
          ? isScalar(node.key)
            ? [keyText(node)]
            : []
          : isSeq(node)
            ? [node.items.indexOf(all[i + 1])]
            : [],
      )
      return visit.BREAK
    },
  })
  return found
}

/**
 * Keys that no file needs: those that are not plain text, and the one that reaches into a JavaScript object's own
 * workings.
 */
export function refusedKeys(document: Document): readonly { readonly offset: number; readonly message: string }[] {
  const found: { offset: number; message: string }[] = []
  visit(document, {
    Pair: (_, pair) => {
      const offset = start(pair.key) ?? 0
      if (!isScalar(pair.key)) found.push({ offset, message: 'a key must be plain text' })
      else if (pair.key.value === '__proto__') found.push({ offset, message: 'the key __proto__ is not allowed' })
    },
  })
  return found
}
