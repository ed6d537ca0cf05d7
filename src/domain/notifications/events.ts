/** What of a session is worth telling a person who does not watch: one row for each event of spec §9, over its entries. */
import { countsText } from '../counts.ts'
import { isTest, meaningOf, type Entry } from '../events/entry.ts'
import { originOf, projectOf } from '../events/readers.ts'
import { fold } from '../session.ts'
import { isCheckpoint, traitsOf, type State } from '../states.ts'
import { stripHidden } from '../text.ts'
import type { NotificationEvent } from './kinds.ts'

export interface Notification {
  readonly event: NotificationEvent
  readonly project: string
  readonly session: string
  /** Of the entry that it tells of. */
  readonly seq: number
  /** Unix milliseconds of that entry. */
  readonly at: number
  readonly state: State
  /** One line that is understood when it is heard: at most 200 characters, nothing of a session's id in it. */
  readonly line: string
}

/** Longer ones are not listened to. */
export const longestNotice = 200

interface Told {
  readonly entry: Entry
  readonly project: string
  /** All entries up to this one. */
  readonly entries: readonly Entry[]
}

interface Row {
  readonly event: NotificationEvent
  readonly holds: (t: Told) => boolean
  readonly says: (t: Told) => string
}

const hours = (ms: number): string => {
  const h = Math.round(ms / 360_000) / 10
  return h === 1 ? 'one hour' : `${h} hours`
}

const counted = ({ entry }: Told): string => {
  const said = isTest(entry) ? countsText(entry.facts.counts) : ''
  return said === '' ? '' : `: ${said}`
}
/** Rates may all be whole: a process that died fails a soak as well. */
const reasonOf = ({ entry }: Told): string => (isTest(entry) ? (entry.facts.reasons[0] ?? entry.why) : entry.why)
const newestCounts = ({ entries }: Told): string => {
  const said = countsText(entries.findLast(isTest)?.facts.counts ?? {})
  return said === '' ? '' : ` Newest test: ${said}.`
}
const commitOf = ({ entries }: Told): string => {
  const commit = originOf(entries)?.commit ?? null
  return commit === null ? '' : ` of commit ${commit.slice(0, 7)}`
}
const soaked = (entry: Entry, entries: readonly Entry[]): boolean =>
  fold(entry.session, entries.slice(0, -1)).checkpoint !== null

/** The first that holds is told: an entry is told once. */
const rows: readonly Row[] = [
  {
    event: 'start',
    holds: ({ entry }) => entry.event === 'confirmed',
    says: (t) => `${t.project}: testing${commitOf(t)} has begun.`,
  },
  {
    event: 'complete',
    holds: ({ entry }) => entry.to === 'COMPLETE',
    says: (t) => `${t.project}: complete, everything passed.${newestCounts(t)}`,
  },
  {
    event: 'wait_start',
    holds: ({ entry }) => isCheckpoint(entry.to),
    says: ({ project, entry }) =>
      `${project}: passed. The next test follows in ${hours((entry.facts.dueAt ?? entry.at) - entry.at)}.`,
  },
  {
    event: 'test_fail',
    holds: ({ entry, entries }) => entry.from === 'TEST' && entry.event === 'failed' && firstOfItsKind(entry, entries),
    says: (t) =>
      soaked(t.entry, t.entries)
        ? `${t.project}: what passed before fails in the soak: ${reasonOf(t)}.`
        : `${t.project}: the test failed${counted(t)}.`,
  },
  {
    event: 'fix_commit',
    holds: ({ entry }) => entry.event === 'fixed',
    says: ({ project }) => `${project}: a fix was committed; it is built and tested now.`,
  },
  {
    event: 'waiting',
    holds: ({ entry }) => entry.to !== entry.from && traitsOf(entry.to).kind === 'person',
    says: ({ project, entry }) => `${project} waits for a person: ${traitsOf(entry.to).waitsFor ?? entry.why}.`,
  },
  {
    event: 'error',
    holds: ({ entry }) => {
      const { ends = false, by } = meaningOf(entry)
      return entry.to === 'STOPPED' && by !== 'person' && (ends || traitsOf(entry.from).kind === 'working')
    },
    says: ({ project, entry }) => `${project} stopped: ${entry.why}`,
  },
]

/** A test that fails again in the same loop says nothing new. */
function firstOfItsKind(entry: Entry, entries: readonly Entry[]): boolean {
  const before = entries.slice(0, -1).findLast(isTest)
  return before === undefined || before.event !== 'failed'
}

/** What the newest of these entries is worth telling; null: nothing. */
export function notificationOf(entries: readonly Entry[]): Notification | null {
  const entry = entries.at(-1)
  if (entry === undefined) return null
  const told: Told = { entry, entries, project: stripHidden(projectOf(entries) ?? 'vps-test', 60) }
  const row = rows.find((r) => r.holds(told))
  return row === undefined
    ? null
    : {
        event: row.event,
        project: told.project,
        session: entry.session,
        seq: entry.seq,
        at: entry.at,
        state: entry.to,
        line: short(row.says(told)),
      }
}

/** What went out for every entry from the `from`th on. */
export const notificationsOf = (entries: readonly Entry[], from = 0): readonly Notification[] =>
  entries.flatMap((_, i) => {
    const note = i < from ? null : notificationOf(entries.slice(0, i + 1))
    return note === null ? [] : [note]
  })

/** Words of nodes and compilers stand in a reason: no hidden characters, one line, cut at a word. */
function short(text: string): string {
  const clean = stripHidden(text.replace(/\s+/g, ' ').trim(), 2000)
  if (clean.length <= longestNotice) return clean
  const kept = clean.slice(0, longestNotice - 1)
  return `${kept.slice(0, Math.max(kept.lastIndexOf(' '), longestNotice - 40))}…`
}
