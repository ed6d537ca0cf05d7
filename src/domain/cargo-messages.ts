/** Reads cargo's JSON messages (`--message-format=json`, doc.rust-lang.org/cargo/reference/external-tools.html). */

/** One error of rustc or of a build script. */
export interface BuildError {
  /** As rustc says it: relative to the workspace for its own crates. null where the error is in no file. */
  readonly file: string | null
  /** 1-based. */
  readonly line: number | null
  readonly column: number | null
  /** `E0308`; null for errors without one. */
  readonly code: string | null
  readonly message: string
  /** The text a person would see, capped. */
  readonly rendered: string
  readonly crate: string
  /** In a crate of the project itself and not one it depends on. */
  readonly own: boolean
}

export interface CargoRun {
  readonly errors: readonly BuildError[]
  readonly warnings: number
  /** Crates and build scripts finished so far, fresh ones included. */
  readonly finished: number
  /** Programs that this build made or found fresh. */
  readonly executables: readonly string[]
}

export const emptyRun: CargoRun = { errors: [], warnings: 0, finished: 0, executables: [] }
const caps = { errors: 100, rendered: 4000, executables: 100 } as const

/** Folds one line of cargo's stdout into what is known; lines that are not cargo's change nothing. */
export function readCargoLine(run: CargoRun, line: string): CargoRun {
  const said = parse(line)
  if (said === undefined) return run
  const id = text(said['package_id']) ?? ''
  if (said['reason'] === 'compiler-artifact') {
    const made = text(said['executable'])
    return {
      ...run,
      finished: run.finished + 1,
      executables:
        made === undefined || run.executables.length >= caps.executables ? run.executables : [...run.executables, made],
    }
  }
  if (said['reason'] !== 'compiler-message' || !isObject(said['message'])) return run
  const level = said['message']['level']
  if (level === 'warning') return { ...run, warnings: run.warnings + 1 }
  if (level !== 'error' && level !== 'error: internal compiler error') return run
  const error = readError(said['message'], id)
  return isSummary(error.message) || run.errors.length >= caps.errors ? run : { ...run, errors: [...run.errors, error] }
}

/** `src/main.rs:3:22 E0308 mismatched types` */
export const placed = (e: BuildError): string =>
  [
    e.file === null ? `${e.crate}:` : e.line === null ? `${e.file}:` : `${e.file}:${e.line}:${e.column ?? 1}`,
    e.code,
    oneLine(e.message),
  ]
    .filter((p) => p !== null && p !== '')
    .join(' ')

const isSummary = (message: string): boolean => /^aborting due to /.test(message)
function readError(message: Record<string, unknown>, id: string): BuildError {
  const spans = Array.isArray(message['spans']) ? message['spans'].filter(isObject) : []
  const span = spans.find((s) => s['is_primary'] === true) ?? spans[0]
  const code = isObject(message['code']) ? text(message['code']['code']) : undefined
  const rendered = text(message['rendered']) ?? ''
  return {
    file: text(span?.['file_name']) ?? null,
    line: whole(span?.['line_start']),
    column: whole(span?.['column_start']),
    code: code ?? null,
    message: `${text(message['message']) ?? 'no message'}${linkerSays(rendered)}`.slice(0, caps.rendered),
    rendered: rendered.slice(0, caps.rendered),
    crate: crateOf(id),
    own: id.includes('path+file:'),
  }
}

/** rustc's own sentence on a failed linker holds only the command; why is in a note. */
const linkerSays = (rendered: string): string => {
  const why = /^error: linking with/.test(rendered)
    ? /= note: .*?((?:error: |undefined (?:symbol|reference)|cannot find ).{1,300})/.exec(rendered)?.[1]
    : undefined
  return why === undefined ? '' : `: ${why}`
}

/**
 * Both spellings of a package id: `toy 0.1.0 (path+file:///x)` until 1.76, `path+file:///x#toy@0.1.0` or `…/toy#0.1.0`
 * since.
 */
function crateOf(id: string): string {
  const old = /^([^ ]+) [^ ]+ \(/.exec(id)?.[1]
  if (old !== undefined) return old
  const [where = '', name = ''] = id.split('#')
  return name.includes('@') ? name.slice(0, name.lastIndexOf('@')) : (where.split('/').at(-1) ?? id)
}

export const oneLine = (s: string): string => s.replace(/\s+/g, ' ').trim().slice(0, 300)

function parse(line: string): Record<string, unknown> | undefined {
  if (!line.startsWith('{')) return undefined
  try {
    const value: unknown = JSON.parse(line)
    return isObject(value) ? value : undefined
  } catch {
    return undefined
  }
}

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
const text = (value: unknown): string | undefined => (typeof value === 'string' ? value : undefined)
const whole = (value: unknown): number | null =>
  typeof value === 'number' && Number.isSafeInteger(value) && value > 0 ? value : null
