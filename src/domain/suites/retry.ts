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
  /** Of the test proper; a failed one may be marked recovered. */
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
  items: readonly Measured[],
  allowed: boolean,
): Retried<S> {
  const byId = new Map(items.map((i) => [i.id, i]))
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
    samples: first.map((s) =>
      recovers(s, retries, byId) ? { ...s, recovered: true, sentence: `${s.sentence}; recovered on retry` } : s,
    ),
    retries,
    strays: again.filter(stray).map((s) => ({
      kind: 'inconclusive',
      text: `attempt ${s.id} is marked as a retry, but ${allowed ? `no attempt of its ${s.subject.kind} had failed` : 'this test is no checkpoint'}`,
    })),
  }
}

/** Later, witnessed, and no other retry of the subject failed. */
function recovers(s: Sample, retries: readonly Sample[], byId: ReadonlyMap<string, Measured>): boolean {
  if (s.outcome !== 'failed') return false
  const again = retries.filter((r) => sampleKey(r) === sampleKey(s) && counts(r))
  const failedAt = byId.get(s.id)?.endedAt ?? Infinity
  return (
    again.length > 0 &&
    again.every((r) => r.outcome === 'success' && (byId.get(r.id)?.startedAt ?? -Infinity) >= failedAt)
  )
}
