/** Reads every failure code out of the sources, with its message and remedy, and renders docs/errors.md. */
import { parseSync } from 'rolldown/utils'

export interface Code {
  readonly code: string
  readonly message: string
  readonly remedy: string
  readonly path: string
}

interface Node {
  readonly type: string
  readonly start: number
  readonly end: number
  readonly [key: string]: unknown
}

const pattern = /^[UTIHPB]\d{3}$/

/** Finds `{ code: 'X123', message, remedy }` and calls like `bad('X123', …, message, remedy)`. */
export function codesIn(path: string, text: string): readonly Code[] {
  const found: Code[] = []
  walk(parseSync(path, text).program as unknown as Node, (node) => {
    if (node.type === 'ObjectExpression') {
      const property = (name: string): unknown =>
        nodes(node['properties']).find((p) => isNode(p['key']) && p['key']['name'] === name)?.['value']
      const code = literal(property('code'))
      if (code !== undefined && pattern.test(code))
        found.push({ code, message: words(property('message'), text), remedy: words(property('remedy'), text), path })
    }
    if (node.type === 'CallExpression' || node.type === 'NewExpression') {
      const args = nodes(node['arguments'])
      const at = args.findIndex((arg) => pattern.test(literal(arg) ?? ''))
      const [message, remedy] =
        at < 0 ? [] : args.slice(at + 1).filter((arg) => arg.type === 'TemplateLiteral' || literal(arg) !== undefined)
      if (message !== undefined)
        found.push({
          code: literal(args[at]) as string,
          message: words(message, text),
          remedy: words(remedy, text),
          path,
        })
    }
  })
  return found
}

const families = {
  U: 'usage (exit 2): what was asked for cannot be done as asked',
  T: 'transport (exit 10): the connection to a node',
  I: 'infrastructure (exit 10): a node, the network around it, or this machine',
  B: 'busy (exit 10): somebody else is at work',
  P: 'product (exit 20): the program under test',
  H: 'harness (exit 1): a fault of vps-test itself',
} as const

export function renderErrors(all: readonly Code[]): string {
  const sections = Object.entries(families).flatMap(([letter, title]) => {
    const rows = all
      .filter(({ code }) => code.startsWith(letter))
      .toSorted((a, b) => key(a).localeCompare(key(b), 'en'))
    const unique = rows.filter((row, i) => i === 0 || key(row) !== key(rows[i - 1] as Code))
    return rows.length === 0
      ? []
      : [
          `## ${letter}: ${title}`,
          '',
          '| code | message | remedy | thrown in |',
          '|---|---|---|---|',
          ...unique.map((row) => `| ${row.code} | ${cell(row.message)} | ${cell(row.remedy)} | ${row.path} |`),
          '',
        ]
  })
  return [
    '# Failure codes',
    '',
    'Generated from the sources by `npm run docs`; words in ‹› are filled in when it happens.',
    '',
    ...sections,
  ].join('\n')
}

const key = (row: Code): string => `${row.code}\0${row.path}\0${row.message}`
export const cell = (text: string): string =>
  text
    .replaceAll('\\', '\\\\')
    .replace(/[|<>*_`[\]]/g, '\\$&')
    .replace(/\s+/g, ' ')
    .trim()

function walk(node: Node, see: (node: Node) => void): void {
  see(node)
  for (const value of Object.values(node))
    for (const child of Array.isArray(value) ? value : [value]) if (isNode(child)) walk(child, see)
}

const isNode = (value: unknown): value is Node =>
  typeof value === 'object' && value !== null && typeof (value as { type?: unknown }).type === 'string'
const nodes = (value: unknown): readonly Node[] => (Array.isArray(value) ? value.filter(isNode) : [])
const literal = (node: unknown): string | undefined =>
  isNode(node) && node.type === 'Literal' && typeof node['value'] === 'string' ? node['value'] : undefined

/** A message as a person reads it in the list: what is filled in stands in ‹›, by its name when it has a short one. */
function words(node: unknown, text: string): string {
  if (!isNode(node)) return ''
  const plain = literal(node)
  if (plain !== undefined) return plain
  if (node.type !== 'TemplateLiteral') return hole(node, text)
  const fillings = nodes(node['expressions'])
  return nodes(node['quasis'])
    .map(
      (part, i) =>
        `${(part['value'] as { cooked: string }).cooked}${fillings[i] === undefined ? '' : hole(fillings[i], text)}`,
    )
    .join('')
}

const hole = (node: Node, text: string): string => {
  const source = text.slice(node.start, node.end)
  return /^[\w.]{1,40}$/.test(source) ? `‹${source.split('.').at(-1)}›` : '‹…›'
}
