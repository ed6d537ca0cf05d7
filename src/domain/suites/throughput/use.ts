/** What a profile says of bulk transfers. */

export interface ThroughputUse {
  readonly maxMb: number
  /** Null: those of a dial. */
  readonly args: readonly string[] | null
}
