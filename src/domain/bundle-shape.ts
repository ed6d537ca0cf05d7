/**
 * The shape of an evidence folder's files, so far as anything reads them: a folder may come from a stranger, and behind
 * this check a number is a number.
 */
import { controlNames } from './control-names.ts'
import type { Control } from './evidence.ts'
import { evidenceFormat, type BundleFacts } from './bundle.ts'
import type { Finding } from './findings.ts'
import { natKinds, roles, shapings, type NatMeasurement } from './fleet.ts'
import type { Entry } from './ledger.ts'
import { logsShape, metricsShape } from './collected-shape.ts'
import { preflightShape } from './preflight-shape.ts'
import type { FileDigest, Manifest } from './manifest.ts'
import { criteriaKinds } from './plan.ts'
import {
  anything,
  every,
  fields,
  flag,
  kinds,
  list,
  name,
  number,
  oneOf,
  optional,
  orNull,
  record,
  text,
  time,
  whole,
  type Check,
  type Size,
} from './shape.ts'
import { runningShape } from './suites/connectivity/evidence-shape.ts'
import { suiteIds, suites } from './suites/registry.ts'
import type { SuiteId } from './suites/suite.ts'

/** How much of what there may be, in all files together. */
export interface Limits extends Size {
  readonly nodes: number
  readonly entries: number
  /** Lines of evidence, in each suite. */
  readonly items: number
  readonly files: number
  /** Of one file that is judged. */
  readonly bytes: number
}

/** What no run of ours comes near. */
export const trustedEvidence: Limits = {
  nodes: 200,
  entries: 100_000,
  items: 200_000,
  files: 20_000,
  bytes: 256 << 20,
  values: 100_000_000,
  longest: Infinity,
}

/**
 * What a run without secrets may have left: a test of ten nodes, 500 attempts and ten checkpoints is a tenth of it, and
 * to judge all of it takes seconds.
 */
export const untrustedEvidence: Limits = {
  nodes: 100,
  entries: 1000,
  items: 3000,
  files: 5000,
  bytes: 16 << 20,
  values: 1_000_000,
  longest: 8000,
}

const pair = fields({ from: name, to: name })
export const sealedEntryShape = every<Entry>({
  session: text,
  seq: whole,
  prev: text,
  at: whole,
  from: text,
  event: text,
  to: text,
  why: text,
  facts: record(anything),
  hash: text,
})

const control = every<Control>({
  name: oneOf(...controlNames),
  from: name,
  to: name,
  expected: oneOf('through', 'blocked', 'no-claim'),
  seen: oneOf('through', 'blocked', 'claimed', 'no-claim', 'error'),
  witnessed: flag,
  detail: text,
  raw: list(anything),
})
const moment = fields({ wallMs: number, monotonicMs: number })
const measurement = every<NatMeasurement>({
  node: name,
  mapping: oneOf('none', 'EIM', 'ADM', 'APDM'),
  filtering: oneOf('EIF', 'ADF', 'APDF'),
  stable: orNull(flag),
  portPreserving: flag,
  externalAddresses: list(name),
  hairpin: oneOf('none', 'external-source', 'internal-source'),
  raw: list(anything),
})
const finding = every<Finding>({
  kind: text,
  message: text,
  node: optional(name),
  pair: optional(pair),
  attempts: list(text, 10_000),
})
const build = fields({
  source: oneOf('zigbuild', 'native', 'file', 'release'),
  sha256: text,
  bytes: number,
  before: list(fields({ source: text, reason: text })),
  from: kinds({ none: anything, git: fields({ commit: text }), file: anything, release: anything }),
  toolchain: orNull(fields({ rustc: text, cargo: text, zigbuild: orNull(text), zig: orNull(text) })),
  sandbox: orNull(kinds({ 'another user': anything, 'user namespace': anything, none: fields({ why: text }) })),
})
const facts = (most: Limits): Check =>
  every<BundleFacts>({
    format: oneOf(evidenceFormat),
    version: text,
    session: text,
    test: whole,
    seed: text,
    clock: fields({ began: moment, looked: moment, looking: moment, ended: moment }),
    sessionStartedAt: time,
    testStartedAt: time,
    testEndedAt: time,
    excluded: list(fields({ node: name, why: text }), most.nodes),
    deployed: record(text),
    notes: list(fields({ what: text, why: text }), 1000),
    findings: list(finding, 200),
    build: orNull(build),
    checkpoint: anything,
  })

const node = fields({
  name,
  host: name,
  ip: name,
  provider: text,
  region: text,
  role: oneOf(...roles),
  nat: oneOf(...natKinds),
  expectedRate: optional(number),
  hostKeys: list(text),
})
const answer = fields({ value: text, from: text })
/** A part of a plan: of a suite that is known here, with the work that this suite checks itself. */
const part: Check = (v) =>
  fields({ suite: oneOf(...suiteIds) })(v) ?? fields(partFields(v as { readonly suite: SuiteId }))(v)
const partFields = ({ suite }: { readonly suite: SuiteId }) => ({
  work: suites[suite].work,
  attempts: number,
  seconds: number,
  detail: text,
  thresholds: text,
})
const plan = (most: Limits): Check =>
  fields({
    answers: fields({
      project: answer,
      focus: answer,
      criteria: fields({ value: oneOf(...criteriaKinds), from: text }),
      proof: answer,
    }),
    expression: orNull(text),
    config: fields({
      soak: fields({ regressionTolerance: number }),
    }),
    profile: fields({
      startsPrograms: optional(flag),
      needs: optional(fields({ datagramBytes: number, ipv6: flag })),
      record: kinds({ jsonl: anything, log: anything, http: anything, none: anything }),
      payload: kinds({ given: fields({ kept: orNull(text) }), 'sha256-counter': anything, opaque: anything }),
    }),
    suites: list(part, suiteIds.length),
    fleet: fields({
      name: text,
      nodes: list(node, most.nodes),
      lab: optional(fields({ natTimeoutFactor: number, shaping: oneOf(...shapings) })),
    }),
    nodes: list(name, most.nodes),
    unsupported: list(fields({ what: text, why: text, test: optional(flag) }), 1000),
    source: kinds({
      build: fields({ workspace: text }),
      file: fields({ path: text, sha256: text }),
      release: fields({ repository: text, tag: text, asset: text }),
    }),
  })

/** By the names that `layout` gives the files. */
export const shapes = (
  most: Limits,
): Readonly<
  Record<'plan' | 'facts' | 'nat' | 'preflight' | 'controls' | 'running' | 'logs' | 'metrics' | 'entries', Check>
> => ({
  plan: plan(most),
  facts: facts(most),
  nat: fields({ before: list(measurement, most.nodes), after: list(measurement, most.nodes) }),
  preflight: preflightShape(most.nodes),
  controls: list(control, 1000),
  logs: logsShape(most.nodes),
  metrics: orNull(metricsShape),
  running: fields({ before: list(runningShape, most.nodes), after: list(runningShape, most.nodes) }),
  entries: list(sealedEntryShape, most.entries),
})

/** Every line of one suite's file. */
export const itemsShape = (suite: SuiteId, most: Limits): Check => list(suites[suite].item, most.items)

export const manifestShape = (most: Limits): Check =>
  every<Manifest>({
    files: list(every<FileDigest>({ path: text, bytes: whole, sha256: text }), most.files),
    root: text,
  })
