/** A job that is run again beside a tick of the schedule: one of them goes on, on the entries that it looked at. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { claim } from '../../src/action/stages.ts'
import type { Job } from '../../src/action/job.ts'
import { openGitLedger } from '../../src/adapters/git-ledger.ts'
import type { Entry } from '../../src/domain/ledger.ts'
import { fold } from '../../src/domain/session.ts'
import { runWriter, story, type Step } from '../kit/session.ts'
import { codeOf } from '../contract/ledger.kit.ts'

const root = mkdtempSync(join(tmpdir(), 'claim-test-'))
afterAll(() => {
  rmSync(root, { recursive: true, force: true })
})

const ledger = await openGitLedger(join(root, 'ledger.git'))
const job = (run: string, attempt: number): Job =>
  ({
    facts: { run, attempt },
    context: {
      clock: { now: () => 9 },
      writer: { kind: 'run', repository: 'o/r', run, attempt, url: '' },
      clockShift: 0,
      terminal: { info: () => undefined },
    },
  }) as unknown as Job

async function put(id: string, ...steps: readonly Step[]): Promise<readonly Entry[]> {
  const entries = story(steps, { session: id, by: runWriter('7'), at: () => 5 })
  for (const entry of entries) await ledger.append(id, entry)
  return entries
}
const path = async (id: string): Promise<readonly string[]> => (await ledger.read(id)).map((e) => e.event)
const known = (id: string, entries: readonly Entry[]) => ({ project: 'p', ledger, session: fold(id, entries), entries })

test('is refused when a tick was first, and writes nothing over its claim', async () => {
  const seen = await put('raced', 'begin', 'confirmed', 'queued')
  await claim(job('8', 1), known('raced', seen))
  expect(await codeOf(claim(job('7', 2), known('raced', seen)))).toBe('B006')
  expect(await path('raced')).toEqual(['begin', 'confirmed', 'queued', 'claimed'])
})

test("needs none where the schedule would not go on, or the session is this attempt's", async () => {
  const first = await put('first', 'begin', 'confirmed')
  await claim(job('7', 2), known('first', first))
  const own = await put('own', 'begin', 'confirmed', 'queued')
  await claim(job('7', 1), known('own', own))
  expect([await path('first'), await path('own')]).toEqual([
    ['begin', 'confirmed'],
    ['begin', 'confirmed', 'queued'],
  ])
})
