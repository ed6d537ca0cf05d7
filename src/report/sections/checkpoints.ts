/** The soak checkpoints of a session as a table: due, taken, how late, and what came out; missed ones too. */
import type { Entry } from '../../domain/ledger.ts'
import type { Session } from '../../domain/session.ts'
import { countsText } from '../../domain/counts.ts'
import { isCheckpoint } from '../../domain/states.ts'
import { testsOf, type CheckpointFact } from '../../domain/events/readers.ts'
import { inline, strong, table, text, type Inline, type Section } from '../section.ts'
import { duration, iso } from '../../domain/text.ts'

/** Null where the session has none. */
export function checkpointsSection(session: Session, entries: readonly Entry[]): Section | null {
  const taken = testsOf(entries).flatMap((t) =>
    t.checkpoint === null
      ? []
      : [row(t.checkpoint, `${t.result}${countsText(t.counts) === '' ? '' : `: ${countsText(t.counts)}`}`)],
  )
  const missed = entries
    .filter((e) => e.event === 'missed')
    .map((e) => row(e.facts.checkpoint, inline`${strong('missed')}: ${text(e.why, 200)}`))
  const rows = [...taken, ...missed, ...coming(session, entries)]
  return rows.length === 0
    ? null
    : {
        id: 'checkpoints',
        title: 'Soak checkpoints',
        blocks: [table(['checkpoint', 'due', 'taken', 'late by', 'result'], rows)],
      }
}

function coming(session: Session, entries: readonly Entry[]): readonly (readonly Inline[])[] {
  if (isCheckpoint(session.state))
    return [row({ name: session.state, dueAt: session.waitUntil, takenAt: null, latenessMs: null }, 'not taken yet')]
  const claim =
    session.state === 'TEST'
      ? entries.findLast(
          (e) => e.event === 'due' || (e.from === 'TEST' && e.event !== 'claimed' && e.event !== 'begun'),
        )
      : undefined
  const claimed = claim?.event === 'due' ? claim.facts.checkpoint : null
  return claimed === null ? [] : [row(claimed, 'claimed, not recorded yet')]
}

type Row = { readonly [K in keyof CheckpointFact]: CheckpointFact[K] | null }

const row = (c: Row, result: Inline): readonly Inline[] => [
  text(c.name ?? '–', 40),
  time(c.dueAt),
  time(c.takenAt),
  latenessText(c.latenessMs),
  result,
]
const time = (at: number | null): string => (at === null ? '–' : iso(at))
export const latenessText = (ms: number | null): string => (ms === null ? '–' : ms < 1000 ? 'on time' : duration(ms))
