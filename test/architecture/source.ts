/** Reads a source file as facts for the architecture test: what it imports, and where it touches the world. */
import { readFileSync, readdirSync } from 'node:fs'
import { dirname, join, relative } from 'node:path'
import { parseSync } from 'rolldown/utils'

export interface Source {
  /** Relative to the checkout, with slashes. */
  readonly path: string
  readonly lines: number
  /** Paths of our own files, whether for values or for types. */
  readonly own: readonly string[]
  /** Names of packages and `node:` modules. */
  readonly outside: readonly string[]
  /** Reads of the world with their line, such as `Date.now:12`. */
  readonly world: readonly string[]
}

interface Node {
  readonly type: string
  readonly start: number
  readonly [key: string]: unknown
}

export const filesUnder = (root: string, directory: string): readonly string[] =>
  readdirSync(join(root, directory), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith('.ts'))
    .map((entry) => relative(root, join(entry.parentPath, entry.name)))
    .toSorted()

export const readSource = (root: string, path: string): Source => source(path, readFileSync(join(root, path), 'utf8'))

export function source(path: string, text: string): Source {
  const parsed = parseSync(path, text)
  if (parsed.errors.length > 0) throw new Error(`${path}: ${parsed.errors[0]?.message}`)
  const wanted: string[] = []
  const world: string[] = []
  const line = (at: number): number => text.slice(0, at).split('\n').length
  walk(parsed.program as unknown as Node, (node) => {
    const from = importOf(node)
    if (from !== undefined) wanted.push(from)
    const touched = touches(node)
    if (touched !== undefined) world.push(`${touched}:${line(node.start)}`)
  })
  const own = wanted.filter((name) => name.startsWith('.')).map((name) => join(dirname(path), name))
  const outside = wanted.filter((name) => !name.startsWith('.')).map(packageName)
  return {
    path,
    lines: text.replace(/\n$/, '').split('\n').length,
    own: [...new Set(own)],
    outside: [...new Set(outside)],
    world,
  }
}

function walk(node: Node, see: (node: Node) => void): void {
  see(node)
  for (const value of Object.values(node)) {
    for (const child of Array.isArray(value) ? value : [value]) if (isNode(child)) walk(child, see)
  }
}

const isNode = (value: unknown): value is Node =>
  typeof value === 'object' && value !== null && typeof (value as { type?: unknown }).type === 'string'

const importing = new Set([
  'ImportDeclaration',
  'ExportNamedDeclaration',
  'ExportAllDeclaration',
  'ImportExpression',
  'TSImportType',
])

/** The literal module name; an import of a computed name counts as `*`, which no room may have. */
function importOf(node: Node): string | undefined {
  if (!importing.has(node.type) || !isNode(node['source'])) return undefined
  const value = node['source']['value']
  return typeof value === 'string' ? value : '*'
}

/** Members and globals through which a program sees the clock, chance, the environment or the terminal. */
const members: Readonly<Record<string, readonly string[]>> = {
  process: ['env', 'argv', 'stdin', 'stdout', 'stderr', 'exit', 'exitCode', 'hrtime'],
  Date: ['now'],
  performance: ['now', 'timeOrigin'],
  Math: ['random'],
  crypto: ['randomUUID', 'getRandomValues'],
}

function touches(node: Node): string | undefined {
  if (
    node.type === 'NewExpression' &&
    nameOf(node['callee']) === 'Date' &&
    (node['arguments'] as unknown[]).length === 0
  )
    return 'new Date()'
  if (node.type !== 'MemberExpression') return undefined
  const object = nameOf(node['object'])
  const property = isNode(node['property']) ? (node['property']['name'] ?? node['property']['value']) : undefined
  if (object === 'console') return 'console'
  if (object === 'globalThis' && typeof property === 'string' && (property in members || property === 'console'))
    return `globalThis.${property}`
  return object !== undefined && typeof property === 'string' && members[object]?.includes(property) === true
    ? `${object}.${property}`
    : undefined
}

const nameOf = (node: unknown): string | undefined =>
  isNode(node) && node.type === 'Identifier' ? (node['name'] as string) : undefined

const packageName = (name: string): string =>
  name.startsWith('node:')
    ? name
    : name
        .split('/')
        .slice(0, name.startsWith('@') ? 2 : 1)
        .join('/')
