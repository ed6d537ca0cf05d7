/** What a project wants its people to be told of, and when not. */
import type { NotificationEvent } from './kinds.ts'

export interface QuietHours {
  /** Minutes after midnight. */
  readonly from: number
  readonly to: number
  /** IANA name, such as Europe/Helsinki. */
  readonly timezone: string
}

export interface NotificationWishes {
  readonly voice: boolean
  readonly onEvents: readonly NotificationEvent[]
  readonly quietHours: QuietHours | null
  /** In an hour, of one project. */
  readonly mostPerHour: number
}

/** A project that says nothing of notifications. */
export const usualWishes: NotificationWishes = {
  voice: true,
  onEvents: ['start', 'test_fail', 'complete', 'error', 'waiting'],
  quietHours: null,
  mostPerHour: 20,
}
