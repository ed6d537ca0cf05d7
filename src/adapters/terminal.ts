import type { Log } from '../ports.ts'
import { stripHidden } from '../domain/text.ts'

export interface Terminal extends Log {
  /** A result, on stdout, as it is but for workflow commands. */
  print(text: string): void
  readonly interactive: boolean
  /** Columns of the terminal that results are printed on; null: they are not printed on one. */
  columns(): number | null
  /** How cells of a table are painted; the identity without colour. */
  readonly palette: Readonly<Record<'good' | 'bad' | 'warn' | 'dim', (text: string) => string>>
  /** Text in the colour of the n-th of several; the same n, the same colour. */
  stripe(n: number, text: string): string
}

const quietMs = 2000
/** SGR: colours that neither red nor dim text has. */
const stripes = [36, 33, 32, 35, 34, 96, 93, 92, 95, 94] as const

export function terminal(): Terminal {
  const tty = process.stderr.isTTY === true
  // Results go to stdout: what reads them through a pipe wants no colours.
  const colour = process.stdout.isTTY === true && process.env['NO_COLOR'] === undefined
  const paint =
    (sgr: number) =>
    (text: string): string =>
      colour ? `\u001b[${sgr}m${text}\u001b[0m` : text
  const last = new Map<string, number>()
  let open = false
  const line = (text: string): void => {
    process.stderr.write(`${open ? '\r\u001b[K' : ''}${harmless(text)}\n`)
    open = false
  }
  return {
    interactive: tty && process.stdin.isTTY === true,
    columns: () => (process.stdout.isTTY === true ? process.stdout.columns : null),
    palette: { good: paint(32), bad: paint(31), warn: paint(33), dim: paint(2) },
    stripe: (n, text) => paint(stripes[Math.max(0, n) % stripes.length] ?? 36)(text),
    print: (text) => {
      const safe = uncommanded(text)
      process.stdout.write(safe.endsWith('\n') ? safe : `${safe}\n`)
    },
    info: line,
    warn: (text) => line(`warning: ${text}`),
    progress: (key, text) => {
      if (tty) {
        process.stderr.write(`\r\u001b[K${harmless(text).slice(0, 160)}`)
        open = true
        return
      }
      const now = Date.now()
      if (now - (last.get(key) ?? 0) < quietMs) return
      last.set(key, now)
      line(`  ${text}`)
    },
  }
}

/** Remote text may hold escape sequences, and workflow commands of GitHub. */
export const harmless = (text: string): string =>
  uncommanded(
    text
      .split('\n')
      .map((l) => stripHidden(l, 2000))
      .join('\n'),
  )

/**
 * A runner obeys `::` at a line's start, behind what it takes for space, and `##[` anywhere, on both streams. In JSON
 * the same text is written another way.
 */
export const uncommanded = (text: string): string =>
  text.replaceAll(/^([\s\u0085]*)::/gm, '$1: :').replaceAll('##[', /^[[{]/.test(text) ? '##\\u005b' : '## [')
