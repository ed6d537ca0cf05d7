/** A way to a person, as an interface only: one adapter for each kind of receiver. */
import type { Notification } from '../domain/notifications/events.ts'

/** What became of one try. `again`: another try may help, after so many milliseconds. */
export type Sent =
  | { readonly kind: 'delivered'; /** Path below the folder that was given. */ readonly file?: string }
  | { readonly kind: 'failed'; readonly why: string; readonly againMs: number | null }

export interface Notifier {
  /** Its name in records: `slack`, `voice`. */
  readonly channel: string
  /** One try; never rejects. `folder`: where it may leave a file. */
  send(note: Notification, place: { readonly folder: string; readonly signal: AbortSignal }): Promise<Sent>
}
