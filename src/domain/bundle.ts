/**
 * The evidence of one test as data, and the verdict's input made from it: the same function for the run and for
 * `verify`.
 */
import { checkpointInput } from './checkpoint.ts'
import type { Control, RunningProof } from './evidence.ts'
import type { Restart } from './restart.ts'
import type { PairCapture } from './captures/capture.ts'
import type { MeasuredNats, NodeName } from './fleet.ts'
import type { BuildRecord } from './build.ts'
import { historyOf } from './history.ts'
import type { Entry } from './ledger.ts'
import type { MetricsDigest } from './metrics.ts'
import type { LogDigest } from './log-templates.ts'
import type { TestClock } from './node-clock.ts'
import type { Plan } from './plan.ts'
import type { PostMortem } from './post-mortem/told.ts'
import type { Preflight } from './preflight.ts'
import { needsOf } from './profile.ts'
import { promisesOf } from './promises.ts'
import type { Finding } from './findings.ts'
import { fold, type Taking } from './session.ts'
import type { SoakNotes } from './soak/sample.ts'
import type { TestSeed } from './test-seed.ts'
import type { Unsupported } from './unsupported.ts'
import type { SuiteId, SuiteItems } from './suites/suite.ts'
import type { RunInput, VerdictInput } from './verdict-input.ts'

/** Everything the evidence folder holds, parsed; file names are in `layout`. */
export interface Bundle extends BundleHead {
  readonly items: SuiteItems
}

/** The same without the lines of the suites, which may be more than memory holds. */
export interface BundleHead {
  readonly plan: Plan
  readonly entries: readonly Entry[]
  readonly facts: BundleFacts
  readonly measurements: MeasuredNats
  readonly preflight: Preflight
  readonly controls: readonly Control[]
  /** Failing pairs that were tried once more, outside of all that is judged. */
  readonly captures: readonly PairCapture[]
  /** What nodes told of themselves after the last round; none where nothing had failed. */
  readonly postMortems: readonly PostMortem[]
  /** What the nodes' journals hold, grouped. */
  readonly logs: LogDigest
  /** What Prometheus and the registry answered; null: the proof method does not ask. */
  readonly metrics: MetricsDigest | null
  readonly running: {
    readonly before: readonly RunningProof[]
    readonly after: readonly RunningProof[]
    readonly restarted?: readonly Restart[]
  }
  /** Lines of the recorders of a soak, as they were read; null: this test is no checkpoint's. */
  readonly soak: readonly SoakNotes[] | null
}

/** Of an evidence folder; grows when a file or a field changes its meaning. Older folders are not read. */
export const evidenceFormat = 5

export interface BundleFacts {
  readonly format: typeof evidenceFormat
  /** Version of vps-test that judged and wrote the proof page. */
  readonly version: string
  readonly session: string
  /** Which test of the session, from 1. */
  readonly test: number
  /** What its nonces, lengths and payloads were drawn from: the ledger's entry of its beginning holds the commitment. */
  readonly seed: TestSeed
  /** Unix milliseconds. */
  readonly sessionStartedAt: number
  readonly testStartedAt: number
  readonly testEndedAt: number
  readonly clock: TestClock
  readonly excluded: readonly { readonly node: NodeName; readonly why: string }[]
  readonly deployed: Readonly<Record<NodeName, string>>
  /** What could not be had, and warnings of SETUP. */
  readonly notes: readonly Unsupported[]
  readonly findings: readonly Finding[]
  readonly build: BuildRecord | null
  /** Of a soak checkpoint's test; the ledger's entries decide whether it was one ({@link checkpointOf}). */
  readonly checkpoint?: Taking | null
}

export const layout = {
  plan: 'plan.json',
  entries: 'ledger.jsonl',
  facts: 'facts.json',
  nat: 'nat.json',
  preflight: 'preflight.json',
  controls: 'controls.json',
  captures: 'captures.jsonl',
  postMortems: 'post-mortem.json',
  running: 'running.json',
  logs: 'logs.json',
  metrics: 'metrics.json',
  soak: 'soak.json',
  verdict: 'verdict.json',
  diagnosis: 'diagnosis.json',
} as const

/** One file for each suite of the plan, one line for each measurement. */
export const itemsFile = (suite: SuiteId): string => `suites/${suite}.jsonl`

/**
 * The checkpoint that this test took, by the chain of entries: no fact beside it can make a test one, or keep it from
 * being one.
 */
export const checkpointOf = (b: Pick<Bundle, 'facts' | 'entries'>): Taking | null =>
  fold(b.facts.session, b.entries).checkpoint

export const verdictInputOf = (b: Bundle): VerdictInput => ({ ...runInputOf(b), items: b.items })

export const runInputOf = (b: BundleHead): RunInput => ({
  criteria: b.plan.answers.criteria.value,
  expression: b.plan.expression,
  suites: b.plan.suites,
  only: b.plan.only,
  known: { list: b.plan.config.knownFailures, at: b.facts.testStartedAt },
  promises: promisesOf(b.plan.profile),
  fleet: b.plan.fleet,
  planned: b.plan.nodes,
  excluded: b.facts.excluded,
  measurements: b.measurements,
  preflight: b.preflight,
  needs: needsOf(b.plan.profile),
  deployed: b.facts.deployed,
  evidence: {
    controls: b.controls,
    runningBefore: b.running.before,
    runningAfter: b.running.after,
    ...(b.running.restarted === undefined ? {} : { restarted: b.running.restarted }),
  },
  soak: b.soak,
  findings: b.facts.findings,
  clock: b.facts.clock,
  history: historyOf(b.entries, b.facts.test),
  missing: [...b.plan.unsupported, ...b.facts.notes],
  ...(checkpointOf(b) === null ? {} : { checkpoint: checkpointInput(b.entries, b.plan.config.soak) }),
})

/** A sealed file of one value; the same value has one spelling, which `verify` asks for. */
export const jsonText = (value: unknown): string => `${JSON.stringify(value, null, 1)}\n`
/** One JSON value per line, each ending in a newline. */
export const toLines = (values: readonly unknown[]): string => values.map((v) => `${JSON.stringify(v)}\n`).join('')
/** A last line without its newline is a torn write: refused, because evidence is whole or it is none. */
export function fromLines<T>(text: string): readonly T[] {
  if (text !== '' && !text.endsWith('\n')) throw new Error('the last line is torn')
  return text
    .split('\n')
    .filter((l) => l !== '')
    .map((l) => JSON.parse(l) as T)
}
