/** Why a run is not passed: the words of a verdict, the weightiest kind first. */

/** `invalid`: the run says nothing about the product, not even that it failed. */
export interface Reason {
  readonly kind: 'invalid' | 'failed' | 'inconclusive'
  readonly text: string
}

const weight = { invalid: 3, failed: 2, inconclusive: 1 } as const

export const weightiestFirst = (reasons: readonly Reason[]): readonly Reason[] =>
  reasons.toSorted((a, b) => weight[b.kind] - weight[a.kind])
