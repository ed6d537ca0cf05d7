/** Where a world's words go: beside the session on a person's machine, and nowhere but to the log in a job. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { worldIn } from '../../src/app/context.ts'
import type { Writer } from '../../src/domain/writer.ts'
import { memorySessions, quietContext } from '../kit/context.ts'
import { labFleet } from '../kit/plan.ts'
import { runWriter } from '../kit/session.ts'

const dir = mkdtempSync(join(tmpdir(), 'world-log-'))
afterAll(() => rmSync(dir, { recursive: true }))

const process: Writer = { kind: 'process', host: 'h', pid: 1 }

test.each<readonly [string, Writer, string, boolean]>([
  // What lies in the folder of a job becomes an artifact while it is still written.
  ['of a job', runWriter('1'), 's-1', false],
  ['of a session on a machine', process, 's-1', true],
  ['of no session', process, '', false],
])('%s', async (_, writer, session, noted) => {
  const sessions = memorySessions(dir, { p: {} })
  const c = { ...quietContext({ dir, sessions, say: () => undefined, now: () => 0 }), writer }
  const ledger = await sessions.ledgerOf('p')
  const world = worldIn(c, { fleet: labFleet(['a']), ledger, session, folder: dir, key: null })
  expect(world.log !== c.terminal).toBe(noted)
  await world.close()
})
