/** Payloads as they lie on a node: a real shell and real files, and the answer that the program cannot forge. */
import { execFileSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { localRemote } from '../../src/adapters/local.ts'
import { keptIn, keptPayloads } from '../../src/commands/kept.ts'
import { notRead } from '../../src/domain/evidence.ts'
import { sha256 } from '../../src/domain/ledger.ts'

let dir: string
beforeAll(() => {
  dir = mkdtempSync(join(tmpdir(), 'vps-test-kept-'))
  mkdirSync(join(dir, "a folder's"))
})
afterAll(() => rmSync(dir, { recursive: true, force: true }))

test('a regular file is hashed; a link, a pipe, a folder and nothing are no kept payload; lines of the program come after', async () => {
  const at = (name: string) => join(dir, name)
  writeFileSync(at("a folder's/whole"), 'payload')
  symlinkSync(at("a folder's/whole"), at('link'))
  execFileSync('mkfifo', [at('pipe')])
  const paths = ["a folder's/whole", 'link', 'pipe', "a folder's", 'gone'].map(at)
  const also = { kind: 'argv', why: 'lines', idempotent: true, argv: ['echo', `kept 7 ${sha256('forged')}`] } as const
  const { stdout, code } = await localRemote('here', []).run(keptPayloads(paths, also), {
    timeoutMs: 20_000,
    signal: AbortSignal.timeout(20_000),
  })
  const lines = stdout.split('\n')
  expect(code).toBe(0)
  expect(lines.slice(0, paths.length).map(keptIn)).toEqual([
    { kind: 'there', value: { bytes: 7, sha256: sha256('payload') } },
    ...Array.from({ length: 4 }, () => ({ kind: 'absent' })),
  ])
  expect(lines[paths.length]).toBe(`kept 7 ${sha256('forged')}`)
})

test.each([
  'unread',
  '',
  'kept 7',
  `kept -1 ${sha256('')}`,
  `kept 7 ${sha256('').toUpperCase()}`,
  `x kept 7 ${sha256('')}`,
])('%j is not read', (line) => expect(keptIn(line)).toEqual(notRead('the payload could not be hashed')))
