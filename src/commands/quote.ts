/** Quoting for POSIX shells: the one place where a value becomes shell text. */
import { Failure } from '../domain/failure.ts'
import type { Command } from './command.ts'

const plain = /^[A-Za-z0-9_@%+:,./-][A-Za-z0-9_@%+=:,./-]*$/
/** Read as something else than a word when they stand first: assignments and reserved words. */
const special =
  /^(?:[A-Za-z_][A-Za-z0-9_]*\+?=.*|if|then|else|elif|fi|do|done|case|esac|while|until|for|in|function|select|time)$/
/** Linux refuses a single argument longer than this (MAX_ARG_STRLEN), and sshd passes the whole line as one. */
const longest = 128 * 1024 - 1

/** One word that the shell reads back unchanged. */
export function quote(word: string): string {
  if (word.includes('\0')) throw new Failure({ code: 'H023', message: 'a word for a shell holds a NUL byte' })
  return plain.test(word) && !special.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`
}

/** Shell text that is already quoted; only `sh` and `raw` make it. */
export interface Raw {
  readonly raw: string
}
export const raw = (text: string): Raw => ({ raw: text })

type Part = string | number | Raw | readonly string[]

/**
 * Template for scripts: every interpolated string is quoted as one word, an array as several; {@link raw} passes
 * through.
 * The template's own common indentation is removed; lines inside values are never touched. Backslashes reach the shell
 * as written.
 */
export function sh(text: TemplateStringsArray, ...parts: readonly Part[]): string {
  const lines = text.raw.join(hole).replace(/^\n/, '').split('\n')
  const indents = lines.filter((l) => l.trim() !== '').map(leading)
  const indent = indents.length === 0 ? 0 : Math.min(...indents)
  const chunks = lines
    .map((l) => l.slice(Math.min(indent, leading(l))))
    .join('\n')
    .trimEnd()
    .split(hole)
  return chunks.map((chunk, i) => chunk + (i < parts.length ? word(parts[i] as Part) : '')).join('')
}

/** Stands for a value while the template is dedented: a newline inside a value is no line of the template. */
const hole = '\0'
const leading = (line: string): number => /^ */.exec(line)?.[0].length ?? 0

function word(part: Part): string {
  if (typeof part === 'number') return String(part)
  if (typeof part === 'string') return quote(part)
  return 'raw' in part ? part.raw : part.map(quote).join(' ')
}

/** The line that is sent to the node's shell. */
export function render(command: Command): string {
  const line = command.kind === 'argv' ? command.argv.map(quote).join(' ') : `sh -c ${quote(command.text)}`
  if (Buffer.byteLength(line) > longest)
    throw new Failure({
      code: 'H024',
      message: `the command “${command.why}” is longer than ${longest} bytes: send its data by stdin`,
    })
  return line
}

/** The same command entered through a prefix such as `nsenter --net=… --`. */
export function inside(prefix: readonly string[], command: Command): Command {
  if (prefix.length === 0) return command
  const { why, idempotent } = command
  return {
    kind: 'argv',
    why,
    idempotent,
    argv: [...prefix, ...(command.kind === 'argv' ? command.argv : ['sh', '-c', command.text])],
  }
}
