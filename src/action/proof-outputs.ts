/** Where a proof lies on this runner, and whether it may be attested. */
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { proofFile } from '../report/bundle-proof.ts'
import { testResultPredicate } from '../report/predicate.ts'
import type { Job } from './job.ts'
import type { TestView } from './report.ts'

/** Where the proof lies, and what may be attested: the manifest, which lists every file of the evidence. */
export async function proofOutputs(
  job: Job,
  { bundle, verdict, folder }: TestView,
): Promise<Readonly<Record<string, string>>> {
  if (bundle === null || verdict === null || folder === null) return { attest: 'false' }
  const predicate = join(folder, '..', 'predicate.json')
  await writeFile(
    predicate,
    `${JSON.stringify(testResultPredicate({ verdict, plan: bundle.plan, url: job.facts.runUrl }))}\n`,
  )
  return {
    proof: join(folder, proofFile(bundle)),
    'proof-name': proofFile(bundle),
    predicate,
    subject: join(folder, 'manifest.json'),
    attest: String(await attestable(job)),
  }
}

/**
 * Private repositories can keep attestations only in GitHub's Enterprise Cloud; forks get no identity token
 * (github-platform §6).
 */
async function attestable({ inputs, context: { forge, terminal }, facts }: Job): Promise<boolean> {
  if (inputs.attest === 'off') return false
  if (inputs.ledger === 'none') {
    terminal.info('not attested: a run without a ledger branch (a fork) has no identity to sign with')
    return false
  }
  const visibility = forge === null ? 'unknown' : await forge.visibility().catch(() => 'unknown')
  if (visibility === 'public' && facts.serverUrl === 'https://github.com') return true
  terminal.info(
    `not attested: the repository is ${visibility}, and only public ones can keep attestations on every plan`,
  )
  return false
}
