/** The plan of a test of a few attempts: an earlier one's, limited to them, with the very program that was tested. */
import { assemblePlan } from './assemble-plan.ts'
import type { KnownFailure } from './known-failures.ts'
import type { BinarySource, Plan } from './plan.ts'
import type { Selection } from './suites/selection.ts'

/**
 * Each attempt has to come through but those that `knownFailures` leaves out; nothing is compared, and nothing is soaked.
 */
export const repeatPlan = (
  plan: Plan,
  only: Selection,
  source: BinarySource,
  knownFailures: readonly KnownFailure[],
): Plan =>
  assemblePlan({
    answers: { ...plan.answers, criteria: { value: 'all-pass', from: 'the repetition of single attempts' } },
    config: { ...plan.config, knownFailures, soak: { ...plan.config.soak, checkpoints: [] } },
    profile: plan.profile,
    fleet: plan.fleet,
    source,
    binaryBytes: null,
    only,
  })
