/** What a sealed test is in the ledger: its verdict, or of what had failed before a fix, whether that is green. */
import { markOf } from './continuity.ts'
import type { Entry, StageResult } from './events/entry.ts'
import type { StoredArtifact, Taking } from './events/facts.ts'
import type { RunningProof } from './evidence.ts'
import type { Red } from './fix/end.ts'
import type { NatMeasurement } from './fleet.ts'
import { redOutcome, redText } from './fix/red-first.ts'
import { logCounts, type LogDigest } from './log-templates.ts'
import { natsByNode } from './nats.ts'
import { outcomesOf } from './outcomes.ts'
import { regressedOf } from './regressed.ts'
import { resultsOf, suiteCounts } from './suites/suite.ts'
import { isInvalid, type Verdict } from './verdict.ts'

export interface SealedResult {
  readonly verdict: Verdict
  readonly logs: LogDigest
  readonly nats: readonly NatMeasurement[]
  readonly folder: string
  /** Of the evidence. */
  readonly root: string
  readonly proofPath: string
  readonly proofSha256: string
  /** What ran at its end. */
  readonly running: readonly RunningProof[]
  readonly checkpoint: Taking | null
  /** Of the session, before this one. */
  readonly entries: readonly Entry[]
  readonly artifact: StoredArtifact | null
  /** Null: none. */
  readonly pullRequest: string | null
  /** What had failed before a fix, where the test was of that alone; null: a whole one. */
  readonly red: readonly Red[] | null
}

export function testResult({ verdict: judged, logs, nats, red, ...s }: SealedResult): StageResult<'TEST'> {
  const results = resultsOf(judged.suites)
  const [samples, again] = [results.flatMap((r) => r.samples), results.flatMap((r) => r.retries)]
  const why =
    judged.reasons[0]?.text ??
    `every group met its target in ${samples.length} attempts${again.length === 0 ? '' : `, ${again.length} tried again`}`
  const regressed = judged.result === 'failed' ? regressedOf(judged, s.entries) : null
  const facts = {
    reasons: judged.reasons.map((r) => r.text),
    remarks: judged.remarks,
    counts: suiteCounts(judged.suites),
    invalid: isInvalid(judged),
    logs: judged.result === 'passed' ? logCounts(logs) : null,
    nats: judged.result === 'passed' ? natsByNode(nats) : null,
    outcomes: judged.comparable ? outcomesOf(judged.suites) : null,
    folder: s.folder,
    evidenceRoot: s.root,
    proofPage: s.proofPath,
    proofSha256: s.proofSha256,
    running: s.running.map(markOf),
    checkpoint: s.checkpoint,
    artifact: s.artifact,
    ...(regressed === null ? {} : { regressed }),
    ...(s.pullRequest === null ? {} : { pullRequest: s.pullRequest }),
  }
  if (red === null) return { event: judged.result, why, facts }
  const now = redOutcome(red, judged)
  return { event: now.event, why: redText(now), facts: { ...facts, red: now.red } }
}
