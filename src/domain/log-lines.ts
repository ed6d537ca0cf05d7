/** Lines of logs from several nodes: read from a journal's records or from evidence, and merged by time. */
import type { NodeName } from './fleet.ts'

export interface LogLine {
  /** Unix milliseconds by the node's own clock, to the microsecond. */
  readonly at: number
  /** Null: the session itself. */
  readonly node: NodeName | null
  readonly text: string
}

/** Of one record: a program writes as many as it likes. */
const mostLines = 500

/** Lines that a record holds; null: it is none. A message may be bytes, and may hold line ends. */
export function recordLines(node: NodeName, record: string): readonly LogLine[] | null {
  let value: unknown
  try {
    value = JSON.parse(record)
  } catch {
    return null
  }
  if (typeof value !== 'object' || value === null) return null
  const { __REALTIME_TIMESTAMP: time, MESSAGE: message } = value as {
    readonly __REALTIME_TIMESTAMP?: unknown
    readonly MESSAGE?: unknown
  }
  if (typeof time !== 'string' || !/^\d{10,17}$/.test(time)) return null
  const text = messageText(message)
  if (text === null) return null
  const at = Number(time) / 1000
  const lines = text.split('\n', mostLines + 1)
  const more =
    lines.length > mostLines ? [{ at, node, text: `(a record of more than ${mostLines} lines is cut here)` }] : []
  return [...lines.slice(0, mostLines).map((line) => ({ at, node, text: line })), ...more]
}

function messageText(message: unknown): string | null {
  if (typeof message === 'string') return message
  return Array.isArray(message) && message.every((b) => Number.isInteger(b) && b >= 0 && b <= 255)
    ? new TextDecoder().decode(Uint8Array.from(message as readonly number[]))
    : null
}

/**
 * A log of evidence, as `journalctl -o short-iso-precise` wrote it: a line without a time of its own belongs to the one
 * before it. The host and the program's name in it are dropped.
 */
export function evidenceLines(node: NodeName, text: string): readonly LogLine[] {
  let at: number | null = null
  return text.split('\n').flatMap((line): readonly LogLine[] => {
    const [, time, said] =
      /^(\d{4}-\d\d-\d\dT[\d:.]{8,15}(?:Z|[+-]\d\d:?\d\d)) \S{1,255} [^\s:]{1,255}: ?(.*)$/.exec(line) ?? []
    const parsed = time === undefined ? Number.NaN : Date.parse(time)
    if (Number.isFinite(parsed)) at = parsed
    if (line === '' || line.startsWith('-- ') || at === null) return []
    return [{ at, node, text: Number.isFinite(parsed) ? (said ?? '') : line }]
  })
}

/** By time; what is of one time stays in the order in which it came. */
export const merged = (lines: readonly LogLine[]): readonly LogLine[] => lines.toSorted((a, b) => a.at - b.at)
