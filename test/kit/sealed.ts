/** A whole sealed test in a folder, with the ledger that holds it: what a lab would leave, without one. */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { folder as filesIn } from '../../src/adapters/system.ts'
import { evidenceFormat, verdictInputOf, type Bundle } from '../../src/domain/bundle.ts'
import { markOf } from '../../src/domain/continuity.ts'
import type { redOutcome } from '../../src/domain/fix/red-first.ts'
import type { Entry } from '../../src/domain/ledger.ts'
import { logCounts, noLogs } from '../../src/domain/log-templates.ts'
import { outcomesOf } from '../../src/domain/outcomes.ts'
import type { Plan } from '../../src/domain/plan.ts'
import { regressedOf } from '../../src/domain/regressed.ts'
import { fold } from '../../src/domain/session.ts'
import { suiteCounts } from '../../src/domain/suites/suite.ts'
import { verdict, type Verdict } from '../../src/domain/verdict.ts'
import { seal, type Sealed } from '../../src/stages/parts/seal.ts'
import { binary, nineNodes, run, type Changes } from '../domain/fixtures.ts'
import { consistentControls, consistentNat, consistentRounds } from './consistent.ts'
import { buildRecord, seed } from './facts.ts'
import { planOf } from './plan.ts'
import { story, type Step } from './session.ts'

export const sealedVersion = '1.2.3'
const moment = { wallMs: 0, monotonicMs: 0 }
const still = { began: moment, looked: moment, looking: moment, ended: moment }
const started = Date.UTC(2026, 0, 31, 8, 0, 0)
const minute = 60_000

export interface SealedTest {
  /** Its evidence folder. */
  readonly folder: string
  readonly bundle: Bundle
  readonly verdict: Verdict
  readonly sealed: Sealed
  /** The session's entries, that of this test included. */
  readonly ledger: readonly Entry[]
  remove(): Promise<void>
}

/** What a run with these changes would have sealed, not yet written. */
export function bundleOf(changes: Changes = {}, version = sealedVersion): Bundle {
  const input = run(changes)
  const base = planOf({ project: 'ant-quic', fleet: nineNodes })
  const { tests } = base.config
  const work = input.suites.find((s) => s.suite === 'connectivity')?.work
  if (work === undefined) throw new Error('the fixtures have a part for connectivity')
  const plan: Plan = {
    ...base,
    config: {
      ...base.config,
      tests: { ...tests, connectivity: { ...tests.connectivity, ...work, criteria: work.targets } },
    },
    profile: { ...base.profile, payload: { kind: 'given', kept: null, minBytes: 60_000, maxBytes: 61_000 } },
    suites: input.suites,
    unsupported: [],
  }
  const out = new Set(input.excluded.map((e) => e.node))
  const there = plan.nodes.filter((n) => !out.has(n))
  const build = { ...buildRecord, sha256: binary }
  const steps: readonly Step[] = [
    'begin',
    'confirmed',
    ['ready', { answered: plan.nodes }],
    ['built', { build }],
    [
      'deployed',
      {
        binarySha256: binary,
        deployed: Object.fromEntries(
          there.map((node) => [node, { sha256: binary, skipped: false, sentBytes: 9, foreignUnit: false, pid: 400 }]),
        ),
      },
    ],
    ['begun', { binarySha256: binary }],
  ]
  const entries = story(steps, { session: 's1', plan, at: (seq) => started + seq * minute })
  return {
    plan,
    entries,
    measurements: {
      before: input.measurements.before.map(consistentNat),
      after: input.measurements.after.map(consistentNat),
    },
    preflight: { nodes: [], paths: [] },
    controls: consistentControls(input.evidence.controls),
    captures: [],
    postMortems: [],
    logs: noLogs,
    metrics: null,
    soak: null,
    running: { before: input.evidence.runningBefore, after: input.evidence.runningAfter },
    items: { connectivity: consistentRounds(input.items.connectivity ?? [], plan.profile, ['saorsa-2', 'saorsa-3']) },
    facts: {
      format: evidenceFormat,
      version,
      session: 's1',
      test: 1,
      seed,
      sessionStartedAt: started,
      testStartedAt: started + 5 * minute,
      testEndedAt: started + 8 * minute,
      clock: still,
      excluded: input.excluded,
      deployed: Object.fromEntries(there.map((node) => [node, binary])),
      notes: input.missing ?? [],
      findings: input.findings ?? [],
      build,
      checkpoint: null,
    },
  }
}

/** The entry that a run would have written of this folder. */
export const recorded = (
  bundle: Bundle,
  judged: Verdict,
  sealed: Sealed,
  /** Of what had failed before a fix. */
  tried?: ReturnType<typeof redOutcome>,
): readonly Entry[] => {
  const regressed = judged.result === 'failed' ? regressedOf(judged, bundle.entries) : null
  return story(
    [
      [
        tried?.event ?? judged.result,
        {
          reasons: judged.reasons.map((r) => r.text),
          remarks: judged.remarks,
          counts: suiteCounts(judged.suites),
          logs: judged.result === 'passed' ? logCounts(bundle.logs) : null,
          outcomes: judged.comparable ? outcomesOf(judged.suites) : null,
          folder: `test-${bundle.facts.test}`,
          evidenceRoot: sealed.root,
          proofPage: sealed.proofPath,
          proofSha256: sealed.proofSha256,
          running: bundle.running.after.map(markOf),
          ...(regressed === null ? {} : { regressed }),
          ...(tried === undefined ? {} : { red: tried.red }),
          checkpoint: fold(bundle.facts.session, bundle.entries).checkpoint,
        },
        { at: bundle.facts.testEndedAt + 1000 },
      ],
    ],
    { session: bundle.facts.session, plan: bundle.plan },
    bundle.entries,
  )
}

/** Sealed by the same function as a run's. */
export async function sealedTest(bundle: Bundle = bundleOf()): Promise<SealedTest> {
  const place = await mkdtemp(join(tmpdir(), 'vps-test-sealed-'))
  const judged = verdict(verdictInputOf(bundle))
  const sealed = await seal(filesIn(place), `test-${bundle.facts.test}`, bundle, judged)
  return {
    folder: join(place, `test-${bundle.facts.test}`),
    bundle,
    verdict: judged,
    sealed,
    ledger: recorded(bundle, judged, sealed),
    remove: () => rm(place, { recursive: true, force: true }),
  }
}
