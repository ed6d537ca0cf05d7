/** What a test had written when it was cut off is sealed and stored, under no name of evidence. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { folder } from '../../src/adapters/system.ts'
import { artifactKeeper } from '../../src/action/store-artifact.ts'
import { keepInterrupted } from '../../src/stages/parts/begin-test.ts'

const root = mkdtempSync(join(tmpdir(), 'interrupted-'))
afterAll(() => rmSync(root, { recursive: true }))

const quiet = { info: () => undefined, warn: () => undefined, progress: () => undefined }

test('as an artifact of its own, with its seal; nothing where nothing was written', async () => {
  const stored: string[] = []
  const upload = async (name: string, from: string, all: readonly string[]) => {
    stored.push(name, ...all.map((f) => f.slice(from.length + 1)))
    return { id: 1, name, url: 'https://x', bytes: 1, digest: '' }
  }
  const artifacts = { upload, list: async () => [], download: () => Promise.reject(new Error('not needed')) }
  const world = { log: quiet, files: folder(root), storeArtifact: artifactKeeper(artifacts, 2, quiet)('s', root) }
  await keepInterrupted(world, 's', 1)
  expect(stored).toEqual([])
  await world.files.write('test-2/evidence/logs/a.log', 'a line')
  await keepInterrupted(world, 's', 2)
  expect(stored).toEqual([
    'vps-test-interrupted-s-interrupted-2-2',
    'evidence/interrupted.json',
    'evidence/logs/a.log',
    'manifest.json',
  ])
})

test('where it cannot be stored, that is told, and the end of the run is the same', async () => {
  const told: string[] = []
  const log = { ...quiet, warn: (line: string) => void told.push(line) }
  const files = folder(join(root, 'full'))
  await files.write('test-1/evidence/x', 'x')
  await keepInterrupted({ log, files, storeArtifact: () => Promise.reject(new Error('no room')) }, 's', 1)
  expect(told).toEqual(['what there is of test 1 could not be stored: no room'])
})
