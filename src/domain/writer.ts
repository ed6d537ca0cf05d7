/**
 * Who wrote an entry of the ledger, and what a session was begun for: both go into facts, so that another machine can
 * go on (spec §4).
 */

/**
 * One attempt of one workflow run, or one process on a host. A session belongs to the writer of its last entry while
 * that one lives.
 */
export type Writer =
  | {
      readonly kind: 'run'
      readonly repository: string
      readonly run: string
      readonly attempt: number
      readonly url: string
    }
  | { readonly kind: 'process'; readonly host: string; readonly pid: number }

/** Where a start came from. */
export interface Origin {
  /** `owner/name`; null outside GitHub. */
  readonly repository: string | null
  readonly branch: string | null
  /** Full commit id. */
  readonly commit: string | null
  /** `workflow_dispatch`, `push`, `pull_request`, `schedule`; `cli` outside GitHub. */
  readonly event: string
  readonly actor: string | null
}

/** `run 123 (attempt 2) of owner/name`, for a person. */
export const writerText = (w: Writer): string =>
  w.kind === 'run' ? `run ${w.run} (attempt ${w.attempt}) of ${w.repository}` : `process ${w.pid} on ${w.host}`

/** What stands in the facts of every entry: who wrote it, and by how many seconds a test had moved the clock. */
export interface Signer {
  readonly writer: Writer
  readonly clockShift: number
}
export const signature = ({ writer, clockShift }: Signer): { readonly by: Writer; readonly clockShift?: number } => ({
  by: writer,
  ...(clockShift === 0 ? {} : { clockShift }),
})
