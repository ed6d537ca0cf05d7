/** What nodes told of a failed deploy outlives the job that ran it: stored as an artifact, whatever DEPLOY came to. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { folder } from '../../src/adapters/system.ts'
import { artifactKeeper } from '../../src/action/store-artifact.ts'
import { Failure } from '../../src/domain/failure.ts'
import { sha256 } from '../../src/domain/ledger.ts'
import { fold } from '../../src/domain/session.ts'
import type { World } from '../../src/ports.ts'
import { keptBinary } from '../../src/stages/build.ts'
import { deploy } from '../../src/stages/deploy.ts'
import { withDiagnosis, diagnosisFolder } from '../../src/stages/parts/diagnosed.ts'
import { planOf } from '../kit/plan.ts'
import { runWriter, story } from '../kit/session.ts'

const plan = planOf({ nodes: ['a'] })
const root = mkdtempSync(join(tmpdir(), 'diagnosis-'))
afterAll(() => rmSync(root, { recursive: true }))

/** Every node says the same; what is stored and told is kept. */
function worldOf(files: string, store: World['storeArtifact']) {
  const told: string[] = []
  const world: Parameters<typeof deploy>[2] = {
    who: 'test',
    fleet: plan.fleet,
    clock: { now: () => 0, monotonic: () => 0, sleep: async () => undefined },
    random: { bytes: (n) => new Uint8Array(n) },
    signal: new AbortController().signal,
    log: { info: (l) => told.push(l), warn: (l) => told.push(l), progress: () => undefined },
    remote: async (name) => ({
      name,
      run: async () => ({ code: 1, signal: null, stdout: 'no word of ours', stderr: '', truncated: false, ms: 1 }),
      read: () => Promise.reject(new Error('not needed')),
      forward: () => Promise.reject(new Error('not needed')),
      close: async () => undefined,
    }),
    http: () => Promise.reject(new Error('not needed')),
    ledger: {
      sessions: async () => [],
      read: async () => [],
      all: async () => [],
      append: () => Promise.reject(new Error('not needed')),
    },
    writer: runWriter('1'),
    clockShift: 0,
    files: folder(join(root, files)),
    storeArtifact: store,
    patienceMs: 0,
  }
  return { world, told }
}

const binary = Buffer.from('a program')
const built = fold('s', story(['begin', 'confirmed', 'ready', 'built'], { plan })).newest.BUILD
const build = built?.event === 'built' ? { ...built.facts.build, sha256: sha256(binary) } : expect.fail('not built')
const session = fold('s', story(['begin', 'confirmed', 'ready', ['built', { build }]], { plan }))

/** As a node whose unit failed is asked. */
async function tell(world: Parameters<typeof deploy>[2], deploys: number): Promise<void> {
  const node = plan.fleet.nodes.find((n) => n.name === 'a') ?? expect.fail('no node')
  const failure = new Failure({ code: 'P011', message: 'a: peer does not run' })
  await withDiagnosis(world, node, plan, 0, failure, diagnosisFolder(deploys))
}

test('a deploy that fails stores what its nodes told, and nothing of an earlier one', async () => {
  const stored: string[] = []
  const keep = artifactKeeper(
    {
      upload: async (name, from, files) => {
        stored.push(name, ...files.map((f) => f.slice(from.length + 1)))
        return { id: 1, name, url: 'https://x', bytes: 1, digest: '' }
      },
      list: async () => [],
      download: () => Promise.reject(new Error('not needed')),
    },
    2,
    { info: () => undefined, warn: () => undefined, progress: () => undefined },
  )
  const { world } = worldOf('one', keep('s', join(root, 'one')))
  await world.files.write(keptBinary, binary)
  expect((await deploy(plan, session, world)).event).toBe('unrecoverable')
  expect(stored).toEqual([])
  await tell(world, 7)
  await tell(world, 1)
  expect((await deploy(plan, session, world)).event).toBe('unrecoverable')
  expect(stored).toEqual(['vps-test-diagnosis-s-deploy-1-2', 'a.json'])
})

test('where it cannot be stored, the deploy comes to the same, and the log says so', async () => {
  const { world, told } = worldOf('two', () => Promise.reject(new Error('no room for artifacts')))
  await tell(world, 1)
  await world.files.write(keptBinary, binary)
  expect((await deploy(plan, session, world)).event).toBe('unrecoverable')
  expect(told).toContain('what the nodes told of the failure could not be stored: no room for artifacts')
})
