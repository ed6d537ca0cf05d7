/** What a node can run: its architecture and C library. */

export type Libc =
  | { readonly kind: 'glibc'; readonly version: string }
  | { readonly kind: 'musl' }
  | { readonly kind: 'unknown' }

export interface NodeRuntime {
  /** As `uname -m` says it. */
  readonly arch: string
  readonly libc: Libc
}
