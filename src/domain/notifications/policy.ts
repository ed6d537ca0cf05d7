/** Whether a notification goes out now: what is wanted, quiet hours, nothing new, and how many there were in an hour. */
import type { Notification } from './events.ts'
import type { NotificationEvent } from './kinds.ts'
import type { NotificationWishes, QuietHours } from './wishes.ts'

/** What was decided of one notification; one line of a session's `notifications.jsonl` for each channel. */
export interface NotificationDelivery {
  /** Unix milliseconds. */
  readonly at: number
  readonly session: string
  readonly seq: number
  readonly event: NotificationEvent
  readonly line: string
  readonly channel: string
  readonly outcome:
    | { readonly kind: 'delivered'; readonly tries: number; readonly file?: string }
    | { readonly kind: 'failed'; readonly tries: number; readonly why: string }
    | { readonly kind: 'silent'; readonly why: string }
}

const hour = 3_600_000

/** Null: it goes out; else why not. `before`: of this project, newest last. */
export function silence(
  note: Notification,
  { onEvents, quietHours, mostPerHour }: NotificationWishes,
  before: readonly NotificationDelivery[],
  now: number,
): string | null {
  if (!onEvents.includes(note.event)) return `${note.event} is not among notifications.on_events`
  if (before.some((d) => d.session === note.session && d.seq === note.seq && d.outcome.kind === 'delivered'))
    return 'it went out before'
  if (quietHours !== null && isQuiet(quietHours, now)) return 'quiet hours'
  const out = before.filter((d) => d.outcome.kind === 'delivered')
  const last = out.at(-1)
  if (note.event !== 'start' && last?.event === note.event && last.line === note.line)
    return 'nothing changed since the last one'
  const lately = new Set(out.filter((d) => d.at > now - hour).map((d) => `${d.session} ${d.seq}`))
  return lately.size >= mostPerHour ? `${mostPerHour} went out within an hour` : null
}

/** Hours that span midnight begin on the day before. */
export function isQuiet({ from, to, timezone }: QuietHours, now: number): boolean {
  const [h = 0, m = 0] = new Intl.DateTimeFormat('en-GB', {
    timeZone: timezone,
    hour: '2-digit',
    minute: '2-digit',
    hourCycle: 'h23',
  })
    .format(now)
    .split(':')
    .map(Number)
  const at = h * 60 + m
  return from <= to ? at >= from && at < to : at >= from || at < to
}
