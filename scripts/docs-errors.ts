/** Renders docs/errors.md: the rows of the failures, with the message, remedy and path of every place that throws. */
import { parseSync } from 'rolldown/utils'
import type { FailureRow } from '../src/domain/failures/row.ts'

/** One place that throws a code. */
export interface Site {
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

/** Reading a code is no throwing: `isFailure(error, 'B001')` and comparisons. */
const readers: readonly string[] = ['isFailure', 'rowOf', 'recordedKind']

/**
 * Finds every literal code: in `{ code: 'X123', message, remedy }`, in `bad('X123', …, message, remedy)`, and alone.
 */
export function sitesIn(path: string, text: string): readonly Site[] {
  const found: Site[] = []
  // Causes are recognised by the codes of failures, and throw none.
  if (path.startsWith('src/domain/failed/')) return found
  const taken = new Set<unknown>()
  const take = (code: Node, message: unknown, remedy: unknown): void => {
    taken.add(code)
    found.push({ code: literal(code) as string, message: words(message, text), remedy: words(remedy, text), path })
  }
  walk(parseSync(path, text).program as unknown as Node, (node) => {
    if (node.type === 'ObjectExpression') {
      const property = (name: string): unknown =>
        nodes(node['properties']).find((p) => isNode(p['key']) && p['key']['name'] === name)?.['value']
      const code = property('code')
      if (isCode(code)) take(code, property('message'), property('remedy'))
    }
    if (node.type === 'CallExpression' || node.type === 'NewExpression') {
      const args = nodes(node['arguments'])
      const at = args.findIndex(isCode)
      if (at < 0) return
      const callee = isNode(node['callee']) ? node['callee']['name'] : undefined
      if (readers.includes(String(callee))) return void taken.add(args[at])
      const [message, remedy] = args
        .slice(at + 1)
        .filter((arg) => /^(?:Template|Conditional)/.test(arg.type) || literal(arg) !== undefined)
      take(args[at] as Node, message, remedy)
    }
    if (node.type === 'BinaryExpression' || node.type === 'TSLiteralType')
      for (const side of [node['left'], node['right'], node['literal']]) taken.add(side)
    if (isCode(node) && !taken.has(node)) take(node, undefined, undefined)
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

export function renderErrors(rows: Readonly<Record<string, FailureRow>>, sites: readonly Site[]): string {
  const sections = Object.entries(families).flatMap(([letter, title]) => {
    const codes = Object.keys(rows)
      .filter((code) => code.startsWith(letter))
      .toSorted()
    return codes.length === 0
      ? []
      : [
          `## ${letter}: ${title}`,
          '',
          '| code | meaning | remedy | message | thrown in |',
          '|---|---|---|---|---|',
          ...codes.map((code) =>
            line(
              code,
              rows[code] as FailureRow,
              sites.filter((site) => site.code === code),
            ),
          ),
          '',
        ]
  })
  return [
    '# Failure codes',
    '',
    'Generated from `src/domain/failures` and the places that throw, by `npm run docs`.',
    'Words in ‹› are filled in when it happens; a remedy in parentheses says why no command helps.',
    '',
    ...sections,
  ].join('\n')
}

function line(code: string, row: FailureRow, sites: readonly Site[]): string {
  const several = (texts: readonly string[]): string =>
    [...new Set(texts.filter((t) => t !== '').map(cell))].toSorted().join('<br>')
  const remedies = [...sites.map((s) => s.remedy), row.remedy ?? '', row.remedyAtSite ?? '', row.terminalRemedy ?? '']
  const remedy = several(remedies) || (row.noRemedy === undefined ? '' : `(${cell(row.noRemedy)})`)
  const messages = several(sites.map((s) => s.message))
  return `| ${code} | ${cell(row.means)} | ${remedy} | ${messages} | ${several(sites.map((s) => s.path))} |`
}

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
const isCode = (node: unknown): node is Node => pattern.test(literal(node) ?? '')
const literal = (node: unknown): string | undefined =>
  isNode(node) && node.type === 'Literal' && typeof node['value'] === 'string' ? node['value'] : undefined

/** A message as a person reads it in the list: what is filled in stands in ‹›, by its name when it has a short one. */
function words(node: unknown, text: string): string {
  if (!isNode(node)) return ''
  const plain = literal(node)
  if (plain !== undefined) return plain
  if (node.type === 'ConditionalExpression')
    return words(node['consequent'], text) === '' || isNothing(node['consequent'])
      ? words(node['alternate'], text)
      : words(node['consequent'], text)
  if (node.type !== 'TemplateLiteral') return hole(node, text)
  const fillings = nodes(node['expressions'])
  return nodes(node['quasis'])
    .map(
      (part, i) =>
        `${(part['value'] as { cooked: string }).cooked}${fillings[i] === undefined ? '' : hole(fillings[i], text)}`,
    )
    .join('')
}

const isNothing = (node: unknown): boolean => isNode(node) && node.type === 'Identifier' && node['name'] === 'undefined'

const hole = (node: Node, text: string): string => {
  const source = text.slice(node.start, node.end)
  return /^[\w.]{1,40}$/.test(source) ? `‹${source.split('.').at(-1)}›` : '‹…›'
}
