/** Quoting for POSIX shells: the one place where a value becomes shell text. */
import type { Command } from './command.ts'

/** One word that the shell reads back unchanged. */
export const quote = (word: string): string => (/^[A-Za-z0-9_@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`)

/** Shell text that is already quoted; only `sh` and `raw` make it. */
export interface Raw { readonly raw: string }
export const raw = (text: string): Raw => ({ raw: text })

type Part = string | number | Raw | readonly string[]

/** Template for scripts: every interpolated string is quoted as one word, an array as several; {@link raw} passes through. Common indentation is removed. */
export function sh(text: TemplateStringsArray, ...parts: readonly Part[]): string {
  const joined = text.raw.map((chunk, i) => chunk + (i < parts.length ? word(parts[i] as Part) : '')).join('')
  const lines = joined.replace(/^\n/, '').split('\n')
  const indents = lines.filter((l) => l.trim() !== '').map((l) => /^ */.exec(l)?.[0].length ?? 0)
  const indent = indents.length === 0 ? 0 : Math.min(...indents)
  return lines.map((l) => l.slice(Math.min(indent, /^ */.exec(l)?.[0].length ?? 0))).join('\n').trimEnd()
}

function word(part: Part): string {
  if (typeof part === 'number') return String(part)
  if (typeof part === 'string') return quote(part)
  return 'raw' in part ? part.raw : part.map(quote).join(' ')
}

/** The line that is sent to the node's shell. */
export const render = (command: Command): string =>
  command.kind === 'argv' ? command.argv.map(quote).join(' ') : `sh -c ${quote(command.text)}`

/** The same command entered through a prefix such as `nsenter --net=… --`. */
export const inside = (prefix: readonly string[], command: Command): Command =>
  prefix.length === 0 ? command : { ...command, kind: 'argv', argv: [...prefix, ...(command.kind === 'argv' ? command.argv : ['sh', '-c', command.text])] } as Command
