/** One line that GitHub shows at a run, and beside the code where it names a place. */
export interface Annotation {
  readonly level: 'error' | 'warning' | 'notice'
  readonly title: string
  readonly message: string
  /** Relative to the root of the repository. */
  readonly file?: string
  /** From 1. */
  readonly line?: number
}
