/** What zod found wrong, in the words of somebody who wrote YAML. */
import type * as z from 'zod'
import type { FieldPath } from './faults.ts'
import { hint } from './nearest.ts'
import { kindOf, printable, stripHidden } from '../domain/text.ts'

export interface SchemaIssue {
  readonly path: FieldPath
  readonly onKey: boolean
  readonly message: string
}

type Issue = z.core.$ZodIssue

/**
 * Given to every parse: puts the known keys where {@link findingsOf} reads them, because an issue does not carry its
 * schema.
 */
export const keepKnownKeys: z.core.$ZodErrorMap = (issue) => {
  if (issue.code !== 'unrecognized_keys') return undefined
  const def = issue.inst?._zod.def as { readonly shape?: object } | undefined
  return Object.keys(def?.shape ?? {}).join(' ')
}

export function findingsOf(issue: Issue, root: unknown, above: FieldPath = []): readonly SchemaIssue[] {
  const path = [...above, ...issue.path.map((p) => (typeof p === 'symbol' ? String(p) : p))]
  const value = at(root, path)
  const here = (message: string, onKey = false): readonly SchemaIssue[] => [{ path, onKey, message }]
  switch (issue.code) {
    case 'unrecognized_keys':
      return issue.keys.map((key) => ({
        path: [...path, key],
        onKey: true,
        message: `${notAllowed(key)}${sentence(
          hint(
            key,
            issue.message.split(' ').filter((k) => k !== ''),
          ),
        )}`,
      }))
    case 'invalid_type':
      return here(
        value === undefined
          ? `is required (${words(issue.expected)})`
          : `must be ${words(issue.expected)}, is ${typeof value === 'string' ? `text: ${printable(value)}` : kindOf(value)}${issue.expected === 'string' && typeof value === 'number' ? '; put it in quotes' : ''}`,
      )
    case 'invalid_value':
      if (value === undefined) return here(`is required (${issue.values.map(String).join(', ')})`)
      return here(
        `must be ${issue.values.length === 1 ? '' : 'one of '}${issue.values.map(String).join(', ')}; is ${printable(value)}${typeof value === 'string' && issue.values.length > 1 ? near(value, issue.values.map(String)) : ''}`,
      )
    case 'too_small':
      return here(
        issue.origin === 'string' && Number(issue.minimum) === 1
          ? 'must not be empty'
          : `must be ${amount(issue.origin)}at least ${String(issue.minimum)}; is ${measure(value)}`,
      )
    case 'too_big':
      return here(`must be ${amount(issue.origin)}at most ${String(issue.maximum)}; is ${measure(value)}`)
    case 'invalid_key':
      return here(`the key ${issue.issues.map((i) => i.message).join(', ')}`, true)
    case 'invalid_union':
      return union(issue, root, path)
    default:
      return here(issue.message)
  }
}

/** The words in which editors tell of a key outside a JSON Schema: one message here and there. */
const notAllowed = (key: string): string => `Property ${stripHidden(key, 80)} is not allowed.`
/** A hint as a sentence of its own. */
const sentence = (hinted: string): string =>
  hinted === '' ? '' : ` ${hinted.slice(2, 3).toUpperCase()}${hinted.slice(3)}`

/** Only the branch that the writer evidently meant is worth reading: the one whose kind of value fits. */
function union(
  issue: Extract<Issue, { code: 'invalid_union' }>,
  root: unknown,
  path: FieldPath,
): readonly SchemaIssue[] {
  const meant = issue.errors.find(
    (issues) =>
      issues.length > 0 &&
      !issues.some((i) => i.path.length === 0 && (i.code === 'invalid_type' || i.code === 'invalid_value')),
  )
  if (meant !== undefined) return meant.flatMap((i) => findingsOf(i, root, path))
  const value = at(root, path)
  const forms = issue.errors
    .map((issues) => issues[0])
    .flatMap((i) =>
      i === undefined
        ? []
        : i.code === 'invalid_value'
          ? i.values.map(String)
          : i.code === 'invalid_type'
            ? [words(i.expected)]
            : [],
    )
  const message = `must be ${[...new Set(forms)].join(' or ')}`
  return [
    {
      path,
      onKey: false,
      message: value === undefined ? `is required: ${message}` : `${message}; is ${printable(value)}`,
    },
  ]
}

const near = (value: string, known: readonly string[]): string => {
  const h = hint(value, known)
  return h.includes('did you mean') ? h : ''
}

const words = (expected: string): string =>
  ({
    string: 'text',
    boolean: 'true or false',
    array: 'a list',
    object: 'a map',
    record: 'a map',
    int: 'a whole number',
    number: 'a number',
    null: 'empty',
  })[expected] ?? expected

const amount = (origin: string): string => (origin === 'array' ? 'a list of ' : origin === 'string' ? 'text of ' : '')
const measure = (value: unknown): string =>
  Array.isArray(value) || typeof value === 'string' ? String(value.length) : printable(value)

function at(root: unknown, path: FieldPath): unknown {
  let value = root
  for (const step of path) {
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, step)) return undefined
    value = (value as Record<string | number, unknown>)[step]
  }
  return value
}
