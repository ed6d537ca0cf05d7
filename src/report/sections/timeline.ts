/** A session's states over time; nothing of an entry but its state, its result and its times gets in. */
import type { Entry } from '../../domain/ledger.ts'
import { meaningOf } from '../../domain/events/entry.ts'
import { inline, paragraph, type Section } from '../section.ts'

/** Older ones are left out: a chart of thousands of bars is not drawn. */
const bars = 60

export function timelineSection(all: readonly Entry[]): Section | null {
  const entries = all.filter((e) => e.event !== 'recovered')
  const spans = entries.slice(1).flatMap((e, i) => {
    const start = entries[i]?.at
    return start === undefined || !real(start) || !real(e.at)
      ? []
      : [{ name: e.from, start, end: Math.max(e.at, start + 1000), bad: meaningOf(e).trouble === true }]
  })
  if (spans.length === 0) return null
  const shown = spans.slice(-bars)
  return {
    id: 'timeline',
    title: 'Timeline',
    blocks: [
      ...(shown.length < spans.length ? [paragraph(inline`The newest ${bars} of ${spans.length} stages:`)] : []),
      { kind: 'gantt', bars: shown },
    ],
  }
}

/** Whole milliseconds of a date that exists, after 1970. */
const real = (at: number): boolean => Number.isSafeInteger(at) && at >= 0 && at <= 8.64e15
