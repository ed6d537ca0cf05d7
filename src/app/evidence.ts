/** An evidence folder judged again with no network; it is at fault if one byte is not what was sealed. */
import { createHash } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { openFolder, type InertFolder } from '../adapters/inert-folder.ts'
import { itemsFile, jsonText, layout, runInputOf, type BundleHead } from '../domain/bundle.ts'
import { trustedEvidence, type Limits } from '../domain/bundle-shape.ts'
import type { Rejudged } from '../domain/anchor.ts'
import { diagnosisOfTest } from '../domain/failed/of-test.ts'
import { jsonPieces } from '../domain/json-pieces.ts'
import { sha256 } from '../domain/ledger.ts'
import type { Manifest } from '../domain/manifest.ts'
import { firstFaults } from '../domain/rederive/first-faults.ts'
import { rederiveItems, rederivedFaults } from '../domain/rederive/test.ts'
import { messageOf } from '../domain/text.ts'
import { judgeTest, type Verdict } from '../domain/verdict.ts'
import { bundleProofText, proofFile, renderBundleProof } from '../report/bundle-proof.ts'
import { ctrfOf } from '../report/ctrf.ts'
import { junitOf } from '../report/junit.ts'
import type { Palette } from '../report/plain.ts'
import { anchorsOf, type NamedLedger } from './anchors.ts'
import { readEvidence, readManifest, type EvidenceFiles, type EvidenceSink } from './evidence-folder.ts'
import { openSealed } from './sealed-folder.ts'

export interface VerifyResult {
  readonly faults: readonly string[]
  readonly verdict: Verdict['result'] | null
  /** A ledger that the person named holds this very test. */
  readonly anchored: boolean
  /** What the evidence was compared with, in words. */
  readonly anchor: string
  readonly root: string | null
  /** What became of the session, by the ledger that was read; empty without one. */
  readonly session: readonly string[]
}

/** What was read and judged, once; null where it cannot be read. */
export interface Evidence {
  readonly bundle: BundleHead
  readonly verdict: Verdict
}

export interface CheckWish {
  /** Of this program: pages are made again by it, whatever the evidence says. */
  readonly version: string
  /** Only what a person names is an anchor. */
  readonly ledgers?: readonly NamedLedger[]
  readonly most?: Limits
}

export async function check(
  dir: string,
  { version, ledgers = [], most = trustedEvidence }: CheckWish,
): Promise<{ readonly result: VerifyResult; readonly evidence: Evidence | null }> {
  const faults: string[] = []
  let test: Rejudged & Evidence
  try {
    test = await judgedAgain(dir, version, most, faults)
  } catch (error) {
    faults.push(`cannot be read: ${messageOf(error)}`)
    const anchor = 'no anchor was checked'
    return { result: { faults, verdict: null, anchored: false, anchor, root: null, session: [] }, evidence: null }
  }
  // A remote that does not answer says nothing about the evidence: its failure is its own.
  const { anchored, anchor, session, faults: others } = await anchorsOf(dir, ledgers, test)
  faults.push(...firstFaults(others))
  return {
    result: { faults, verdict: test.verdict.result, anchored, anchor, root: test.root, session },
    evidence: { bundle: test.bundle, verdict: test.verdict },
  }
}

async function judgedAgain(dir: string, version: string, most: Limits, faults: string[]): Promise<Rejudged & Evidence> {
  const sealed = await openSealed(dir, most)
  const { folder, manifest } = sealed
  let judging: Awaited<ReturnType<typeof judgedFiles>>
  try {
    judging = await judgedFiles(sealed.files, most)
  } catch (error) {
    faults.push(...(await sealed.faults().catch(() => [])))
    throw error
  }
  const { head: bundle, odd, verdict: judged, itemsFaults } = judging
  const told = await sealed.digest(layout.verdict)
  const explained = await sealed.digest(layout.diagnosis)
  faults.push(...(await sealed.faults()), ...odd.map((name) => `${name}: not written as it was sealed`))
  faults.push(...firstFaults(strangers(folder.listed, bundle)))
  faults.push(...firstFaults(rederivedFaults(bundle)), ...itemsFaults)
  if (told === null) throw new Error(`evidence/${layout.verdict} is missing`)
  if (told !== digestOf(jsonPieces(judged)))
    faults.push(`${layout.verdict} does not follow from the evidence${writtenBy(bundle, version)}`)
  if (explained === null) throw new Error(`evidence/${layout.diagnosis} is missing`)
  if (explained !== sha256(jsonText(diagnosisOfTest(bundle, judged))))
    faults.push(`${layout.diagnosis} does not follow from the evidence${writtenBy(bundle, version)}`)
  const page = await besides(folder, { bundle, judged, manifest, version, most }, faults)
  return { bundle, verdict: judged, root: manifest.root, page }
}

/** Judged and derived again while it is read: no line is kept. */
const judgedFiles = async (files: EvidenceFiles, most: Limits) => {
  const { head, odd, sink } = await readEvidence(files, most, (of) => {
    const [judging, derived] = [judgeTest(runInputOf(of)), rederiveItems(of)]
    const add: EvidenceSink['add'] = (suite, item) => {
      derived.add(suite, item)
      judging.add(suite, item)
    }
    return { add, judging, derived }
  })
  return { head, odd, verdict: sink.judging.end(), itemsFaults: sink.derived.end() }
}

function digestOf(pieces: Iterable<string>): string {
  const hash = createHash('sha256')
  for (const piece of pieces) hash.update(piece)
  return hash.digest('hex')
}

/** What the nodes and the registry left lies in folders of its own; everything else is read, and so has a known name. */
function strangers(listed: InertFolder['listed'], { plan }: BundleHead): readonly string[] {
  const known = new Set([...Object.values(layout), ...plan.suites.map(({ suite }) => itemsFile(suite))])
  return listed
    .map(({ path }) => /^evidence\/(.*)$/.exec(path)?.[1])
    .filter((name) => name !== undefined && /^(?:suites\/|[^/]*$)/.test(name) && !known.has(name))
    .map((name) => `${JSON.stringify(`evidence/${name}`)} is a file that nothing here reads`)
}

interface Remade {
  readonly bundle: BundleHead
  readonly judged: Verdict
  readonly manifest: Manifest
  readonly version: string
  readonly most: Limits
}

/** Beside the evidence stand only pages that are made of it again: people read those first. */
async function besides(
  folder: InertFolder,
  { bundle, judged, manifest, version, most }: Remade,
  faults: string[],
): Promise<{ readonly name: string; readonly sha256: string } | null> {
  const name = proofFile(bundle)
  const remade: ReadonlyMap<string, () => string> = new Map([
    [name, () => renderBundleProof(bundle, judged, manifest)],
    ['junit.xml', () => junitOf(bundle, judged)],
    ['ctrf.json', () => ctrfOf(bundle, judged)],
  ])
  let page: { readonly name: string; readonly sha256: string } | null = null
  for (const { path, kind } of folder.listed) {
    if (kind !== 'file' || path === 'manifest.json' || path.startsWith('evidence/')) continue
    const make = remade.get(path)
    if (make === undefined) {
      faults.push(`${JSON.stringify(path)} is no part of this evidence`)
      continue
    }
    const content = await folder.read(path, most.bytes)
    if (path === name) page = { name, sha256: content.sha256 }
    if (Buffer.compare(content.bytes, Buffer.from(make())) !== 0)
      faults.push(`${path} does not follow from the evidence${writtenBy(bundle, version)}`)
  }
  if (page === null) faults.push(`${name} is missing`)
  return page
}

/** Another version may word a page in another way: only that one can make it again. */
const writtenBy = ({ facts }: BundleHead, version: string): string =>
  facts.version === version
    ? ''
    : `: it says that vps-test ${facts.version} wrote it, and this is ${version}; verify it with that version`

/** An evidence folder as data, with the verdict that follows from it; nothing is compared. */
export async function bundleIn(dir: string, most: Limits = trustedEvidence): Promise<Evidence> {
  const folder = await openFolder(join(dir, 'evidence'), most.files)
  const { head: bundle, verdict } = await judgedFiles(
    {
      read: async (name) => (await folder.read(name, most.bytes)).bytes,
      lines: async (name, take) => {
        const { fault } = await folder.lines(name, { file: most.streamed, line: most.bytes }, take)
        if (fault !== null) throw fault
      },
    },
    most,
  )
  return { bundle, verdict }
}

/** A proof page for a person at a terminal; the page itself, where its evidence cannot be read again. */
export async function proofText(page: string, palette: Palette): Promise<string> {
  const folder = dirname(page)
  try {
    const { bundle, verdict: judged } = await bundleIn(folder)
    const manifest = readManifest(await readFile(join(folder, 'manifest.json'), 'utf8'), trustedEvidence)
    return bundleProofText(bundle, judged, manifest, palette)
  } catch {
    return readFile(page, 'utf8')
  }
}
