/** One judged measurement, whatever its suite: what criteria, counts, JUnit, attestation and comparisons read. */
import type { Pair } from '../evidence.ts'
import type { Finding } from '../findings.ts'
import type { NodeName } from '../fleet.ts'

/** What was measured: an ordered pair of peers, one node, or the fleet as a whole. */
export type Subject =
  | { readonly kind: 'pair'; readonly pair: Pair }
  | { readonly kind: 'node'; readonly node: NodeName }
  | { readonly kind: 'fleet' }

/** `success` and `failed` count; the others lower coverage. */
export type SampleOutcome = 'success' | 'failed' | 'unwitnessed' | 'infra' | 'harness'

/** What is excluded (docs/verdict.md). A: possession; B: the receiver's record; C: volume; D: the program's claim alone. */
export type Grade = 'A' | 'B' | 'C' | 'D'

export interface Sample {
  /** Unique in one suite of one test. */
  readonly id: string
  /** What rates are told per: a pair class, the name of a command. */
  readonly group: string
  readonly subject: Subject
  readonly outcome: SampleOutcome
  readonly grade: Grade | null
  readonly sentence: string
  readonly findings: readonly Finding[]
  /** It failed, and the checkpoint's retry of its subject did not. */
  readonly recovered?: true
  /** It failed, and what kept the checkpoint's retry of its subject from counting was not the program. */
  readonly retryUnseen?: true
  /** It did not count, and this later attempt of its subject, which counts, stands for it. */
  readonly repeatedBy?: string
}

export const counts = (s: Pick<Sample, 'outcome'>): boolean => s.outcome === 'success' || s.outcome === 'failed'

export const subjectName = (s: Subject): string => {
  switch (s.kind) {
    case 'pair':
      return `${s.pair.from} → ${s.pair.to}`
    case 'node':
      return s.node
    case 'fleet':
      return 'the fleet'
  }
}

/** The group that a {@link sampleKey} is of. */
export const groupIn = (key: string): string => String((JSON.parse(key) as readonly unknown[])[0])

/** Equal for two samples of one subject in one group, whatever the names hold. */
export const sampleKey = ({ group, subject: s }: Pick<Sample, 'group' | 'subject'>): string =>
  JSON.stringify([group, ...(s.kind === 'pair' ? [s.pair.from, s.pair.to] : s.kind === 'node' ? [s.node] : [])])
