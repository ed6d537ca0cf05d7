/** Recovery rules of tests and of the session itself. */
import type { RecoveryRule } from './rule.ts'

export const sessionRules = {
  'not-seen': {
    situation: 'an attempt cannot be counted for no fault of the program',
    recognition: 'a counter or record that was not read, or a fault of a machine, by the judge of its suite',
    action: 'it is repeated at the end, and each repetition says which attempt it is of',
    budget: { times: 2, per: 'attempt' },
    usedUp: 'it is not counted, and says why',
    proof: 'lists how many were repeated; the suites’ own tables say what became of each',
  },
  'failed-at-checkpoint': {
    situation: 'an attempt fails at a soak checkpoint',
    recognition: 'the judge of its suite',
    action: 'it is tried once more after everything else, so that it has cooled off',
    budget: { times: 1, per: 'attempt' },
    usedUp: 'it counts as failed',
    proof: 'says of each whether it recovered',
  },
  'test-inconclusive': {
    situation: 'a test comes out inconclusive',
    recognition: 'the verdict',
    action: 'the same test once more',
    budget: { times: 1, per: 'deploy and checkpoint' },
    usedUp: 'STOPPED: inconclusive twice in a row',
    proof: 'says that it was tested before, and with what verdict',
  },
  regression: {
    situation: 'a soak checkpoint regresses',
    recognition: 'the verdict of a test at a checkpoint',
    action: 'RESTART: the full loop from SETUP',
    budget: { times: 'decided', per: 'session: soak.max_restarts' },
    usedUp: 'STOPPED: a person is asked',
    proof: 'lists each full loop that followed a regression, and what had regressed',
  },
} as const satisfies Readonly<Record<string, RecoveryRule>>
