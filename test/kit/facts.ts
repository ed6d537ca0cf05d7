/** Facts of every event as its stage would write them; tests name only what differs. */
import type { BuildRecord } from '../../src/domain/build.ts'
import type { Counts } from '../../src/domain/counts.ts'
import type { FixFacts } from '../../src/domain/fix/end.ts'
import type { EventOf, FactsOf } from '../../src/domain/events/entry.ts'
import { ledgerFormat } from '../../src/domain/events/facts.ts'
import { sha256 } from '../../src/domain/ledger.ts'
import { planDigest, type Plan } from '../../src/domain/plan.ts'
import { taking, type Session } from '../../src/domain/session.ts'
import { isCheckpoint, perCheckpoint, type State } from '../../src/domain/states.ts'
import { seedCommitment } from '../../src/domain/test-seed.ts'
import type { Origin } from '../../src/domain/writer.ts'

export const commit = 'c0ffee'.repeat(6) + 'beef'
export const origin: Origin = {
  repository: 'saorsa-labs/saorsa-testnet',
  branch: 'main',
  commit,
  event: 'push',
  actor: 'alice',
}

export const buildRecord: BuildRecord = {
  source: 'zigbuild',
  name: 'testnet-peer',
  sha256: sha256('binary'),
  bytes: 400_000,
  elf: {
    bits: 64,
    endian: 'little',
    machine: 'x86_64',
    type: 'shared',
    isProgram: true,
    interpreter: '/lib64/ld-linux-x86-64.so.2',
    isStatic: false,
    needed: ['libc.so.6'],
    glibc: '2.31',
  },
  from: {
    kind: 'git',
    root: '/w',
    subdir: '',
    commit,
    tree: null,
    subject: 'mend it',
    time: 1_769_000_000,
    branch: 'main',
    dirty: null,
  },
  toolchain: { rustc: 'rustc 1.95.0', cargo: 'cargo 1.95.0', zigbuild: null, zig: null },
  glibc: '2.31',
  argv: ['cargo', 'build'],
  seconds: 12,
  uncommitted: null,
  sandbox: { kind: 'another user' },
  before: [],
}

export const counts: Counts = {
  connectivity: {
    direct: { attempts: 40, successes: 40, planned: 40, tried: 40, recovered: 0 },
    relay: { attempts: 10, successes: 9, planned: 2, tried: 2, recovered: 0 },
  },
}

export const tested = (
  reasons: readonly string[] = [],
  session: Pick<Session, 'testsBegun'> = { testsBegun: 1 },
): FactsOf<'TEST', 'passed'> => ({
  reasons,
  remarks: [],
  counts,
  invalid: false,
  outcomes: null,
  logs: null,
  nats: null,
  folder: `test-${Math.max(1, session.testsBegun)}`,
  evidenceRoot: sha256('root'),
  proofPage: 'test-1/proof.md',
  proofSha256: sha256('proof'),
  running: [],
  checkpoint: null,
  artifact: null,
})

/** The seed of every test in the kit. */
export const seed = '5'.repeat(64)
const begun = (session: Session, plan: Plan): FactsOf<'TEST', 'begun'> => ({
  test: session.testsBegun + 1,
  planDigest: digestOf(plan),
  binarySha256: sha256('binary'),
  commit,
  seedCommitment: seedCommitment(seed),
  earlier: [],
  interrupted: [],
  baseline: null,
  passedBefore: null,
})

type AllFacts = { readonly [S in State]: { readonly [E in EventOf<S>]: FactsOf<S, E> } }

const anywhere = { stop: {}, superseded: {}, unrecoverable: {} }
const shipped = { excluded: [], binarySha256: sha256('binary'), deployed: {} }
const queued = { holder: 'other-1', who: 'bob run 9', until: 0 }

const digests = new WeakMap<Plan, string>()
function digestOf(plan: Plan): string {
  const digest = digests.get(plan) ?? planDigest(plan)
  digests.set(plan, digest)
  return digest
}

export const fixFacts = ({ counters }: Pick<Session, 'counters'>): FixFacts => ({
  number: counters.fixes + 1,
  commit,
  parent: 'a'.repeat(40),
  tree: 'b'.repeat(40),
  parentTree: 'd'.repeat(40),
  branch: `vps-test/fix/s/${counters.fixes + 1}`,
  subject: 'Fix after TEST: one node has what the others do not',
  files: ['src/main.rs'],
  diff: sha256('diff'),
  tests: [{ command: 'cargo test', before: 3, after: 3 }],
  red: [{ suite: 'connectivity', group: 'direct', subject: 'a → b', pair: { from: 'a', to: 'b' } }],
  first: false,
  seconds: 2,
  pushed: null,
})

/** `at`: when the entry is written, for the times of checkpoints. */
export function factsFor(session: Session, plan: Plan, at: number): AllFacts {
  const asked = { plan, planDigest: digestOf(plan), origin }
  const now = isCheckpoint(session.state)
    ? taking(session, session.state, at)
    : (session.checkpoint ?? { name: 'WAIT_1HR' as const, dueAt: at, takenAt: at, latenessMs: 0 })
  const missed = { checkpoint: { name: now.name, dueAt: now.dueAt, takenAt: null, latenessMs: null } }
  const checkpoint = session.state === 'TEST' ? session.checkpoint : null
  return {
    IDLE: { ...anywhere, begin: { format: ledgerFormat, ...asked } },
    INTERVIEW: {
      ...anywhere,
      confirmed: {
        planDigest: asked.planDigest,
        soak: [],
        proof: 'logs',
        confirmedBy: 'alice',
        onBusy: 'queue',
        restarts: 3,
        preemptible: false,
      },
    },
    SETUP: {
      ...anywhere,
      claimed: {},
      recovered: {},
      queued,
      ready: { excluded: [], answered: plan.nodes, warnings: [], nodes: {}, fences: {} },
    },
    BUILD: {
      ...anywhere,
      claimed: {},
      recovered: {},
      built: { build: buildRecord, artifact: null },
      toolchain: { before: [{ source: 'zigbuild', reason: 'toolchain', message: 'no linker' }] },
      failed: { code: 'P201', faults: [] },
    },
    DEPLOY: { ...anywhere, claimed: {}, recovered: {}, queued, deployed: { ...shipped, peerIds: {} }, failed: shipped },
    TEST: {
      ...anywhere,
      claimed: {},
      recovered: {},
      begun: begun(session, plan),
      missed,
      passed: { ...tested([], session), checkpoint },
      failed: { ...tested(['relay: 9/10 = 90 %, target 100 %'], session), checkpoint },
      inconclusive: { ...tested(['relay: 9/10 = 90 %, target 100 %'], session), checkpoint },
      green: { ...tested(['only 1 pair'], session), red: { green: ['a → b'], red: [], unknown: [] } },
      'still-red': { ...tested(['direct: 0/1'], session), red: { green: [], red: ['a → b'], unknown: [] } },
      unclear: { ...tested(['only 1 pair'], session), red: { green: [], red: [], unknown: ['a → b'] } },
    },
    FIX: {
      ...anywhere,
      claimed: {},
      recovered: {},
      fixed: { ...asked, fix: fixFacts(session) },
      'gave-up': { reason: 'no change', cause: 'one-node' },
      'no-fix-command': {},
    },
    ...perCheckpoint(() => ({ ...anywhere, missed, due: { checkpoint: now } })),
    RESTART: { ...anywhere, claimed: {}, recovered: {}, restart: { loop: session.counters.restarts + 2, budget: 3 } },
    AWAIT_PUSH: { ...anywhere, pushed: asked },
    AWAIT_APPROVAL: {
      ...anywhere,
      approved: { approvedBy: 'ann', how: 'cli' },
      rejected: { approvedBy: 'ann', how: 'cli' },
      expired: {},
    },
    COMPLETE: {},
    STOPPED: {},
  }
}
