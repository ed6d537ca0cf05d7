/** What cargo says on stderr as one sentence: its error with the whole chain of causes, and what a build script said. */
import type { BuildError } from './cargo-messages.ts'

const longest = 700

/** `error: …: cause: cause: last cause`; undefined where cargo named no error. Summaries of rustc's errors are none. */
export function chainOf(stderr: string): string | undefined {
  const lines = stderr.split('\n').map((line) => line.trimEnd())
  const at = lines.findIndex(
    (line) => /^error(?:\[\w+\])?: /.test(line) && !/^error: (?:could not compile|aborting due)/.test(line),
  )
  if (at < 0) return undefined
  const head = paragraph(lines.slice(at))
  const starts = lines.flatMap((line, i) => (i > at && /^Caused by:$/.test(line) ? [i + 1] : []))
  const causes = starts.map((i) => paragraph(lines.slice(i)))
  return shortened([head, ...causes])
}

/** The first lines up to an empty one, without hints, source excerpts and backtraces. */
function paragraph(lines: readonly string[]): string {
  const end = lines.findIndex((line, i) => i > 0 && (line === '' || /^(?:note|help|hint|Stack backtrace)\b/.test(line)))
  return lines
    .slice(0, end < 0 ? 8 : Math.min(end, 8))
    .map((line) => line.trim())
    .filter((line) => line !== '' && !/^(?:\d* ?\||-->|\* )/.test(line))
    .join(' ')
    .slice(0, 300)
}

/** The first and the last say most: of what lies between, as much as there is room for. */
function shortened(parts: readonly string[]): string {
  const whole = parts.join(': ')
  if (whole.length <= longest || parts.length < 3) return whole.slice(0, longest)
  return `${parts[0] ?? ''}: …: ${parts.at(-1) ?? ''}`.slice(0, longest)
}

const nowhere = { file: null, line: null, column: null, code: null } as const
/** What a machine lacks makes the project's own script panic as well. */
const lacking =
  /not found|no such file or directory|could not find|couldn't find|cannot find|is not installed|is it installed|is `[^`]+` installed|failed to find|unable to find|NotFound|failed to (?:execute|run|spawn)|pkg-config/i

export interface ScriptFailure {
  readonly error: BuildError
  /** A script of the project itself that gave up for no reason of the machine. */
  readonly projects: boolean
}

/** Build scripts speak on stderr only: the block from cargo's error to the end of their own words. */
export function scriptFailure(stderr: string): ScriptFailure | undefined {
  const found = /failed to run custom build command for `([^`\n]{1,300})`([\s\S]{0,20000})/.exec(stderr)
  if (found === null) return undefined
  const [, name = '', block = ''] = found
  // A path in brackets is a package of the project; of a registry there is none, of git a URL.
  const own = /\((?:file:\/\/)?\//.test(name)
  const panic = panicIn(block)
  const said = panic?.message ?? lastWords(block)
  const error = {
    ...nowhere,
    ...(own && panic !== undefined ? { file: panic.file, line: panic.line, column: panic.column } : {}),
    message: `build script: ${said}`,
    rendered: found[0].slice(0, 4000),
    crate: name.split(' ')[0] ?? name,
    own,
  }
  return { error, projects: own && !lacking.test(said) && /exit(?: status| code)?: \d/.test(block) }
}

interface Panic {
  readonly file: string
  readonly line: number
  readonly column: number
  readonly message: string
}

/** Since Rust 1.73 the message is below the place, before it stood in quotation marks in front of it. */
function panicIn(block: string): Panic | undefined {
  const now = /panicked at ([^\s:]{1,300}):(\d{1,7}):(\d{1,7}):\n([\s\S]{1,2000})/.exec(block)
  if (now !== null) {
    const [, file = '', line, column, rest = ''] = now
    const end = rest.search(/\n\s*(?:note: |stack backtrace:|\d+: |--- )|\n\n/)
    const message = rest
      .slice(0, end < 0 ? undefined : end)
      .replace(/\s+/g, ' ')
      .trim()
    return { file, line: Number(line), column: Number(column), message: message.slice(0, 400) }
  }
  const before = /panicked at '([\s\S]{0,2000}?)', ([^\s:]{1,300}):(\d{1,7}):(\d{1,7})/.exec(block)
  if (before === null) return undefined
  const [, message = '', file = '', line, column] = before
  return { file, line: Number(line), column: Number(column), message: message.replace(/\s+/g, ' ').slice(0, 400) }
}

function lastWords(block: string): string {
  const words = block
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '' && !/^(?:warning: build failed|note: |stack backtrace:|at \/|\d+: )/.test(line))
  return (
    words.findLast((line) => /error|fatal|not found|failed|missing|is `/i.test(line)) ?? words.at(-1) ?? 'said nothing'
  )
}
