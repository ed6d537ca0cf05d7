/**
 * A remote command is a value: built purely, printed in plans, tested without a socket (architecture: the one idea).
 */

export type Command =
  | { readonly kind: 'argv'; readonly why: string; readonly idempotent: boolean; readonly argv: readonly string[] }
  /** POSIX sh; every value in it went through `sh` of quote.ts. */
  | { readonly kind: 'script'; readonly why: string; readonly idempotent: boolean; readonly text: string }
