/** A unit's journal as records: what the program writes cannot pose as another line, another time or another node. */
import type { Command } from './command.ts'

export interface JournalWish {
  /** Without `.service`. */
  readonly unit: string
  /** The newest so many of what there is. */
  readonly lines: number
  /** Unix milliseconds by the node's clock. */
  readonly since: number | null
  /** Goes on until it is ended. */
  readonly follow: boolean
}

/** One JSON object a line. One that follows is not run again by itself: it would begin anew. */
export const journalRecords = ({ unit, lines, since, follow }: JournalWish): Command => ({
  kind: 'argv',
  why: follow ? `follow the journal of ${unit}` : `journal of ${unit}`,
  idempotent: !follow,
  argv: [
    'journalctl',
    '--no-pager',
    '--quiet',
    '--all',
    '--output=json',
    '--output-fields=MESSAGE',
    `--unit=${unit}.service`,
    `--lines=${lines}`,
    ...(since === null ? [] : [`--since=@${(since / 1000).toFixed(6)}`]),
    ...(follow ? ['--follow'] : []),
  ],
})
