/** What a test that still runs has tried: by its lines of evidence as they come, judged by nobody yet. */
import type { NodeName } from './fleet.ts'

export interface TriedPair {
  readonly from: NodeName
  readonly to: NodeName
  /** Whose payload was found with the receiver, by a command of ours. */
  readonly found: number
  readonly tried: number
}

/** Lines that are whole: the last one may still be written. Those of suites without pairs hold none. */
export function triedIn(lines: readonly string[]): readonly TriedPair[] {
  const pairs = new Map<string, TriedPair>()
  for (const line of lines)
    for (const { from, to, found } of attemptsIn(line)) {
      const key = JSON.stringify([from, to])
      const before = pairs.get(key)
      pairs.set(key, { from, to, found: (before?.found ?? 0) + (found ? 1 : 0), tried: (before?.tried ?? 0) + 1 })
    }
  return [...pairs.values()]
}

interface Tried {
  readonly from: NodeName
  readonly to: NodeName
  readonly found: boolean
}

function attemptsIn(line: string): readonly Tried[] {
  let value: unknown
  try {
    value = JSON.parse(line)
  } catch {
    return []
  }
  const attempts = (value as { readonly attempts?: unknown } | null)?.attempts
  return Array.isArray(attempts) ? attempts.flatMap(triedOf) : []
}

function triedOf(attempt: unknown): readonly Tried[] {
  const { pair, record } = (attempt ?? {}) as {
    readonly pair?: { readonly from?: unknown; readonly to?: unknown }
    readonly record?: { readonly kind?: unknown }
  }
  return typeof pair?.from === 'string' && typeof pair.to === 'string'
    ? [{ from: pair.from, to: pair.to, found: record?.kind === 'there' }]
    : []
}
