/** A session's states over time as a mermaid gantt chart; nothing of an entry but its state, its result and its times gets in. */
import type { Entry } from '../domain/ledger.ts'
import { states } from '../domain/session.ts'

/** Older ones are left out: a chart of thousands of bars is not drawn. */
const bars = 60
const known: readonly string[] = states
const bad: readonly string[] = ['failed', 'inconclusive', 'unrecoverable', 'missed']

export function timeline(entries: readonly Entry[]): string {
  const spans = entries.slice(1).flatMap((e, i) => {
    const start = entries[i]?.at
    return start === undefined || !real(start) || !real(e.at) || !known.includes(e.from)
      ? []
      : [{ state: e.from, start, end: Math.max(e.at, start + 1000), bad: bad.includes(e.event) }]
  })
  if (spans.length === 0) return ''
  const shown = spans.slice(-bars)
  return [
    ...(shown.length < spans.length ? [`The newest ${bars} of ${spans.length} stages:\n`] : []),
    '```mermaid',
    'gantt',
    '  dateFormat x',
    '  axisFormat %H:%M',
    '  section Session',
    ...shown.map((s, i) => `  ${s.state} :${s.bad ? 'crit' : 'done'}, s${i}, ${s.start}, ${s.end}`),
    '```',
  ].join('\n')
}

/** Whole milliseconds of a date that exists, after 1970. */
const real = (at: number): boolean => Number.isSafeInteger(at) && at >= 0 && at <= 8.64e15
