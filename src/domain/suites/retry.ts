/** What a checkpoint's retries do to the samples that failed, whatever the suite (spec §4, WAIT_1HR). */
import type { Reason } from '../reason.ts'
import { counts, sampleKey, type Sample } from './sample.ts'

/** What a line of evidence tells of when it was measured. */
export interface Measured {
  readonly id: string
  /** Orchestrator's clock, Unix milliseconds. */
  readonly startedAt: number
  readonly endedAt: number
  /** Of the retry pass of a checkpoint: it adds to no count. */
  readonly retry?: true
  /** Id of the attempt that did not count and is tried again by this one. */
  readonly repeats?: string
}

export interface Retried<S extends Sample> {
  /** Of the test proper; a failed one may be marked recovered, or as one whose retry was not seen. */
  readonly samples: readonly S[]
  readonly retries: readonly S[]
  readonly strays: readonly Reason[]
}

/**
 * `allowed`: only a checkpoint's test has retries. Elsewhere, and for a subject that needed none, the mark could hide a
 * failure: such a test cannot pass.
 */
export function applyRetries<S extends Sample>(
  judged: readonly S[],
  items: Iterable<Measured>,
  allowed: boolean,
): Retried<S> {
  const byId = linesOfRetries(judged, items)
  if (byId.size === 0) return { samples: judged, retries: [], strays: [] }
  const marked = (s: S): boolean => byId.get(s.id)?.retry === true
  const [first, again] = [judged.filter((s) => !marked(s)), judged.filter(marked)]
  const whole = new Set(
    [...Map.groupBy(judged, sampleKey)]
      .filter(([, list]) => list.every((s) => marked(s) || s.outcome === 'success'))
      .map(([key]) => key),
  )
  const stray = (s: S): boolean => !allowed || whole.has(sampleKey(s))
  const retries = again.filter((s) => !stray(s))
  return {
    samples: first.map((s) => withRetry(s, retries, byId)),
    retries,
    strays: again.filter(stray).map((s) => ({
      kind: 'inconclusive',
      text: `attempt ${s.id} is marked as a retry, but ${allowed ? `no attempt of its ${s.subject.kind} had failed` : 'this test is no checkpoint'}`,
    })),
  }
}

/** Of what failed, and of what is marked as a retry; none where nothing is marked. */
function linesOfRetries(judged: readonly Sample[], items: Iterable<Measured>): ReadonlyMap<string, Measured> {
  const lines = new Map<string, Measured>()
  for (const one of items) if (one.retry === true) lines.set(one.id, one)
  if (lines.size === 0) return lines
  const failed = new Set(judged.flatMap((s) => (s.outcome === 'failed' ? [s.id] : [])))
  for (const one of items) if (failed.has(one.id)) lines.set(one.id, one)
  return lines
}

/** Recovered: later, witnessed, and no other retry of the subject failed. */
function withRetry<S extends Sample>(s: S, retries: readonly S[], byId: ReadonlyMap<string, Measured>): S {
  if (s.outcome !== 'failed') return s
  const failedAt = byId.get(s.id)?.endedAt ?? Infinity
  const again = retries.filter((r) => sampleKey(r) === sampleKey(s))
  if (again.length === 0 || again.some((r) => (byId.get(r.id)?.startedAt ?? -Infinity) < failedAt)) return s
  const counted = again.filter(counts)
  if (counted.length === 0) return { ...s, retryUnseen: true, sentence: `${s.sentence}; its retry was not counted` }
  return counted.every((r) => r.outcome === 'success')
    ? { ...s, recovered: true, sentence: `${s.sentence}; recovered on retry` }
    : s
}
