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
  'build-fetch': {
    situation: 'a dependency cannot be fetched',
    recognition: 'cargo’s own words; a dependency that asks for credentials is none (U307)',
    action: 'built again after 2 s, and after 10 s',
    budget: { times: 2, per: 'build' },
    usedUp: 'as for a toolchain that cannot do it here',
    proof: 'lists each further try',
  },
  'build-out-of-memory': {
    situation: 'the compiler is killed for want of memory',
    recognition: 'cargo’s word that a compiler ended by SIGKILL',
    action: 'built again with one compiler at a time',
    budget: { times: 1, per: 'build' },
    usedUp: 'as for a toolchain that cannot do it here',
    proof: 'lists the further try',
  },
  'build-disk-full': {
    situation: 'this machine’s disk is full',
    recognition:
      'the compiler’s word and less than 256 MiB free where the build writes, or less than 4 MiB: its word alone is none',
    action: 'old target directories of ours, and what this build had written, are removed; built again',
    budget: { times: 1, per: 'build' },
    usedUp: 'as for a toolchain that cannot do it here',
    proof: 'lists the further try, with what was free before and after',
  },
  'build-locked': {
    situation: 'another build of the same checkout is at work',
    recognition: 'our lock on its target directory is taken, or cargo’s word that it waits for a lock on files',
    action: 'it is waited for, within the time of the build',
    budget: { times: 1, per: 'build' },
    usedUp: 'B305: the other did not end within the time of a build; I302: this one did not',
    proof: 'lists the wait',
  },
} as const satisfies Readonly<Record<string, RecoveryRule>>
