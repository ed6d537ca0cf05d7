/**
 * The shape of an evidence folder's files, so far as anything reads them: a folder may come from a stranger, and behind
 * this check a number is a number.
 */
import { controlNames } from './control-names.ts'
import { entryShape } from './events/check.ts'
import type { Control } from './evidence.ts'
import { buildShape } from './build-shape.ts'
import { planShape } from './plan-shape.ts'
import type { Taking } from './session.ts'
import { checkpointStates } from './states.ts'
import { evidenceFormat, type BundleFacts, type layout } from './bundle.ts'
import type { Finding } from './findings.ts'
import type { NatMeasurement } from './fleet.ts'
import type { Entry } from './ledger.ts'
import { logsShape, metricsShape } from './collected-shape.ts'
import { mostSoak, type SoakNotes } from './soak/sample.ts'
import { mostCaptures } from './captures/capture.ts'
import { pairCaptureShape } from './captures/shape.ts'
import { postMortemShape } from './post-mortem/told.ts'
import { preflightShape } from './preflight-shape.ts'
import { suiteIds } from './suites/registry.ts'
import type { FileDigest, Manifest } from './manifest.ts'
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

/** How much of what there may be, in all files together. */
export interface Limits extends Size {
  readonly nodes: number
  readonly entries: number
  /** Lines of evidence, in each suite. */
  readonly items: number
  readonly files: number
  /** Of one file that is read whole, or of one line. */
  readonly bytes: number
  /** Of a suite's file, which is read line by line. */
  readonly streamed: number
}

/** What no run of ours comes near; the lines of a suite are as many as they are. */
export const trustedEvidence: Limits = {
  nodes: 200,
  entries: 100_000,
  items: Infinity,
  files: 20_000,
  bytes: 256 << 20,
  streamed: Infinity,
  values: Infinity,
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
  streamed: 16 << 20,
  values: 1_000_000,
  longest: 8000,
}

const pair = fields({ from: name, to: name })
const sealedEntry = every<Entry>({
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

/** Of an entry of its own state and event, with the facts that go with it. */
const entry: Check = (v) => sealedEntry(v) ?? entryShape(v)

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
export const measurement = every<NatMeasurement>({
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
    build: orNull(buildShape),
    checkpoint: optional(
      orNull(every<Taking>({ name: oneOf(...checkpointStates), dueAt: number, takenAt: number, latenessMs: number })),
    ),
  })

const soakNotes = every<SoakNotes>({
  node: name,
  lines: kinds({
    there: fields({ value: list(text, mostSoak.lines) }),
    absent: fields({}),
    'not-read': fields({ why: text }),
  }),
})

/** By the names that `layout` gives the files. */
export const shapes = (most: Limits): Readonly<Record<keyof Omit<typeof layout, 'verdict' | 'diagnosis'>, Check>> => ({
  plan: planShape(most.nodes),
  facts: facts(most),
  nat: fields({ before: list(measurement, most.nodes), after: list(measurement, most.nodes) }),
  preflight: preflightShape(most.nodes),
  controls: list(control, 1000),
  captures: list(pairCaptureShape(most.nodes, suiteIds), mostCaptures),
  postMortems: postMortemShape(most.nodes),
  logs: logsShape(most.nodes),
  metrics: orNull(metricsShape),
  soak: orNull(list(soakNotes, most.nodes)),
  running: fields({
    before: list(runningShape, most.nodes),
    after: list(runningShape, most.nodes),
    restarted: optional(list(fields({ ended: runningShape, started: runningShape }), most.nodes)),
  }),
  entries: list(entry, most.entries),
})

export const manifestShape = (most: Limits): Check =>
  every<Manifest>({
    files: list(every<FileDigest>({ path: text, bytes: whole, sha256: text }), most.files),
    root: text,
  })
