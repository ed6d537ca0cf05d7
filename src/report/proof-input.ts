/** What a proof is rendered from: everything that spec §8 lists, as data. */
import type { PairCapture } from '../domain/captures/capture.ts'
import type { Entry } from '../domain/ledger.ts'
import type { FailureDiagnosis } from '../domain/failed/diagnosis.ts'
import type { MetricsDigest } from '../domain/metrics.ts'
import type { LogDigest } from '../domain/log-templates.ts'
import type { Manifest } from '../domain/manifest.ts'
import type { Plan } from '../domain/plan.ts'
import type { Firing } from '../domain/recovery/firing.ts'
import type { Taking } from '../domain/session.ts'
import type { Verdict } from '../domain/verdict.ts'
import type { RunInput } from '../domain/verdict-input.ts'

export interface BuildFacts {
  /** `cargo zigbuild on the runner`, `native build on saorsa-1`, … */
  readonly how: string
  readonly toolchain: string | null
  readonly commit: string | null
  /** First line of the commit's message. */
  readonly subject: string | null
  /** Changes in the checkout that no commit holds. */
  readonly dirty: boolean | null
  /** What the build read besides its commit. */
  readonly uncommitted: { readonly count: number; readonly paths: readonly string[] } | null
  readonly sha256: string
  readonly bytes: number
}

/** Where the root digest was written down besides the bundle. */
export interface DigestAnchor {
  readonly kind: 'ledger' | 'attestation'
  readonly where: string
  readonly digest: string
}

export interface ProofInput {
  /** Of vps-test, which wrote the page. */
  readonly version: string
  readonly session: string
  /** Unix milliseconds. */
  readonly startedAt: number
  readonly finishedAt: number
  readonly plan: Plan
  readonly verdict: Verdict
  /** What the verdict was judged from. */
  readonly input: RunInput
  readonly entries: readonly Entry[]
  readonly manifest: Manifest
  readonly captures: readonly PairCapture[]
  /** The journals, grouped; null: none were read. */
  readonly logs: LogDigest | null
  /** Null: nobody asked for them. */
  readonly metrics: MetricsDigest | null
  /** Null: it passed. */
  readonly diagnosis: FailureDiagnosis | null
  readonly build: BuildFacts | null
  readonly fixCommits: readonly { readonly sha: string; readonly message: string; readonly at: number }[]
  readonly timings: readonly { readonly stage: string; readonly ms: number }[]
  /** Of recovery rules (spec §5), oldest first. */
  readonly recoveries: readonly Firing[]
  readonly anchor: DigestAnchor | null
  /** The soak checkpoint that this test took; absent or null: it took none. */
  readonly checkpoint?: Taking | null
  /** A command that judges the same evidence again. */
  readonly verifyCommand: string
}
