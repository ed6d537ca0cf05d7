/** Recovery rules of BUILD: one for each class of failure. */
import type { RecoveryRule } from './rule.ts'

export const buildRules = {
  'build-does-not-compile': {
    situation: 'the project’s own code does not compile',
    recognition: 'the compiler’s errors in files of the project (P301)',
    action: 'handed to FIX with the errors; what it commits, or a push, is built again',
    budget: { times: 3, per: 'person’s commit' },
    usedUp: 'STOPPED: a person is asked',
    proof: 'lists the failed builds',
  },
  'build-toolchain': {
    situation: 'the compiler, the linker or a C dependency cannot do it here',
    recognition: 'cargo’s and the linker’s own words (I317)',
    action: 'the same commit is built natively on the build host',
    budget: { times: 1, per: 'build' },
    usedUp: 'I317 of both machines',
    proof: 'names the build host as the place of the build',
  },
} as const satisfies Readonly<Record<string, RecoveryRule>>
