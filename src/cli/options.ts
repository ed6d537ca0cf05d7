/** Options of verbs that have verbs of their own below them. */

export interface LeaseOptions {
  readonly fleet?: string
  readonly lab?: string
  readonly key?: string
  readonly json?: boolean
  readonly all?: boolean
  readonly session?: string
  readonly yes?: boolean
}

export interface NodesOptions {
  readonly fleet?: string
  readonly lab?: string
  readonly key?: string
  readonly json?: boolean
  readonly measure?: boolean
  readonly yes?: boolean
}
