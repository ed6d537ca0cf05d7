/** Keeps a session's folder as an artifact, before the ledger names it. */
import { readdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Log, SessionFolder } from '../ports.ts'
import type { ArtifactStore } from '../ports/forge.ts'
import { ctrfOf } from '../report/ctrf.ts'
import { junitOf } from '../report/junit.ts'
import { bundleIn } from '../app/evidence.ts'

/** `vps-test-<what>-<session>-<label>-<attempt>`: session and attempt make a name that its run has not seen. */
export const artifactKeeper =
  (artifacts: ArtifactStore, attempt: number, log: Log) =>
  (session: string, root: string): SessionFolder['storeArtifact'] =>
  async (label, folder) => {
    const from = join(root, folder)
    if (label.startsWith('test-')) await addResults(from)
    const name = `vps-test-${whatIn(label)}-${session}-${label}-${attempt}`
    const stored = await artifacts.upload(name, from, await filesBelow(from))
    log.info(`artifact ${name}: ${stored.bytes} bytes, ${stored.url}`)
    return { name, id: stored.id, url: stored.url }
  }

/** What is left of a test that was cut off has no name of evidence: nobody is to take it for a test's. */
const whatIn = (label: string): string => kinds.find(([of]) => label.startsWith(`${of}-`))?.[1] ?? 'binary'
const kinds = [
  ['test', 'evidence'],
  ['interrupted', 'interrupted'],
  ['deploy', 'diagnosis'],
] as const

/** What other tools read. */
async function addResults(folder: string): Promise<void> {
  const { bundle, verdict } = await bundleIn(folder)
  await writeFile(join(folder, 'junit.xml'), junitOf(bundle, verdict))
  await writeFile(join(folder, 'ctrf.json'), ctrfOf(bundle, verdict))
}

export const filesBelow = async (root: string): Promise<readonly string[]> =>
  (await readdir(root, { recursive: true, withFileTypes: true }))
    .filter((f) => f.isFile())
    .map((f) => join(f.parentPath, f.name))
    .sort()
