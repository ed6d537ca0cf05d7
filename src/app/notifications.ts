/** Tells people of what a session comes to: each entry of the ledger as it is written, by every way that is set up. */
import { appendFile, mkdir, readdir, readFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { hasPlan, type Entry } from '../domain/events/entry.ts'
import { notificationsOf, type Notification } from '../domain/notifications/events.ts'
import { silence, type NotificationDelivery } from '../domain/notifications/policy.ts'
import { usualWishes, type NotificationWishes } from '../domain/notifications/wishes.ts'
import { redactor } from '../domain/secrets.ts'
import { messageOf } from '../domain/text.ts'
import type { Clock, Ledger, Log } from '../ports.ts'
import type { Notifier } from '../ports/notifier.ts'
import { projectOf } from '../domain/events/readers.ts'
import type { SessionStore } from './sessions.ts'

export interface Telling {
  readonly channels: readonly Notifier[]
  readonly clock: Clock
  readonly log: Log
  /** Never in a line that leaves this machine. */
  readonly secrets: readonly string[]
}

export interface Announcer {
  /** The same sessions; what is appended to them is told. */
  readonly over: (sessions: SessionStore) => SessionStore
  /** Waits until what was begun is out, or its budget is spent, or the person wants to leave. */
  readonly settle: (signal: AbortSignal) => Promise<void>
}

/** All tries and pauses of one notification by one channel. */
const budgetMs = 20_000
const tries = 3
/** At the end of a run. */
const settleMs = 25_000
export const recordFile = 'notifications.jsonl'

/** A notifier never fails a run, and no stage waits for one. */
export function announcer(telling: Telling): Announcer {
  let queue: Promise<void> = Promise.resolve()
  const told = (sessions: SessionStore, ledger: Ledger, id: string): void => {
    queue = queue
      .then(async () => {
        const entries = await ledger.read(id)
        const newest = notificationsOf(entries, entries.length - 1)
        await deliver(telling, sessions.folderOf(projectOf(entries) ?? '', id), newest, wishesOf(entries))
      })
      .catch((error: unknown) =>
        telling.log.warn(`a notification was not delivered: ${messageOf(error).slice(0, 200)}`),
      )
  }
  const overLedger = <L extends Ledger>(sessions: SessionStore, ledger: L): L => ({
    ...ledger,
    append: async (id: string, entry: Entry) => {
      await ledger.append(id, entry)
      told(sessions, ledger, id)
    },
  })
  return {
    over: (sessions) =>
      telling.channels.length === 0
        ? sessions
        : {
            ...sessions,
            ledgerOf: async (project) => overLedger(sessions, await sessions.ledgerOf(project)),
            ledgers: async (project) =>
              (await sessions.ledgers(project)).map((l) => ({ ...l, ledger: overLedger(sessions, l.ledger) })),
          },
    settle: async (signal) => {
      if (telling.channels.length === 0) return
      const waited = new AbortController()
      const enough = AbortSignal.any([waited.signal, signal])
      await Promise.race([queue, telling.clock.sleep(settleMs, enough).catch(() => undefined)])
      waited.abort()
    },
  }
}

/** Of the newest plan. */
export const wishesOf = (entries: readonly Entry[]): NotificationWishes =>
  entries.findLast(hasPlan)?.facts.plan.config.notifications ?? usualWishes

/** Each by each channel, in order; what became of it is a line of the session's record. */
export async function deliver(
  telling: Telling,
  folder: string,
  notes: readonly Notification[],
  wishes: NotificationWishes,
): Promise<readonly NotificationDelivery[]> {
  const redact = redactor(telling.secrets)
  // The record is an artifact, too.
  const withoutSecrets = (outcome: NotificationDelivery['outcome']): NotificationDelivery['outcome'] =>
    outcome.kind === 'failed' ? { ...outcome, why: redact(outcome.why).text } : outcome
  const made: NotificationDelivery[] = []
  for (const note of notes) {
    const clean: Notification = { ...note, line: redact(note.line).text }
    const before = [...(await deliveriesNear(folder)), ...made]
    const all = await Promise.all(
      telling.channels
        .filter(({ channel }) => wishes.voice || channel !== 'voice')
        .map(async (channel): Promise<NotificationDelivery> => {
          const at = telling.clock.now()
          const mine = before.filter((d) => d.channel === channel.channel)
          const why = silence(clean, wishes, mine, at)
          const { session, seq, event, line } = clean
          const outcome: NotificationDelivery['outcome'] =
            why === null ? withoutSecrets(await tried(telling, channel, clean, folder)) : { kind: 'silent', why }
          return { at, session, seq, event, line, channel: channel.channel, outcome }
        }),
    )
    await mkdir(folder, { recursive: true })
    await appendFile(join(folder, recordFile), all.map((d) => `${JSON.stringify(d)}\n`).join(''))
    for (const { channel, outcome } of all)
      if (outcome.kind === 'failed') telling.log.warn(`${channel} was not told: ${outcome.why}`)
    made.push(...all)
  }
  return made
}

async function tried(
  { clock }: Telling,
  channel: Notifier,
  note: Notification,
  folder: string,
): Promise<NotificationDelivery['outcome']> {
  const signal = AbortSignal.timeout(budgetMs)
  for (let n = 1; ; n++) {
    const sent = await channel.send(note, { folder, signal })
    if (sent.kind === 'delivered') return { ...sent, tries: n }
    if (n === tries || sent.againMs === null || signal.aborted) return { kind: 'failed', why: sent.why, tries: n }
    await clock.sleep(sent.againMs, signal).catch(() => undefined)
  }
}

/** How many of a project's sessions are looked at for what went out before. */
const lookedAt = 20

/** What became of earlier notifications of the same project, oldest session first. */
export async function deliveriesNear(folder: string): Promise<readonly NotificationDelivery[]> {
  const all = (await readdir(dirname(folder)).catch((): string[] => [])).toSorted().slice(-lookedAt)
  const texts = await Promise.all(
    all.map((name) => readFile(join(dirname(folder), name, recordFile), 'utf8').catch(() => '')),
  )
  return texts.flatMap((text) => text.split('\n').flatMap(deliveryIn))
}

function deliveryIn(line: string): readonly NotificationDelivery[] {
  try {
    const value = JSON.parse(line) as NotificationDelivery
    return typeof value.at === 'number' && typeof value.outcome.kind === 'string' ? [value] : []
  } catch {
    return []
  }
}
