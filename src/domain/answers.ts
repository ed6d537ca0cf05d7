/** The four interview answers: what each may be, and where it came from. */

export const focuses = ['connectivity', 'nat-traversal', 'gossip', 'throughput', 'full-suite'] as const
export const criteriaKinds = ['all-pass', 'threshold', 'improvement', 'custom'] as const
export const proofKinds = ['logs', 'metrics', 'manual-verify', 'all-evidence'] as const
export type Focus = (typeof focuses)[number]
export type CriteriaKind = (typeof criteriaKinds)[number]
export type ProofKind = (typeof proofKinds)[number]

/** One interview answer and where it came from: `parameter`, `interview`, `vps-test.yaml`, `default`. */
export interface Answer<T> {
  readonly value: T
  readonly from: string
}

export interface Answers {
  readonly project: Answer<string>
  readonly focus: Answer<Focus>
  readonly criteria: Answer<CriteriaKind>
  readonly proof: Answer<ProofKind>
}

/** What a start does where another session holds the fleet. */
export const busyPolicies = ['queue', 'refuse', 'supersede'] as const
export type BusyPolicy = (typeof busyPolicies)[number]
