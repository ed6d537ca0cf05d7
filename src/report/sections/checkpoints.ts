/** The soak checkpoints of a session as a table: due, taken, how late, and what came out; missed ones too. */
import type { Entry } from '../../domain/ledger.ts'
import type { Session } from '../../domain/session.ts'
import { countsText } from '../../domain/counts.ts'
import { checkpointOf, number, testsOf, type CheckpointFact } from '../facts.ts'
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
    .map((e) => {
      const due = number(entries.findLast((b) => b.seq < e.seq && b.facts['dueAt'] !== undefined)?.facts['dueAt'])
      return row(
        checkpointOf(e.facts['checkpoint']) ?? { name: e.from, dueAt: due, takenAt: null, latenessMs: null },
        inline`${strong('missed')}: ${text(e.why, 200)}`,
      )
    })
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
  if (session.state === 'WAIT_1HR' || session.state === 'WAIT_6HR')
    return [row({ name: session.state, dueAt: session.waitUntil, takenAt: null, latenessMs: null }, 'not taken yet')]
  const claim =
    session.state === 'TEST'
      ? entries.findLast((e) => e.event === 'due' || (e.from === 'TEST' && e.event !== 'claimed'))
      : undefined
  const claimed = claim?.event === 'due' ? checkpointOf(claim.facts['checkpoint']) : null
  return claimed === null ? [] : [row(claimed, 'claimed, not recorded yet')]
}

const row = (c: CheckpointFact, result: Inline): readonly Inline[] => [
  text(c.name, 40),
  time(c.dueAt),
  time(c.takenAt),
  late(c.latenessMs),
  result,
]
const time = (at: number | null): string => (at === null ? '–' : iso(at))
export const late = (ms: number | null): string => (ms === null ? '–' : ms < 1000 ? 'on time' : duration(ms))
