/** A sealed folder of as many attempts as asked for: the rounds of one honest run again and again, each drawn anew. */
import { createHash } from 'node:crypto'
import { once } from 'node:events'
import { createWriteStream } from 'node:fs'
import { mkdir, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { finished } from 'node:stream/promises'
import { itemsFile, jsonText, layout, runInputOf, toLines, type BundleHead } from '../../src/domain/bundle.ts'
import type { RoundEvidence } from '../../src/domain/evidence.ts'
import { diagnosisOfTest } from '../../src/domain/failed/of-test.ts'
import { jsonPieces } from '../../src/domain/json-pieces.ts'
import { manifestOf, type FileDigest } from '../../src/domain/manifest.ts'
import { judgeTest } from '../../src/domain/verdict.ts'
import { proofFile, renderBundleProof } from '../../src/report/bundle-proof.ts'
import { run } from '../../test/domain/fixtures.ts'
import { consistentRounds } from '../../test/kit/consistent.ts'
import { bundleOf } from '../../test/kit/sealed.ts'

/** How many attempts it has in the end: whole runs, so more than asked for by up to one. */
export async function makeLarge(folder: string, attempts: number): Promise<number> {
  const { items: _, ...head }: BundleHead & { readonly items: unknown } = bundleOf()
  const judging = judgeTest(runInputOf(head))
  const digests: FileDigest[] = []
  const put = async (name: string, pieces: Iterable<string>): Promise<void> => {
    digests.push(await written(folder, `evidence/${name}`, pieces))
  }
  let made = 0
  function* lines(): Generator<string> {
    const rounds = run().items.connectivity ?? []
    const tries = new Map<string, number>()
    for (let before = 0; made < attempts; before += rounds.length)
      for (const round of consistentRounds(rounds, head.plan.profile, ['saorsa-2', 'saorsa-3'], { before, tries })) {
        const line = later(round)
        made += line.attempts.length
        judging.add('connectivity', line)
        yield toLines([line])
      }
  }
  await put(layout.plan, [jsonText(head.plan)])
  await put(layout.entries, [toLines(head.entries)])
  await put(layout.facts, [jsonText(head.facts)])
  await put(layout.nat, [jsonText(head.measurements)])
  await put(layout.preflight, [jsonText(head.preflight)])
  await put(layout.controls, [jsonText(head.controls)])
  await put(layout.postMortems, [jsonText(head.postMortems)])
  await put(layout.running, [jsonText(head.running)])
  await put(layout.logs, [jsonText(head.logs)])
  await put(layout.metrics, [jsonText(head.metrics)])
  await put(layout.soak, [jsonText(head.soak)])
  await put(itemsFile('connectivity'), lines())
  const verdict = judging.end()
  await put(layout.verdict, jsonPieces(verdict))
  await put(layout.diagnosis, [jsonText(diagnosisOfTest(head, verdict))])
  const manifest = manifestOf(digests)
  await writeFile(join(folder, 'manifest.json'), jsonText(manifest))
  await writeFile(join(folder, proofFile(head)), renderBundleProof(head, verdict, manifest))
  return made
}

/** Later than the rounds before. */
const later = (round: RoundEvidence): RoundEvidence => ({
  ...round,
  attempts: round.attempts.map((a) => ({
    ...a,
    startedAt: a.startedAt + round.round * 3000,
    endedAt: a.endedAt + round.round * 3000,
  })),
})

async function written(folder: string, path: string, pieces: Iterable<string>): Promise<FileDigest> {
  const full = join(folder, path)
  await mkdir(dirname(full), { recursive: true })
  const [file, hash] = [createWriteStream(full), createHash('sha256')]
  let bytes = 0
  for (const piece of pieces) {
    bytes += Buffer.byteLength(piece)
    hash.update(piece)
    if (!file.write(piece)) await once(file, 'drain')
  }
  file.end()
  await finished(file)
  return { path, bytes, sha256: hash.digest('hex') }
}
