/** Which fields the parsed inputs have, and which of them any code reads, by the syntax tree. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { parseSync } from 'rolldown/utils'
import { filesUnder } from './source.ts'

interface Node {
  readonly type: string
  readonly [key: string]: unknown
}

const isNode = (value: unknown): value is Node =>
  typeof value === 'object' && value !== null && typeof (value as { type?: unknown }).type === 'string'

const childrenOf = (node: Node): readonly Node[] => Object.values(node).flat().filter(isNode)

function* everyNode(node: Node): Generator<Node> {
  yield node
  for (const child of childrenOf(node)) yield* everyNode(child)
}

export function parsed(path: string, text: string): Node {
  const { errors, program } = parseSync(path, text)
  if (errors.length > 0) throw new Error(`${path}: ${errors[0]?.message}`)
  return program as unknown as Node
}

export const programsUnder = (root: string, directory: string): readonly (readonly [string, Node])[] =>
  filesUnder(root, directory).map((path) => [path, parsed(path, readFileSync(join(root, path), 'utf8'))])

const nameOf = (node: unknown): string | undefined =>
  !isNode(node)
    ? undefined
    : node.type === 'Identifier'
      ? (node['name'] as string)
      : node.type === 'Literal'
        ? String(node['value'])
        : undefined

/** `config.tests.connectivity`: the last name, `connectivity`; also behind `?.`, `!`, `as` and `??`. */
function lastName(node: unknown): string | undefined {
  if (!isNode(node)) return undefined
  if (node.type === 'MemberExpression') return nameOf(node['property'])
  if (node.type === 'LogicalExpression') return lastName(node['left'])
  if (['ChainExpression', 'TSNonNullExpression', 'TSAsExpression', 'ParenthesizedExpression'].includes(node.type))
    return lastName(node['expression'])
  return node.type === 'CallExpression' ? lastName(node['callee']) : nameOf(node)
}

/** Every read as `parent.field`; a field taken apart from a parameter has the parameter's type for its parent. */
export function readsIn(program: Node): ReadonlySet<string> {
  const reads = new Set<string>()
  const takeApart = (pattern: unknown, parent: string | undefined): void => {
    if (!isNode(pattern) || pattern.type !== 'ObjectPattern') return
    for (const property of pattern['properties'] as readonly Node[]) {
      const key = nameOf(property['key'])
      if (key === undefined) continue
      reads.add(`${parent ?? '?'}.${key}`)
      const value = property['value'] as Node
      takeApart(value.type === 'AssignmentPattern' ? value['left'] : value, key)
    }
  }
  for (const node of everyNode(program)) {
    if (node.type === 'MemberExpression') {
      const field = node['computed'] === true && !isLiteral(node['property']) ? undefined : nameOf(node['property'])
      if (field !== undefined) reads.add(`${lastName(node['object']) ?? '?'}.${field}`)
    }
    if (node.type === 'VariableDeclarator') takeApart(node['id'], lastName(node['init']))
    for (const parameter of Array.isArray(node['params']) ? (node['params'] as readonly Node[]) : [])
      takeApart(parameter, annotated(parameter))
  }
  return reads
}

const isLiteral = (node: unknown): boolean => isNode(node) && node.type === 'Literal'

function annotated(parameter: Node): string | undefined {
  const annotation = parameter['typeAnnotation']
  const type = isNode(annotation) ? annotation['typeAnnotation'] : undefined
  return isNode(type) && type.type === 'TSTypeReference' ? nameOf(type['typeName']) : undefined
}

/** Declared types by name. */
export const typesIn = (programs: readonly (readonly [string, Node])[]): ReadonlyMap<string, Node> =>
  new Map(
    programs
      .flatMap(([, program]) => [...everyNode(program)])
      .filter((n) => n.type === 'TSInterfaceDeclaration' || n.type === 'TSTypeAliasDeclaration')
      .map((n) => [nameOf(n['id']) ?? '', (n['body'] ?? n['typeAnnotation']) as Node]),
  )

/** Every path from a type down to its leaves, through lists, unions and named types. */
export function pathsOf(type: string, types: ReadonlyMap<string, Node>): readonly (readonly string[])[] {
  const paths: (readonly string[])[] = []
  const visit = (node: Node | undefined, path: readonly string[], inside: readonly string[]): boolean => {
    if (node === undefined) return false
    if (node.type === 'TSPropertySignature') {
      const key = nameOf(node['key']) ?? ''
      if (key === 'kind') return true
      const below = [...path, key]
      if (!childrenOf(node).some((child) => child !== node['key'] && visit(child, below, inside))) paths.push(below)
      return true
    }
    if (node.type === 'TSTypeReference') {
      const name = nameOf(node['typeName']) ?? ''
      const declared = inside.includes(name) ? undefined : types.get(name)
      if (declared !== undefined) return visit(declared, path, [...inside, name])
      return name === 'Readonly' ? childrenOf(node).some((child) => visit(child, path, inside)) : false
    }
    return childrenOf(node)
      .map((child) => visit(child, path, inside))
      .includes(true)
  }
  visit(types.get(type), [], [type])
  return [...new Map(paths.map((p) => [p.join('.'), p])).values()]
}

/** The names of the fields of a `z.strictObject({…})` that is declared under a name. */
export function fieldsOf(program: Node, name: string): readonly string[] {
  const declared = [...everyNode(program)].find((n) => n.type === 'VariableDeclarator' && nameOf(n['id']) === name)
  const fields = declared && [...everyNode(declared)].find((n) => n.type === 'ObjectExpression')
  return fields === undefined ? [] : (fields['properties'] as readonly Node[]).map((p) => nameOf(p['key']) ?? '')
}
