/** Seals a test: every fact as a file, a digest of each, one root over all, and the proof that binds them (spec §8). */
import { jsonPieces, linePieces, wholeLines } from '../../domain/json-pieces.ts'
import { itemsFile, jsonText, layout, toLines, type Bundle } from '../../domain/bundle.ts'
import { diagnosisOfTest } from '../../domain/failed/of-test.ts'
import { sha256 } from '../../domain/ledger.ts'
import { manifestOf, type FileDigest, type Manifest } from '../../domain/manifest.ts'
import type { Verdict } from '../../domain/verdict.ts'
import type { Files } from '../../ports.ts'
import { proofFile, renderBundleProof } from '../../report/bundle-proof.ts'

export interface Sealed {
  readonly root: string
  readonly proofPath: string
  readonly proofSha256: string
}

/**
 * Logs and registry answers lie in `<folder>/evidence` already; everything there is listed in `<folder>/manifest.json`.
 */
export async function seal(files: Files, folder: string, bundle: Bundle, judged: Verdict): Promise<Sealed> {
  const put = (name: string, text: string | Iterable<string>): Promise<void> =>
    files.write(`${folder}/evidence/${name}`, typeof text === 'string' ? text : wholeLines(text))
  await put(layout.plan, jsonText(bundle.plan))
  await put(layout.entries, toLines(bundle.entries))
  await put(layout.facts, jsonText(bundle.facts))
  await put(layout.nat, jsonText(bundle.measurements))
  await put(layout.preflight, jsonText(bundle.preflight))
  await put(layout.controls, jsonText(bundle.controls))
  await put(layout.captures, toLines(bundle.captures))
  await put(layout.postMortems, jsonText(bundle.postMortems))
  await put(layout.running, jsonText(bundle.running))
  await put(layout.logs, jsonText(bundle.logs))
  await put(layout.metrics, jsonText(bundle.metrics))
  await put(layout.soak, jsonText(bundle.soak))
  for (const { suite } of bundle.plan.suites) await put(itemsFile(suite), linePieces(bundle.items[suite] ?? []))
  await put(layout.verdict, jsonPieces(judged))
  await put(layout.diagnosis, jsonText(diagnosisOfTest(bundle, judged)))
  const manifest = await manifestIn(files, folder)
  await files.write(`${folder}/manifest.json`, jsonText(manifest))
  const proof = renderBundleProof(bundle, judged, manifest)
  const proofPath = `${folder}/${proofFile(bundle)}`
  await files.write(proofPath, proof)
  return { root: manifest.root, proofPath, proofSha256: sha256(proof) }
}

/** Of all that lies in `<folder>/evidence`, one file after the other. */
export async function manifestIn(files: Files, folder: string): Promise<Manifest> {
  const digests: FileDigest[] = []
  for (const path of await files.list(`${folder}/evidence`))
    digests.push({ path: path.slice(folder.length + 1), ...(await files.digest(path)) })
  return manifestOf(digests)
}
