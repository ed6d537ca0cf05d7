/** Pinned host keys written into a fleet file: only the lines of one node change, in the file's own style. */
import { isDeepStrictEqual } from 'node:util'
import {
  isAlias,
  isCollection,
  isMap,
  isNode,
  isScalar,
  isSeq,
  parseDocument,
  visit,
  type Document,
  type Pair,
} from 'yaml'
import { Failure } from '../domain/failure.ts'
import { printable, stripHidden } from '../domain/text.ts'
import { hostKey, isRecord } from './fields.ts'
import { hint } from './nearest.ts'
import { yamlOptions } from './yaml.ts'

/** The same file with other pinned keys for one node. Failures: U011 no key, U012 not possible so, U030 no such node. */
export function withHostKeys(yamlText: string, node: string, keys: readonly string[]): string {
  for (const key of keys) {
    const checked = hostKey.safeParse(key)
    if (!checked.success)
      throw new Failure({
        code: 'U011',
        message: `host key of ${stripHidden(node)}: ${checked.error.issues.map((i) => i.message).join('; ')}`,
      })
  }
  const mark = yamlText.startsWith('\uFEFF') ? '\uFEFF' : ''
  const text = yamlText.slice(mark.length)
  const document = parseDocument(text, yamlOptions)
  const index = indexOf(document, node)
  const changed = spliced(text, splices(document, text, index, keys))
  // Anchors, merges and tags have more forms than are known here: what comes out is read again and compared.
  if (!isDeepStrictEqual(readAgain(changed), expected(document, index, keys)))
    throw new Failure({
      code: 'U012',
      message: `the keys of ${printable(node)} cannot be written into the file without changing something else: another node shares its entry; write host_keys of this node as a list of its own`,
    })
  return mark + changed
}

function indexOf(document: Document, node: string): number {
  const nodes = document.get('nodes')
  const names = isSeq(nodes) ? nodes.items.map((n) => (isMap(n) ? String(n.get('name')) : '')) : []
  const index = names.indexOf(node)
  if (index === -1)
    throw new Failure({
      code: 'U030',
      message: `the fleet has no node ${printable(node)}${hint(node, names)}`,
    })
  return index
}

function readAgain(text: string): unknown {
  try {
    return parseDocument(text, yamlOptions).toJS()
  } catch {
    return undefined
  }
}

function expected(document: Document, index: number, keys: readonly string[]): unknown {
  const all: unknown = JSON.parse(JSON.stringify(document.toJS()))
  if (!isRecord(all) || !Array.isArray(all['nodes'])) return undefined
  const nodes = all['nodes'].map((n: unknown, i) => (i === index && isRecord(n) ? { ...n, host_keys: [...keys] } : n))
  return { ...all, nodes }
}

interface Splice {
  readonly from: number
  readonly to: number
  readonly text: string
}

const spliced = (text: string, all: readonly Splice[]): string =>
  all.toSorted((a, b) => b.from - a.from).reduce((t, s) => t.slice(0, s.from) + s.text + t.slice(s.to), text)

function splices(document: Document, text: string, index: number, keys: readonly string[]): readonly Splice[] {
  const map = document.getIn(['nodes', index], true)
  if (!isMap(map)) return []
  const pair = map.items.find((p) => isScalar(p.key) && p.key.value === 'host_keys')
  const name = map.items.find((p) => isScalar(p.key) && p.key.value === 'name')
  const list = `[${keys.map((k) => JSON.stringify(k)).join(', ')}]`
  if (pair === undefined) {
    const end = endOf(name?.value)
    if (end === undefined) return []
    if (map.flow === true) return [{ from: end, to: end, text: `, host_keys: ${list}` }]
    const eol = lineEnd(text, end)
    return [{ from: eol, to: eol, text: newline(text) + block(text, columnOf(text, startOf(name?.key)), [], keys) }]
  }
  const start = startOf(pair.key)
  const end = endOf(pair.value) ?? endOf(pair.key)
  if (start === undefined || end === undefined) return []
  const kept = keptAnchors(document, pair)
  if (map.flow === true) return [...kept, { from: endOf(pair.key) ?? start, to: end, text: `: ${list}` }]
  const eol = lineEnd(text, Math.max(end, start))
  const comments = text
    .slice(start, eol)
    .split(/\r?\n/)
    .flatMap((line) => /(?:^|\s)(#.*)$/.exec(line)?.[1] ?? [])
  return [...kept, { from: start - columnOf(text, start), to: eol, text: own(text, start, comments, keys) }]
}

/** The first line keeps what stands before the key: the dash of a list's entry may. */
function own(text: string, start: number, comments: readonly string[], keys: readonly string[]): string {
  const column = columnOf(text, start)
  return text.slice(start - column, start) + block(text, column, comments, keys).trimStart()
}

function block(text: string, column: number, comments: readonly string[], keys: readonly string[]): string {
  const [outer, inner] = [' '.repeat(column), ' '.repeat(column + 2)]
  if (keys.length === 0) return `${outer}host_keys: []${comments.length === 0 ? '' : ` ${comments.join(' ')}`}`
  return [`${outer}host_keys:`, ...comments.map((c) => inner + c), ...keys.map((k) => `${inner}- ${k}`)].join(
    newline(text),
  )
}

/** An anchor that goes with the old list goes over to the first alias of it, together with what it stood for. */
function keptAnchors(document: Document, pair: Pair): readonly Splice[] {
  const anchors = new Set<string>()
  if (isNode(pair.value))
    visit(pair.value, {
      Node: (_, node) => {
        if ('anchor' in node && node.anchor !== undefined) anchors.add(node.anchor)
      },
    })
  const found: Splice[] = []
  visit(document, {
    Alias: (_, alias) => {
      if (!anchors.delete(alias.source) || alias.range == null) return
      const value = alias.resolve(document)?.toJS(document) as unknown
      found.push({ from: alias.range[0], to: alias.range[1], text: `&${alias.source} ${JSON.stringify(value)}` })
    },
  })
  return found
}

const startOf = (node: unknown): number | undefined => (isNode(node) ? node.range?.[0] : undefined)
const newline = (text: string): string => (/\r\n/.test(text) ? '\r\n' : '\n')
const columnOf = (text: string, at: number | undefined): number =>
  at === undefined ? 0 : at - (text.lastIndexOf('\n', at - 1) + 1)
function lineEnd(text: string, at: number): number {
  const end = text.indexOf('\n', at)
  const last = end < 0 ? text.length : end
  return text[last - 1] === '\r' && last > at ? last - 1 : last
}

/** The end of what a node says: a list in block style ends with its last entry, before the next line. */
function endOf(node: unknown): number | undefined {
  if (isAlias(node) || isScalar(node)) return node.range?.[1]
  if (!isCollection(node)) return undefined
  if (node.flow === true || node.items.length === 0) return node.range?.[1]
  const last: unknown = node.items.at(-1)
  return isNode(last) ? endOf(last) : node.range?.[1]
}
