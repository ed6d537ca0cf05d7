/** The proof of one evidence bundle: what `seal` writes and `verify` writes again, byte for byte. */
import type { BundleHead } from '../domain/bundle.ts'
import type { BuildRecord, SandboxKind } from '../domain/build.ts'
import type { Manifest } from '../domain/manifest.ts'
import { checkpointOf, runInputOf } from '../domain/bundle.ts'
import { diagnosisOfTest } from '../domain/failed/of-test.ts'
import { fixesOf } from '../domain/fix/refusals.ts'
import { firingsOf } from '../domain/recovery/firing.ts'
import type { Verdict } from '../domain/verdict.ts'
import { pageText, type Palette } from './plain.ts'
import type { BuildFacts, ProofInput } from './proof-input.ts'
import { headSection, proofName, proofSections, renderProof } from './proof.ts'

export const proofFile = (b: BundleHead): string => proofName(b.facts.testEndedAt)

export const renderBundleProof = (b: BundleHead, verdict: Verdict, manifest: Manifest): string =>
  renderProof(proofOf(b, verdict, manifest))

/** The same for a terminal. */
export function bundleProofText(b: BundleHead, verdict: Verdict, manifest: Manifest, palette: Palette): string {
  const proof = proofOf(b, verdict, manifest)
  return pageText(headSection(proof), proofSections(proof), palette)
}

function proofOf(b: BundleHead, verdict: Verdict, manifest: Manifest): ProofInput {
  const { facts, entries } = b
  const seq = entries.length
  const stages = entries.filter((e) => e.event !== 'recovered')
  return {
    version: facts.version,
    session: facts.session,
    startedAt: facts.sessionStartedAt,
    finishedAt: facts.testEndedAt,
    plan: b.plan,
    verdict,
    input: runInputOf(b),
    entries,
    manifest,
    captures: b.captures,
    logs: b.logs,
    metrics: b.metrics,
    diagnosis: diagnosisOfTest(b, verdict),
    build: buildFacts(facts.build),
    fixCommits: fixesOf(entries).map(({ commit: sha, subject: message, at }) => ({ sha, message, at })),
    timings: [
      ...stages.slice(1).map((e, i) => ({ stage: e.from, ms: e.at - (stages[i]?.at ?? e.at) })),
      { stage: 'TEST', ms: facts.testEndedAt - facts.testStartedAt },
    ],
    recoveries: firingsOf(entries),
    anchor: { kind: 'ledger', where: `session ${facts.session}, entry ${seq}`, digest: manifest.root },
    verifyCommand: 'vps-test verify <this folder>',
    checkpoint: checkpointOf(b),
  }
}

function buildFacts(r: BuildRecord | null): BuildFacts | null {
  if (r === null) return null
  const git = 'kind' in r.from && r.from.kind === 'git' ? r.from : null
  const how = {
    zigbuild: 'cargo zigbuild',
    native: 'native build on the build host',
    file: 'a given file',
    release: 'a release asset',
  }[r.source]
  const enclosed = r.sandbox === null ? how : `${how} ${sandboxText(r.sandbox)}`
  return {
    how:
      r.before.length === 0
        ? enclosed
        : `${enclosed}, after ${r.before.map((x) => `${x.source} failed (${x.reason})`).join(', ')}`,
    toolchain:
      r.toolchain === null
        ? null
        : [
            r.toolchain.rustc,
            r.toolchain.cargo,
            r.toolchain.zigbuild,
            r.toolchain.zig === null ? null : `zig ${r.toolchain.zig}`,
          ]
            .filter((t) => t !== null)
            .join(' · '),
    commit: git?.commit ?? null,
    subject: git?.subject ?? null,
    dirty: git === null ? null : git.dirty !== null,
    uncommitted: r.uncommitted,
    sha256: r.sha256,
    bytes: r.bytes,
  }
}

const sandboxText = (sandbox: SandboxKind): string =>
  sandbox.kind === 'none' ? `without a sandbox (${sandbox.why})` : `in a sandbox (${sandbox.kind})`
