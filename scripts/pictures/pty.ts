/** A command in a real terminal of a given size, and what that terminal shows at a moment. */
import { spawn } from 'node:child_process'
import { setTimeout as sleep } from 'node:timers/promises'
import xterm from '@xterm/headless'
import { quote } from '../../src/commands/quote.ts'
import type { Row } from './svg.ts'

export interface PtyWish {
  readonly argv: readonly string[]
  readonly cwd: string
  readonly env: Readonly<Record<string, string | undefined>>
  readonly columns: number
  readonly rows: number
}

export interface Pty {
  /** The lines of this moment, without empty ones at the end. */
  shot(): readonly Row[]
  text(): string
  /** Until the screen holds it, or the time is over. */
  holds(pattern: RegExp, ms: number): Promise<boolean>
  /** Resolves with its exit code. */
  readonly ended: Promise<number | null>
  /** Ctrl-C, as a person types it. */
  interrupt(): Promise<number | null>
}

/** util-linux's `script` gives the terminal, xterm without a screen reads what is written to it. */
export function openPty({ argv, cwd, env, columns, rows }: PtyWish): Pty {
  const terminal = new xterm.Terminal({ cols: columns, rows, allowProposedApi: true, scrollback: 0 })
  const line = `stty cols ${columns} rows ${rows}; exec ${argv.map(quote).join(' ')}`
  const child = spawn('script', ['-qefc', line, '/dev/null'], {
    cwd,
    env: { ...env, TERM: 'xterm-256color' },
    stdio: ['pipe', 'pipe', 'inherit'],
  })
  child.stdout.on('data', (bytes: Buffer) => terminal.write(bytes))
  const ended = new Promise<number | null>((resolve) => child.on('close', resolve))
  const shot = (): readonly Row[] => {
    const { active } = terminal.buffer
    const all = Array.from({ length: rows }, (_, y): Row => {
      const cells = active.getLine(active.viewportY + y)
      return Array.from({ length: columns }, (__, x) => {
        const cell = cells?.getCell(x)
        return {
          text: cell?.getChars() || ' ',
          colour: cell !== undefined && cell.isFgPalette() ? cell.getFgColor() : null,
          bold: cell?.isBold() !== 0 && cell !== undefined,
          dim: cell?.isDim() !== 0 && cell !== undefined,
        }
      })
    })
    const last = all.findLastIndex((row) => row.some((c) => c.text.trim() !== ''))
    return all.slice(0, last + 1)
  }
  const text = (): string =>
    shot()
      .map((row) => row.map((c) => c.text).join(''))
      .join('\n')
  return {
    shot,
    text,
    ended,
    async holds(pattern, ms) {
      for (let left = ms; left > 0; left -= 100) {
        if (pattern.test(text())) return true
        await sleep(100)
      }
      return pattern.test(text())
    },
    interrupt() {
      child.stdin.write('\u0003')
      return ended
    },
  }
}
