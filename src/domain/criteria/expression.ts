/** The expressions of criteria `custom`: CEL, so far as it always ends soon, whoever wrote it. */
import { Environment, type ASTNode, type ObjectSchema } from '@marcbachmann/cel-js'

export interface ExpressionFault {
  /** Of the first character that is wrong, from 1; null: of none. */
  readonly column: number | null
  /** The piece of the expression that is meant. */
  readonly at: string
  readonly message: string
}

export type Checked =
  | { readonly ok: true; readonly judge: (values: Values) => Answered }
  | { readonly ok: false; readonly fault: ExpressionFault }

/** An error decides nothing. */
export type Answered =
  | { readonly kind: 'value'; readonly value: boolean }
  | { readonly kind: 'error'; readonly fault: ExpressionFault }

/** What an expression came to. */
export interface CustomResult {
  readonly expression: string | null
  /** Null: it could not be judged. */
  readonly value: boolean | null
  readonly error: string | null
}

/** What an expression may name: numbers are doubles, lists are of rows of text. */
export interface Vocabulary {
  readonly numbers: readonly string[]
  readonly flags: readonly string[]
  readonly objects: Readonly<Record<string, ObjectSchema>>
  readonly lists: Readonly<Record<string, readonly string[]>>
}
export type Values = Readonly<Record<string, unknown>>

export const mostCharacters = 2000
/** Of each list that an expression goes through. */
export const mostRows = 300

/** No macro that makes lists longer, no pattern, no map: work is bounded by length, rows and depth. */
const limits = { maxAstNodes: 300, maxDepth: 30, maxListElements: 50, maxMapEntries: 0, maxCallArguments: 3 }
const macros = ['all', 'exists', 'exists_one', 'filter']
const functions = [...macros, 'has', 'size', 'double', 'startsWith', 'endsWith', 'contains']
/** A list within a list, and no further. */
const deepest = 2

export function checkExpression(text: string, shape: Vocabulary): Checked {
  const whole = (message: string): Checked => ({ ok: false, fault: { column: null, at: '', message } })
  if (text.length > mostCharacters)
    return whole(`it has ${text.length} characters, ${mostCharacters} are the most that is judged`)
  try {
    const environment = environmentOf(shape)
    const parsed = environment.parse(text)
    const refused = forbidden(parsed.ast, 0, shape)
    if (refused !== null) return { ok: false, fault: faultOf(text, refused.message, refused.node.range) }
    const checked = parsed.check()
    if (!checked.valid) return { ok: false, fault: thrown(text, checked.error) }
    if (checked.type !== 'bool') return whole(`it gives ${checked.type ?? 'nothing'}, and yes or no is asked for`)
    return { ok: true, judge: (values) => judged(text, () => parsed(values)) }
  } catch (error) {
    return { ok: false, fault: thrown(text, error) }
  }
}

function judged(text: string, evaluate: () => unknown): Answered {
  try {
    const value = evaluate()
    return typeof value === 'boolean'
      ? { kind: 'value', value }
      : { kind: 'error', fault: faultOf(text, 'it gave neither yes nor no', undefined) }
  } catch (error) {
    return { kind: 'error', fault: thrown(text, error) }
  }
}

function environmentOf({ numbers, flags, objects, lists }: Vocabulary): Environment {
  const environment = new Environment({ limits })
  for (const name of numbers) environment.registerVariable(name, 'double')
  for (const name of flags) environment.registerVariable(name, 'bool')
  for (const [name, schema] of Object.entries(objects)) environment.registerVariable({ name, schema })
  for (const [name, columns] of Object.entries(lists)) {
    environment.registerType(`${name}.row`, { fields: Object.fromEntries(columns.map((c) => [c, 'string'])) })
    environment.registerVariable(name, `list<${name}.row>`)
  }
  // A person writes 1 for 1.0.
  const plain = (a: unknown, b: unknown): readonly [number, number] => [Number(a), Number(b)]
  const both = (sign: string, act: (a: number, b: number) => number): void => {
    environment.registerOperator(`double ${sign} int: double`, (a, b) => act(...plain(a, b)))
    environment.registerOperator(`int ${sign} double: double`, (a, b) => act(...plain(a, b)))
  }
  both('+', (a, b) => a + b)
  both('-', (a, b) => a - b)
  both('*', (a, b) => a * b)
  both('/', (a, b) => a / b)
  environment.registerOperator('double == int: bool', (a, b) => Number(a) === Number(b))
  return environment
}

/** The first piece that has no bound, or that is no part of what is documented. */
function forbidden(
  node: ASTNode,
  depth: number,
  shape: Vocabulary,
): { readonly node: ASTNode; readonly message: string } | null {
  const name = node.op === 'call' || node.op === 'rcall' ? node.args[0] : null
  if (name !== null && !functions.includes(name))
    return { node, message: `${name}() is not offered here; there are ${functions.join(', ')}` }
  const inside = name !== null && macros.includes(name) ? depth + 1 : depth
  if (inside > deepest) return { node, message: `more than ${deepest} lists within each other` }
  // Texts and lists that are added grow, and lists are gone through.
  if (node.op === '+' && !node.args.every((side) => isNumber(side, shape)))
    return { node, message: 'only numbers are added here' }
  for (const child of children(node)) {
    const found = forbidden(child, inside, shape)
    if (found !== null) return found
  }
  return null
}

function isNumber(node: ASTNode, shape: Vocabulary): boolean {
  switch (node.op) {
    case 'value':
      return typeof node.args === 'number' || typeof node.args === 'bigint'
    case 'id':
      return shape.numbers.includes(node.args)
    case '.':
    case '[]':
      return rootOf(node) in shape.objects
    case '+':
    case '-':
    case '*':
    case '/':
    case '-_':
      return children(node).every((side) => isNumber(side, shape))
    case '?:':
      return isNumber(node.args[1], shape) && isNumber(node.args[2], shape)
    case 'call':
    case 'rcall':
      return ['size', 'double'].includes(node.args[0])
    default:
      return false
  }
}

const rootOf = (node: ASTNode): string =>
  node.op === 'id' ? node.args : node.op === '.' || node.op === '[]' ? rootOf(node.args[0]) : ''

const isNode = (value: unknown): value is ASTNode => typeof value === 'object' && value !== null && 'op' in value

const children = ({ args }: ASTNode): readonly ASTNode[] =>
  (isNode(args) ? [args] : Array.isArray(args) ? args.flat(2) : []).filter(isNode)

/** What the library throws has a place; the rest are faults without one, never an engine's own words. */
function thrown(text: string, error: unknown): ExpressionFault {
  const of = error as { readonly summary?: unknown; readonly range?: { readonly start: number; readonly end: number } }
  return typeof of.summary === 'string'
    ? faultOf(text, of.summary, of.range)
    : faultOf(text, 'it cannot be judged', undefined)
}

const faultOf = (text: string, message: string, range: { start: number; end: number } | undefined): ExpressionFault =>
  range === undefined
    ? { column: null, at: '', message }
    : { column: Array.from(text.slice(0, range.start)).length + 1, at: text.slice(range.start, range.end), message }

/** `column 35, at "rat": No such key: rat`. */
export const placeText = ({ column, at, message }: ExpressionFault): string =>
  `${column === null ? '' : `column ${column}${at === '' ? '' : `, at ${JSON.stringify(at.slice(0, 60))}`}: `}${message.slice(0, 300)}`
