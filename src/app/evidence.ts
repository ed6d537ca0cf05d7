/** An evidence folder judged again with no network; it is at fault if one byte is not what was sealed. */
import { existsSync } from 'node:fs'
import { readFile, readdir } from 'node:fs/promises'
import { dirname, join, relative } from 'node:path'
import { readClone } from '../adapters/git/clone.ts'
import { layout, verdictInputOf, type Bundle } from '../domain/bundle.ts'
import { trustedEvidence, type Limits } from '../domain/bundle-shape.ts'
import { chainFaults, sha256, type Entry } from '../domain/ledger.ts'
import { hasPlan, isTest } from '../domain/events/entry.ts'
import { manifestFaults, type FileDigest } from '../domain/manifest.ts'
import { planDigest } from '../domain/plan.ts'
import { suiteCounts } from '../domain/suites/suite.ts'
import { verdict, type Verdict } from '../domain/verdict.ts'
import { bundleProofText, proofFile, renderBundleProof } from '../report/bundle-proof.ts'
import type { Palette } from '../report/plain.ts'
import { readBundle, readManifest } from './evidence-folder.ts'
import { messageOf } from '../domain/text.ts'

export interface VerifyResult {
  readonly faults: readonly string[]
  readonly verdict: Verdict['result'] | null
  /** What the root digest was compared with. */
  readonly anchor: string
  readonly root: string | null
}

/** Entries of a session that an evidence folder was sealed into, and where they were read. */
export interface LedgerAnchor {
  readonly entries: readonly Entry[]
  readonly name: string
}

/** `ledger`: a clone, a git directory, or entries that were read already. `most`: how much the folder may hold. */
export async function check(
  dir: string,
  version: string,
  ledger?: string | LedgerAnchor,
  most: Limits = trustedEvidence,
): Promise<VerifyResult> {
  const faults: string[] = []
  try {
    const sealed = await readFile(join(dir, 'manifest.json'), 'utf8')
    const manifest = readManifest(sealed, most)
    // Nothing lists the manifest itself: a byte between its values would change no digest.
    if (sealed !== `${JSON.stringify(manifest, null, 1)}\n`) faults.push('manifest.json: not written as it was sealed')
    faults.push(...manifestFaults(manifest, await digests(dir)))
    const bundle = await readBundle(dir, most)
    faults.push(...chainFaults(bundle.entries).map((f) => `ledger.jsonl: ${f}`))
    const confirmed = bundle.entries.findLast((e) => e.event === 'confirmed' || hasPlan(e))?.facts.planDigest
    if (confirmed !== planDigest(bundle.plan)) faults.push(`${layout.plan} is not the plan that was confirmed`)
    const judged = verdict(verdictInputOf(bundle))
    const same = bundle.facts.version === version
    const kept = await readFile(join(dir, 'evidence', layout.verdict), 'utf8')
    if (
      same ? kept !== `${JSON.stringify(judged, null, 1)}\n` : outcome(JSON.parse(kept) as Verdict) !== outcome(judged)
    )
      faults.push(`${layout.verdict} does not follow from the evidence`)
    const name = proofFile(bundle)
    const page = await readFile(join(dir, name)).catch(() => undefined)
    if (page === undefined) faults.push(`${name} is missing`)
    else if (same && page.toString('utf8') !== renderBundleProof(bundle, judged, manifest))
      faults.push(`${name} does not follow from the evidence`)
    faults.push(
      ...(await readdir(dir))
        .filter((f) => f.startsWith('proof-') && f !== name)
        .map((f) => `${f} is not the proof of this evidence`),
    )
    const anchor = await anchorOf(dir, ledger, bundle, manifest.root, page)
    const text = same
      ? anchor.text
      : `${anchor.text}; judged and written by vps-test ${bundle.facts.version}, checked by ${version}: the verdict was compared, the page ${anchor.text.startsWith('anchored') ? 'only with its anchor' : 'with nothing'}`
    return { faults: [...faults, ...anchor.faults], verdict: judged.result, anchor: text, root: manifest.root }
  } catch (error) {
    return {
      faults: [...faults, `cannot be read: ${messageOf(error)}`],
      verdict: null,
      anchor: 'no anchor was checked',
      root: null,
    }
  }
}

async function digests(dir: string): Promise<readonly FileDigest[]> {
  const files = (await readdir(join(dir, 'evidence'), { recursive: true, withFileTypes: true })).filter(
    (f) => !f.isDirectory(),
  )
  return Promise.all(
    files.map(async (f) => {
      const full = join(f.parentPath, f.name)
      const data = await readFile(full)
      return { path: relative(dir, full).split('\\').join('/'), bytes: data.length, sha256: sha256(data) }
    }),
  )
}

/** An evidence folder as data, with the verdict that follows from it. */
export async function bundleIn(
  dir: string,
  most: Limits = trustedEvidence,
): Promise<{ readonly bundle: Bundle; readonly verdict: Verdict }> {
  const bundle = await readBundle(dir, most)
  return { bundle, verdict: verdict(verdictInputOf(bundle)) }
}

/** A proof page for a person at a terminal; the page itself, where its evidence cannot be read again. */
export async function proofText(page: string, palette: Palette): Promise<string> {
  const folder = dirname(page)
  try {
    const { bundle, verdict } = await bundleIn(folder)
    const manifest = readManifest(await readFile(join(folder, 'manifest.json'), 'utf8'), trustedEvidence)
    return bundleProofText(bundle, verdict, manifest, palette)
  } catch {
    return readFile(page, 'utf8')
  }
}

/** What two versions of vps-test must agree on. */
const outcome = (v: Verdict): string => JSON.stringify([v.result, suiteCounts(v.suites)])

/** Looks beside the folder for the ledger it was sealed into, unless one is given. */
async function anchorOf(
  dir: string,
  given: string | LedgerAnchor | undefined,
  bundle: Bundle,
  root: string,
  page: Uint8Array | undefined,
): Promise<{ text: string; faults: readonly string[] }> {
  const where = typeof given === 'object' ? given.name : (given ?? join(dir, '..', '..', '..', 'ledger.git'))
  if (typeof given !== 'object' && !existsSync(where))
    return {
      text: 'consistent, unanchored: no ledger was found',
      faults: given === undefined ? [] : [`${given} does not exist`],
    }
  const reading =
    typeof given === 'object'
      ? { kind: 'entries' as const, entries: given.entries }
      : await readClone(where, bundle.facts.session)
  if (reading.kind === 'no ledger') return { text: `anchor: ${where}`, faults: [reading.why] }
  const { entries } = reading
  const same = bundle.entries.every((e, i) => entries[i]?.hash === e.hash)
  const anchored = entries[bundle.entries.length]
  if (!same || anchored === undefined || !isTest(anchored))
    return {
      text: `anchor: ${where}`,
      faults: [
        'the ledger does not hold this test: it has other entries, or the run was killed before they were written',
      ],
    }
  if (page !== undefined && anchored.facts.proofSha256 !== sha256(page))
    return {
      text: `anchor: ${where}`,
      faults: [`the ledger's entry ${anchored.seq} holds another digest of the proof page`],
    }
  return anchored.facts.evidenceRoot === root
    ? {
        text: `anchored in ${where}, session ${bundle.facts.session}, entry ${anchored.seq} (${anchored.hash.slice(0, 12)})`,
        faults: [],
      }
    : {
        text: `anchor: ${where}`,
        faults: [`the ledger's entry ${anchored.seq} holds another evidence root: ${anchored.facts.evidenceRoot}`],
      }
}
