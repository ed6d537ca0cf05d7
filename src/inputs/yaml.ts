/** One YAML file into one checked value, or every fault at once, each with its path, line and column. */
import { LineCounter, isScalar, parseAllDocuments, type Document } from 'yaml'
import type * as z from 'zod'
import type { Fault } from '../domain/failure.ts'
import { sortFaults, pathText, type FieldPath } from './faults.ts'
import { findingsOf, keepKnownKeys } from './issues.ts'
import { pathOfKey, positionsOf, refusedKeys, type Position } from './positions.ts'
import { stripHidden } from '../domain/text.ts'

export type Loaded<T> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly faults: readonly Fault[] }

export type Report = (path: FieldPath, message: string) => void

/** A check across fields. It gets the unchecked value, so that its faults are told together with the schema's. */
export type CrossCheck = (raw: unknown, report: Report) => void

export interface Parsed {
  readonly raw: unknown
  readonly position: (path: FieldPath, onKey: boolean) => Position
  /** Faults that did not stop the parsing: a key given twice. */
  readonly faults: readonly Fault[]
}

/** Far above any real file; below what could stall the parser. */
const limits = { characters: 256 * 1024, aliases: 500 }
/** Version 1.2, and merge keys as most programs read them. */
export const yamlOptions = { version: '1.2', merge: true, prettyErrors: false, logLevel: 'silent' } as const

export function loadYaml<T>(text: string, file: string, schema: z.ZodType<T>, check?: CrossCheck): Loaded<T> {
  const parsed = parseYaml(text, file)
  return parsed.ok ? validate(parsed.value, file, schema, check) : parsed
}

export function validate<T>(parsed: Parsed, file: string, schema: z.ZodType<T>, check?: CrossCheck): Loaded<T> {
  const faults: Fault[] = [...parsed.faults]
  const add = (path: FieldPath, onKey: boolean, message: string): void => {
    faults.push({ at: { file, path: pathText(path), ...parsed.position(path, onKey) }, message })
  }
  const result = schema.safeParse(parsed.raw, { error: keepKnownKeys })
  if (!result.success)
    for (const f of result.error.issues.flatMap((i) => findingsOf(i, parsed.raw))) add(f.path, f.onKey, f.message)
  check?.(parsed.raw, (path, message) => add(path, false, message))
  return result.success && faults.length === 0
    ? { ok: true, value: result.data }
    : { ok: false, faults: sortFaults(faults) }
}

/** Syntax only; a document that cannot be read as one bounded tree is refused here. */
export function parseYaml(text: string, file: string): Loaded<Parsed> {
  const refuse = (message: string, line = 1, column = 1): Loaded<never> => ({
    ok: false,
    faults: [{ at: { file, path: '', line, column }, message }],
  })
  if (text.length > limits.characters) return refuse(`is larger than ${limits.characters} characters`)
  const lines = new LineCounter()
  let documents: readonly Document[]
  try {
    documents = [...parseAllDocuments(text, { ...yamlOptions, lineCounter: lines })]
  } catch {
    return refuse('is nested too deeply to be read')
  }
  const [document, second] = documents
  if (document === undefined) return refuse('is empty')
  const place = (offset: number): Position => ({
    line: lines.linePos(offset).line || 1,
    column: lines.linePos(offset).col || 1,
  })
  if (second !== undefined) {
    const { line, column } = place(second.range?.[0] ?? 0)
    return refuse('holds more than one YAML document; only one is read', line, column)
  }
  // The older version has other rules for text, numbers and merging: one file would mean two things.
  if (document.directives?.yaml.version !== '1.2')
    return refuse('is marked as another version of YAML; only 1.2 is read')
  const forbidden = refusedKeys(document).map(({ offset, message }) => ({
    code: 'FORBIDDEN',
    pos: [offset] as const,
    message,
  }))
  const problems = [...document.errors, ...document.warnings, ...forbidden].map((e) => {
    const path = pathText(aboutKey.includes(e.code) ? (pathOfKey(document, e.pos[0]) ?? []) : [])
    return { code: e.code, fault: { at: { file, path, ...place(e.pos[0]) }, message: problem(e.code, e.message) } }
  })
  const fatal = problems.filter((p) => p.code !== 'DUPLICATE_KEY')
  if (fatal.length > 0) return { ok: false, faults: sortFaults(problems.map((p) => p.fault)).slice(0, 20) }
  if (document.contents === null || (isScalar(document.contents) && document.contents.value === null))
    return refuse('is empty')
  return tree(
    document,
    lines,
    problems.map((p) => p.fault),
    refuse,
  )
}

function tree(
  document: Document,
  lines: LineCounter,
  faults: readonly Fault[],
  refuse: (message: string) => Loaded<never>,
): Loaded<Parsed> {
  let raw: unknown
  try {
    raw = document.toJS({ maxAliasCount: limits.aliases })
    JSON.stringify(raw)
  } catch (error) {
    return refuse(
      error instanceof ReferenceError
        ? `its aliases cannot be followed: ${stripHidden(error.message)}`
        : 'contains itself, or is nested too deeply to be read',
    )
  }
  const positions = positionsOf(document, lines)
  return {
    ok: true,
    value: { raw, faults, position: (path, onKey) => (onKey ? positions.key(path) : positions.value(path)) },
  }
}

/** Problems that a key's path can be told for; elsewhere in broken text a path would be a guess. */
const aboutKey = ['DUPLICATE_KEY', 'FORBIDDEN']

const problem = (code: string, message: string): string =>
  code === 'DUPLICATE_KEY'
    ? 'this key was given before'
    : code === 'FORBIDDEN'
      ? message
      : `is not valid YAML: ${stripHidden(message)}`
