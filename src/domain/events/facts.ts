/** Parts that facts of entries are made of, as schemas. */
import { z } from 'zod'
import { buildFaultKinds } from '../cargo-failure.ts'
import type { BuildMethod, BuildRecord } from '../build.ts'
import { baselineSchema } from '../baseline.ts'
import { countsSchema } from '../counts.ts'
import { outcomesSchema } from '../outcomes.ts'
import { logCountsSchema, natNamesSchema, passedBefore } from './passed-before.ts'
import { regressedSchema } from '../regressed-schema.ts'
import { proofKinds, type Plan } from '../plan.ts'
import { fields, kinds, list, name, number, oneOf, orNull, text, type Check } from '../shape.ts'
import { checkpointStates, isCheckpoint, type Checkpoint } from '../states.ts'
import type { Origin, Writer } from '../writer.ts'

/** Of the ledger: grows when facts change. Entries of another format are refused. */
export const ledgerFormat = 5

/** A value that is checked without being copied. */
const checked = <T>(check: Check) =>
  z.custom<T>(
    (value) => check(value) === null,
    // The words of the check, without the value.
    { error: (issue) => `is not as agreed: ${check(issue.input)?.trim() ?? ''}` },
  )

/** Beyond it a date does not exist. */
const lastTime = 8.64e15
/** Unix milliseconds. */
export const time = z.number().min(-lastTime).max(lastTime)
export const digest = z.string().regex(/^[0-9a-f]{64}$/)
const whole = z.int().nonnegative()

export const writer = z.discriminatedUnion('kind', [
  z
    .object({ kind: z.literal('run'), repository: z.string(), run: z.string(), attempt: z.int(), url: z.string() })
    .readonly(),
  z.object({ kind: z.literal('process'), host: z.string(), pid: z.int() }).readonly(),
]) satisfies z.ZodType<Writer>

export const origin = z
  .object({
    repository: z.string().nullable(),
    branch: z.string().nullable(),
    commit: z.string().nullable(),
    event: z.string(),
    actor: z.string().nullable(),
  })
  .readonly() satisfies z.ZodType<Origin>

const answer = fields({ value: text, from: text })
/** As far as readers of entries go; a stage that works by the plan is the writer's own version. */
export const plan = checked<Plan>(
  fields({
    answers: fields({ project: answer, focus: answer, criteria: answer, proof: answer }),
    config: fields({ project: text }),
    profile: fields({ name: text }),
    fleet: fields({ name, nodes: list(fields({ name, host: name, ip: name }), 1000) }),
    nodes: list(name, 1000),
    source: kinds({
      build: fields({ workspace: text }),
      file: fields({ path: text }),
      release: fields({ tag: text }),
      session: fields({ session: text }),
    }),
  }),
)

const methods: readonly BuildMethod[] = ['zigbuild', 'native', 'file', 'release']
const before = list(fields({ source: oneOf(...methods), reason: oneOf(...buildFaultKinds), message: text }), 20)
export const buildsBefore = checked<BuildRecord['before']>(before)
export const buildRecord = checked<BuildRecord>(
  fields({
    source: oneOf(...methods),
    sha256: text,
    bytes: number,
    before,
    from: kinds({
      none: fields({ why: text }),
      git: fields({ commit: text, subject: text }),
      file: fields({ path: text }),
      release: fields({ tag: text }),
    }),
    uncommitted: orNull(fields({ count: number, paths: list(text, 50) })),
    toolchain: orNull(fields({ rustc: text, cargo: text, zigbuild: orNull(text), zig: orNull(text) })),
    sandbox: orNull(kinds({ 'another user': fields({}), 'user namespace': fields({}), none: fields({ why: text }) })),
  }),
)
export const buildFaults = z
  .array(z.object({ file: z.string(), line: whole, message: z.string() }).readonly())
  .max(20)
  .readonly()

/** What an earlier job stored. */
export const artifact = z.object({ name: z.string(), id: z.int(), url: z.string() }).readonly()
export type StoredArtifact = z.infer<typeof artifact>

export const exclusions = z
  .array(
    z
      .object({
        node: z.string(),
        stage: z.string(),
        code: z.string(),
        remedy: z.string().optional(),
        message: z.string(),
      })
      .readonly(),
  )
  .readonly()
export type Exclusion = z.infer<typeof exclusions>[number]

export const warnings = z
  .array(
    z
      .object({
        kind: z.enum(['low-disk', 'missing-tools', 'skewed-clock']),
        node: z.string(),
        message: z.string(),
      })
      .readonly(),
  )
  .readonly()
export type SetupWarning = z.infer<typeof warnings>[number]

const byNode = <T extends z.ZodType>(of: T) => z.record(z.string(), of).readonly()
export const nodes = byNode(
  z
    .object({
      freeBytes: z.number(),
      bootId: z.string(),
      /** Node's clock minus ours. */
      clockSkewMs: z.number(),
      missingTools: z.array(z.string()).readonly(),
      machine: z.string(),
      glibc: z.string().nullable(),
      uptimeSeconds: z.number(),
    })
    .readonly(),
)
export const fences = byNode(z.number())
export const peerIds = byNode(z.string())
export const deployed = byNode(
  z
    .object({
      sha256: z.string(),
      skipped: z.boolean(),
      sentBytes: z.number(),
      foreignUnit: z.boolean(),
      pid: z.number(),
    })
    .readonly(),
)
export const names = z.array(z.string()).readonly()

export const checkpointName = z.custom<Checkpoint>(isCheckpoint, { error: `is none of ${checkpointStates.join(', ')}` })
/** A checkpoint that is being taken. Times are Unix milliseconds of the orchestrator. */
export const taking = z.object({ name: checkpointName, dueAt: time, takenAt: time, latenessMs: z.number() }).readonly()
export type Taking = z.infer<typeof taking>
/** A checkpoint that nobody took. */
export const notTaken = z
  .object({ name: checkpointName, dueAt: time, takenAt: z.null(), latenessMs: z.null() })
  .readonly()
export type NotTaken = z.infer<typeof notTaken>

export const soak = z.array(checkpointName).readonly()
export const proofKind = z.enum(proofKinds)

/** The fact `running` of a recorded test. */
export const runningMarks = z
  .array(
    z
      .object({
        node: z.string(),
        bootId: z.string(),
        startedAt: z.number(),
        restarts: z.number(),
        exeSha256: z.string(),
        pid: z.number(),
        clock: z.object({ wallMs: z.number(), uptimeMs: z.number() }).readonly().nullable(),
      })
      .readonly(),
  )
  .readonly()

/** One test of the same program, as the ledger knew it; `end`: its verdict, null where none was written. */
export const earlierTest = z
  .object({
    session: z.string(),
    test: whole,
    at: time,
    binarySha256: digest,
    /** That it was built from, nothing changed; null: of no commit alone. */
    commit: z.string().nullable(),
    end: z.enum(['passed', 'failed', 'inconclusive']).nullable(),
    /** It repeated a few attempts of another. */
    part: z.literal(true).optional(),
  })
  .readonly()
export type EarlierTest = z.infer<typeof earlierTest>

/** A test that begins, before a packet of it is sent. */
export const begun = {
  /** Which of the session, from 1; one that did not end keeps its number. */
  test: whole,
  planDigest: digest,
  binarySha256: digest,
  commit: z.string().nullable(),
  /** To the seed that all of it is drawn from; the sealed evidence reveals that. */
  seedCommitment: digest,
  /** Tests of the same program in other sessions of this ledger. */
  earlier: z.array(earlierTest).max(500).readonly(),
  /** Tests of this session that did not end, as their evidence was found and sealed; null: it was not found. */
  interrupted: z.array(z.object({ test: whole, evidenceRoot: digest.nullable() }).readonly()).readonly(),
  /** What criteria `improvement` will compare with; null: another criterion. */
  baseline: baselineSchema,
  /** Of the last test that passed, by session: what a failure of this one is compared with. */
  passedBefore,
}

/** What a recorded test came to; the event is its verdict. */
export const tested = {
  reasons: names,
  /** Clauses that follow the verdict wherever it is told in one line. */
  remarks: names,
  counts: countsSchema,
  /** Our own instruments could not be trusted: its counts say nothing. */
  invalid: z.boolean(),
  /** What later sessions may be compared with; null: not with this test. */
  outcomes: outcomesSchema.nullable(),
  /** How often each template came in the journals, by its digest; null: it did not pass. */
  logs: logCountsSchema.nullable(),
  /** Of each node as it was measured; null: it did not pass. */
  nats: natNamesSchema.nullable(),
  /** Of the evidence, within the session's folder; and the proof page, within the same. */
  folder: z.string().regex(/^test-\d+$/),
  evidenceRoot: digest,
  proofPage: z.string(),
  proofSha256: digest,
  /** What ran at its end. */
  running: runningMarks,
  checkpoint: taking.nullable(),
  artifact: artifact.nullable(),
  /** Of the fix that it was passed with. */
  pullRequest: z.string().max(500).optional(),
  /** What a checkpoint that failed lost. */
  regressed: regressedSchema.optional(),
}
