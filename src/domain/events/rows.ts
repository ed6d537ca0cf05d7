/**
 * Every event of every state: its facts and what it means. Table, fold, checks, titles, exit codes and pages read these
 * rows.
 */
import { z } from 'zod'
import { busyPolicies } from '../answers.ts'
import { fixFacts, gaveUpReason, redNowFacts } from '../fix/end.ts'
import { firingsSchema } from '../recovery/firing.ts'
import { perCheckpoint } from '../states.ts'
import * as facts from './facts.ts'
import { row } from './row.ts'

const setUp = {
  excluded: facts.exclusions,
  answered: facts.names,
  warnings: facts.warnings,
  nodes: facts.nodes,
  fences: facts.fences,
}
const shipped = { excluded: facts.exclusions, binarySha256: facts.digest, deployed: facts.deployed }
const confirmable = { plan: facts.plan, planDigest: facts.digest, origin: facts.origin }

const stopped = {
  /** Who said so, and why, in their own words. */
  who: z.string().max(300).optional(),
  reason: z.string().max(500).optional(),
  /** What was to become of the services that the session had started. */
  services: z.enum(['stop', 'keep', 'rollback', 'remove']).optional(),
}

/** They end a session in any state that is none of the last. */
const anywhere = {
  stop: row(stopped, { exit: 'inconclusive', ends: true, by: 'person' }),
  superseded: row({}, { exit: 'inconclusive', ends: true, by: 'person' }),
  unrecoverable: row(
    {
      /** Of the failure; without one, too few nodes are left. */
      code: z.string().optional(),
      remedy: z.string().optional(),
      faults: facts.buildFaults.optional(),
      lost: facts.names.optional(),
      ...z.object({ ...setUp, ...shipped, peerIds: facts.peerIds }).partial().shape,
    },
    { exit: 'fault', ends: true, trouble: true },
  ),
}
const claimed = row({}, { exit: 'inconclusive', note: true })
/** Recovery rules fired; which, stands in what every event may have. */
const recovered = row({}, { exit: 'inconclusive', note: true })
const atWork = { ...anywhere, claimed, recovered }
const queued = row(
  { holder: z.string(), who: z.string(), until: facts.time, excluded: facts.exclusions.optional() },
  { exit: 'inconclusive', note: true },
)
const missed = row({ checkpoint: facts.notTaken }, { exit: 'inconclusive', ends: true, trouble: true })
const triedFirst = { ...facts.tested, red: redNowFacts }

export const rows = {
  IDLE: { ...anywhere, begin: row({ format: z.literal(facts.ledgerFormat), ...confirmable }) },
  INTERVIEW: {
    ...anywhere,
    confirmed: row({
      planDigest: facts.digest,
      soak: facts.soak,
      proof: facts.proofKind,
      confirmedBy: z.string(),
      onBusy: z.enum(busyPolicies),
      /** Full loops after a regression. */
      restarts: z.int().nonnegative(),
      /** Its waits may be ended by a later session of its branch, of another commit. */
      preemptible: z.boolean(),
    }),
  },
  SETUP: { ...atWork, queued, ready: row(setUp, { exit: 'failed', outcome: 'progress' }) },
  BUILD: {
    ...atWork,
    built: row(
      { build: facts.buildRecord, artifact: facts.artifact.nullable() },
      { exit: 'failed', counts: 'builds', outcome: 'progress' },
    ),
    toolchain: row({ before: facts.buildsBefore }),
    failed: row(
      { code: z.string(), remedy: z.string().optional(), faults: facts.buildFaults },
      { exit: 'failed', counts: 'builds', outcome: 'failed', trouble: true },
    ),
  },
  DEPLOY: {
    ...atWork,
    queued,
    deployed: row({ ...shipped, peerIds: facts.peerIds }, { exit: 'failed', counts: 'deploys', outcome: 'progress' }),
    failed: row(shipped, { exit: 'failed', counts: 'deploys', outcome: 'failed', trouble: true }),
  },
  TEST: {
    ...atWork,
    begun: row(facts.begun, { exit: 'inconclusive', note: true }),
    missed,
    passed: row(facts.tested, { exit: 'failed', counts: 'tests', outcome: 'passed' }),
    failed: row(facts.tested, { exit: 'failed', counts: 'tests', outcome: 'failed', trouble: true }),
    inconclusive: row(facts.tested, { exit: 'inconclusive', counts: 'tests', outcome: 'inconclusive', trouble: true }),
    // What had failed before a fix, tried alone.
    green: row(triedFirst, { exit: 'failed', part: true, outcome: 'progress' }),
    'still-red': row(triedFirst, { exit: 'failed', part: true, outcome: 'failed', trouble: true }),
    unclear: row(triedFirst, { exit: 'inconclusive', part: true, outcome: 'progress', trouble: true }),
  },
  FIX: {
    ...atWork,
    fixed: row({ ...confirmable, fix: fixFacts }, { exit: 'failed', counts: 'fixes', outcome: 'progress' }),
    'gave-up': row({ reason: gaveUpReason, cause: z.string().nullable() }, { exit: 'failed', trouble: true }),
    'no-fix-command': row({}, { exit: 'failed', counts: 'fixes' }),
  },
  ...perCheckpoint(() => ({
    ...anywhere,
    missed,
    due: row({ checkpoint: facts.taking }),
  })),
  RESTART: {
    ...atWork,
    restart: row({ loop: z.int(), budget: z.int() }, { exit: 'failed', counts: 'restarts', outcome: 'progress' }),
  },
  AWAIT_PUSH: { ...anywhere, pushed: row(confirmable, { exit: 'failed', outcome: 'progress' }) },
  AWAIT_APPROVAL: {
    ...anywhere,
    approved: row({ approvedBy: z.string(), how: z.string() }),
    rejected: row({ approvedBy: z.string(), how: z.string() }, { exit: 'failed', ends: true, by: 'person' }),
    expired: row({}, { exit: 'inconclusive', ends: true }),
  },
  COMPLETE: {},
  STOPPED: {},
}

/** Of every event. */
export const common = {
  by: facts.writer.optional(),
  /** Seconds by which a test had moved the writer's clock. */
  clockShift: z.number().optional(),
  /** When a checkpoint is due, and until when a person may decide. */
  dueAt: facts.time.optional(),
  deadline: facts.time.optional(),
  /** What fired since the entry before: at an event of its own, or taken along by another. */
  recoveries: firingsSchema.optional(),
}
