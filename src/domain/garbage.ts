/** What is old enough to go, and in nobody's use: decisions over what was found, for the machine and for the nodes. */

export const garbageKinds = ['evidence', 'ledger', 'copy', 'build', 'binary', 'fix', 'release', 'cut-off'] as const
export type GarbageKind = (typeof garbageKinds)[number]

/** Something on this machine that could go. */
export interface Garbage {
  readonly kind: GarbageKind
  readonly path: string
  readonly bytes: number
  /** When it was last changed, Unix milliseconds: the newest of what it holds. */
  readonly at: number
  /** Whose it is; null: it does not say. */
  readonly project: string | null
}

export interface Kept<F> {
  readonly found: F
  readonly why: string
}

export interface Sorted<F> {
  readonly goes: readonly F[]
  /** Old, and kept all the same. */
  readonly kept: readonly Kept<F>[]
}

/** `alive`: projects of which a session lives, by what uses it. */
export function sortFound(
  all: readonly Garbage[],
  { before, alive }: { readonly before: number; readonly alive: ReadonlyMap<string, string> },
): Sorted<Garbage> {
  const old = all.filter((f) => f.at < before)
  const inUse = (f: Garbage): string | undefined =>
    f.kind === 'build' && f.project !== null ? alive.get(f.project) : undefined
  return {
    goes: old.filter((f) => inUse(f) === undefined),
    kept: old.flatMap((found) => {
      const session = inUse(found)
      return session === undefined ? [] : [{ found, why: `session ${session} lives` }]
    }),
  }
}

export interface OldSession {
  readonly id: string
  readonly ended: boolean
  readonly changedAt: number
}

/** A ledger goes when all that it tells of ended long ago; a chain is never shortened. */
export const ledgerGoes = (sessions: readonly OldSession[], damaged: number, before: number): boolean =>
  damaged === 0 && sessions.length > 0 && sessions.every((s) => s.ended && s.changedAt < before)

export interface NodeRelease {
  readonly sha256: string
  /** Unix milliseconds. */
  readonly at: number
}

/** Neither the current one, nor the one before, nor what runs: those a person may need tonight. */
export const releasesThatGo = <R extends NodeRelease>(
  releases: readonly R[],
  keep: readonly (string | null)[],
  before: number,
): readonly R[] => releases.filter((r) => r.at < before && !keep.includes(r.sha256))
