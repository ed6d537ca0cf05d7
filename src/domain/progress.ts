/** What a run said of its progress last: never evidence. */

export interface ProgressNotes {
  /** The newest of each key. */
  readonly keys: Readonly<Record<string, Noted>>
  /** The newest messages, oldest first. */
  readonly lines: readonly Noted[]
}
export interface Noted {
  /** Unix milliseconds. */
  readonly at: number
  readonly text: string
}
