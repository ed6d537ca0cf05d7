/** Reads cargo's JSON messages (`--message-format=json`, doc.rust-lang.org/cargo/reference/external-tools.html) and decides who owns a failed build. */

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

/** `compile`: the project's own code; `toolchain`: compiler, linker, C dependency or network; `usage`: the build command. */
export type BuildFault = 'compile' | 'toolchain' | 'usage'

export const emptyRun: CargoRun = { errors: [], warnings: 0, finished: 0, executables: [] }
const caps = { errors: 100, rendered: 4000, executables: 100 } as const

/** Folds one line of cargo's stdout into what is known; lines that are not cargo's change nothing. */
export function readCargoLine(run: CargoRun, line: string): CargoRun {
  const said = parse(line)
  if (said === undefined) return run
  const id = text(said['package_id']) ?? ''
  if (said['reason'] === 'compiler-artifact') {
    const made = text(said['executable'])
    return { ...run, finished: run.finished + 1, executables: made === undefined || run.executables.length >= caps.executables ? run.executables : [...run.executables, made] }
  }
  if (said['reason'] !== 'compiler-message' || !isObject(said['message'])) return run
  const level = said['message']['level']
  if (level === 'warning') return { ...run, warnings: run.warnings + 1 }
  if (level !== 'error' && level !== 'error: internal compiler error') return run
  const error = readError(said['message'], id)
  return isSummary(error.message) || run.errors.length >= caps.errors ? run : { ...run, errors: [...run.errors, error] }
}

/** Owner and one sentence, from what cargo said on both streams. The project's own compile errors come first: no other toolchain cures them. */
export function classifyBuild(run: CargoRun, stderr: string): { readonly reason: BuildFault; readonly message: string; readonly errors: readonly BuildError[] } {
  const own = run.errors.filter((e) => e.own && !isToolchainError(e))
  const first = own[0]
  if (first !== undefined) return { reason: 'compile', message: `${own.length === 1 ? '1 error' : `${own.length} errors`} in the project's code; first: ${placed(first)}`, errors: own }
  const rule = rules.find((r) => r.pattern.test(stderr))
  if (rule !== undefined) return { reason: rule.reason, message: `${rule.says}: ${evidence(stderr, rule.pattern)}`, errors: [...run.errors, ...scriptErrors(stderr)] }
  const other = run.errors[0]
  if (other !== undefined) return { reason: 'toolchain', message: placed(other), errors: run.errors }
  return { reason: 'toolchain', message: lastLine(stderr) ?? 'the build said nothing', errors: [] }
}

/** `src/main.rs:3:22 E0308 mismatched types` */
export const placed = (e: BuildError): string =>
  [e.file === null ? e.crate : `${e.file}:${e.line ?? '?'}:${e.column ?? '?'}`, e.code, oneLine(e.message)].filter((p) => p !== null && p !== '').join(' ')

/** First match wins; each pattern is text of cargo or cargo-zigbuild that has been stable from 1.65 to 1.95. */
const rules: readonly { readonly pattern: RegExp; readonly reason: BuildFault; readonly says: string }[] = [
  { pattern: /no such (?:sub)?command|is not installed for the toolchain/, reason: 'toolchain', says: 'cargo lacks a command' },
  { pattern: /requires rustc \d|feature `edition\d+` is required|lock file version.*(?:requires|not understood|was found)|this version of Cargo is older than/i, reason: 'toolchain', says: 'the compiler is too old for this project' },
  { pattern: /failed to run custom build command/, reason: 'toolchain', says: 'a build script failed' },
  { pattern: /failed to (?:download|get `|fetch|query replaced source)|[Cc]ould(?:n't| not) resolve host|network failure|attempting to make an HTTP request, but --offline/, reason: 'toolchain', says: 'a dependency could not be fetched' },
  { pattern: /signal: 9, SIGKILL/, reason: 'toolchain', says: 'the compiler was killed (out of memory?)' },
  { pattern: /failed to parse manifest|failed to load manifest|invalid (?:type|character).*Cargo\.toml/, reason: 'compile', says: "the project's manifest is wrong" },
  { pattern: /did not match any packages|no (?:bin|example|library) targets? (?:named|found|matches|available)|could not find `Cargo\.toml`|lock file .* needs to be updated but|unexpected argument|wasn't expected|profile `[^`]*` is not defined|does not (?:have|contain) (?:the|this|these) feature/, reason: 'usage', says: 'the build command does not fit the project' },
]

const isSummary = (message: string): boolean => /^aborting due to /.test(message)
/** rustc reports a failed linker and a missing std as errors of the crate at hand; neither is the project's fault. */
const isToolchainError = (e: BuildError): boolean =>
  /^linking with |^linker `|^could not (?:exec|execute) the linker/.test(e.message) || (e.code === 'E0463' && /`(?:std|core|alloc)`/.test(e.message)) || /internal compiler error/.test(e.message)

function readError(message: Record<string, unknown>, id: string): BuildError {
  const spans = Array.isArray(message['spans']) ? message['spans'].filter(isObject) : []
  const span = spans.find((s) => s['is_primary'] === true) ?? spans[0]
  const code = isObject(message['code']) ? text(message['code']['code']) : undefined
  const rendered = text(message['rendered']) ?? ''
  return {
    file: text(span?.['file_name']) ?? null, line: whole(span?.['line_start']), column: whole(span?.['column_start']), code: code ?? null,
    message: `${text(message['message']) ?? 'no message'}${linkerSays(rendered)}`.slice(0, caps.rendered), rendered: rendered.slice(0, caps.rendered),
    crate: crateOf(id), own: id.includes('path+file:'),
  }
}

/** rustc's own sentence on a failed linker holds only the command; why is in a note. */
const linkerSays = (rendered: string): string => {
  const why = /^error: linking with/.test(rendered) ? /= note: .*?((?:error: |undefined (?:symbol|reference)|cannot find ).{1,300})/.exec(rendered)?.[1] : undefined
  return why === undefined ? '' : `: ${why}`
}

/** Build scripts speak on stderr only: the block from cargo's error to the end of their own words. */
function scriptErrors(stderr: string): readonly BuildError[] {
  const found = /failed to run custom build command for `([^`\n]{1,300})`([\s\S]{0,20000})/.exec(stderr)
  if (found === null) return []
  const words = (found[2] ?? '').split('\n').map((l) => l.trim()).filter((l) => l !== '')
  const said = words.findLast((l) => /error|fatal|not found|failed|missing|is `/i.test(l) && !/^warning: build failed/.test(l)) ?? words.at(-1) ?? 'said nothing'
  const name = found[1] ?? ''
  return [{ file: null, line: null, column: null, code: null, message: `build script: ${said}`, rendered: found[0].slice(0, caps.rendered), crate: name.split(' ')[0] ?? name, own: /\(\//.test(name) }]
}

/** Both spellings of a package id: `toy 0.1.0 (path+file:///x)` until 1.76, `path+file:///x#toy@0.1.0` or `…/toy#0.1.0` since. */
function crateOf(id: string): string {
  const old = /^([^ ]+) [^ ]+ \(/.exec(id)?.[1]
  if (old !== undefined) return old
  const [where = '', name = ''] = id.split('#')
  return name.includes('@') ? name.slice(0, name.lastIndexOf('@')) : where.split('/').at(-1) ?? id
}

const evidence = (stderr: string, pattern: RegExp): string => {
  const line = stderr.split('\n').find((l) => pattern.test(l))
  const script = scriptErrors(stderr)[0]
  return oneLine(script === undefined ? line ?? lastLine(stderr) ?? '' : `${script.crate}: ${script.message}`)
}
const lastLine = (textual: string): string | undefined => textual.split('\n').map((l) => l.trim()).filter((l) => l !== '').at(-1)?.slice(0, 400)
const oneLine = (s: string): string => s.replace(/\s+/g, ' ').trim().slice(0, 300)

function parse(line: string): Record<string, unknown> | undefined {
  if (!line.startsWith('{')) return undefined
  try {
    const value: unknown = JSON.parse(line)
    return isObject(value) ? value : undefined
  } catch {
    return undefined
  }
}

const isObject = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null && !Array.isArray(value)
const text = (value: unknown): string | undefined => (typeof value === 'string' ? value : undefined)
const whole = (value: unknown): number | null => (typeof value === 'number' && Number.isSafeInteger(value) && value > 0 ? value : null)
