/** Which network a service lives in, and which life of its containers that is. */

export interface NetworkLife {
  /** Whether it lives in the network namespace in which everything of this node is measured. */
  readonly network: 'measured' | 'another' | 'not-read'
  /**
   * The containers of the service and of its NAT, by their main process and its start: another word is another life.
   * `none`: it does not run; null: no container, or not read.
   */
  readonly lives: { readonly place: string | null; readonly box: string | null }
}
