/** What is written into evidence is searched: secrets are taken out and named; anything else keeps its bytes. */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { concealing } from '../../src/adapters/concealing.ts'
import { folder } from '../../src/adapters/system.ts'
import { sha256 } from '../../src/domain/ledger.ts'

const root = (): string => {
  const dir = mkdtempSync(join(tmpdir(), 'vps-test-conceal-'))
  onTestFinished(() => rmSync(dir, { recursive: true, force: true }))
  return dir
}

test('logs and lines of JSON lose what is secret, by the run’s own values and by their look', async () => {
  const dir = root()
  const world = concealing(folder(dir), ['geheim-ñ-123456'])
  await world.files.write('test-1/evidence/logs/a.log', 'one geheim-ñ-123456 two\n')
  await world.files.append('test-1/evidence/x.jsonl', `${JSON.stringify({ said: `ghp_${'b'.repeat(36)}` })}\n`)
  expect(readFileSync(join(dir, 'test-1/evidence/logs/a.log'), 'utf8')).toBe('one [taken out] two\n')
  expect(JSON.parse(readFileSync(join(dir, 'test-1/evidence/x.jsonl'), 'utf8'))).toEqual({ said: '[taken out]' })
  expect(world.conceal({ a: ['geheim-ñ-123456'] })).toEqual({ a: ['[taken out]'] })
  expect(world.takenOut()).toEqual([
    'evidence/logs/a.log held a secret of this run',
    'evidence/x.jsonl held what looks like a GitHub token',
    'a value held a secret of this run',
  ])
})

test('a file that is written in pieces loses its secrets as well, and is digested as it lies there', async () => {
  const dir = root()
  const world = concealing(folder(dir), ['geheim-ñ-123456'])
  await world.files.write('test-1/evidence/x.jsonl', ['"größe"\n', '"geheim-ñ-123456"\n'])
  const bytes = readFileSync(join(dir, 'test-1/evidence/x.jsonl'))
  expect(bytes.toString('utf8')).toBe('"größe"\n"[taken out]"\n')
  expect(await world.files.digest('test-1/evidence/x.jsonl')).toEqual({ bytes: bytes.length, sha256: sha256(bytes) })
  expect(world.takenOut()).toEqual(['evidence/x.jsonl held a secret of this run'])
})

test('bytes without a secret are the same bytes, and the program under test is never changed', async () => {
  const dir = root()
  const world = concealing(folder(dir), ['geheim-ñ-123456'])
  const bytes = Uint8Array.from({ length: 256 }, (_, i) => i)
  const program = Buffer.from('geheim-ñ-123456')
  await world.files.write('test-1/evidence/raw', bytes)
  await world.files.append('test-1/evidence/text', 'größe 😀\n')
  await world.files.write('binary/current', program)
  expect(readFileSync(join(dir, 'test-1/evidence/raw'))).toEqual(Buffer.from(bytes))
  expect(readFileSync(join(dir, 'test-1/evidence/text'), 'utf8')).toBe('größe 😀\n')
  expect(readFileSync(join(dir, 'binary/current'))).toEqual(program)
  expect(world.takenOut()).toEqual([])
})
