/** A whole terminal for a picture that is drawn anew in place; whatever happens, the terminal is given back as it was. */

export interface Screen {
  /** Of this moment. */
  size(): { readonly columns: number; readonly rows: number }
  /** Lines from the top, made safe by whoever made them; what does not fit is cut. */
  draw(lines: readonly string[]): void
  /** Calls back after each change of size. */
  onResize(call: () => void): void
  /** Leaves what was there before; safe to call again. */
  close(): void
}

const escape = '\u001b['
/** Another buffer, no cursor, no wrapping. */
const enter = `${escape}?1049h${escape}?25l${escape}?7l`
const leave = `${escape}?7h${escape}?25h${escape}?1049l`
/** Terminals that know it show a frame only when it is whole; the others ignore it. */
const [hold, release] = [`${escape}?2026h`, `${escape}?2026l`]

/** Null: stdout is no terminal, or one that cannot be drawn on. */
export function openScreen(): Screen | null {
  const out = process.stdout
  if (out.isTTY !== true || process.env['TERM'] === 'dumb') return null
  let closed = false
  const listeners: (() => void)[] = []
  const close = (): void => {
    if (closed) return
    closed = true
    process.off('exit', close)
    for (const l of listeners) out.off('resize', l)
    out.write(leave)
  }
  process.once('exit', close)
  out.write(enter)
  return {
    size: () => ({ columns: out.columns || 80, rows: out.rows || 24 }),
    draw: (lines) => {
      if (closed) return
      const [columns, rows] = [out.columns || 80, out.rows || 24]
      const shown = lines.slice(0, rows).map((l) => clipped(l, columns))
      out.write(
        `${hold}${escape}H${shown.map((l) => `${l}${escape}0m${rest(l, columns)}`).join('\r\n')}${shown.length < rows ? `\r\n${escape}J` : ''}${release}`,
      )
    },
    onResize: (call) => {
      listeners.push(call)
      out.on('resize', call)
    },
    close,
  }
}

/** What stood behind the line goes; behind a full one stands nothing, and some terminals would take its last letter. */
const rest = (line: string, columns: number): string =>
  [...line.replaceAll(/\u001b\[[\d;]*m/g, '')].length < columns ? `${escape}K` : ''

/** The beginning that fits, its colours counted as nothing. A terminal that does not wrap cuts what is wider than it is long. */
export function clipped(line: string, columns: number): string {
  let [kept, length] = ['', 0]
  for (const [, colour, letter] of line.matchAll(/(\u001b\[[\d;]*m)|([^])/gu)) {
    if (colour === undefined && length === columns) return kept
    kept += colour ?? letter ?? ''
    length += colour === undefined ? 1 : 0
  }
  return kept
}
