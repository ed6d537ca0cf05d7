/** The id of a node from its key file, by the real `sh` of this machine; no byte of the key is printed. */
import { createHash } from 'node:crypto'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { localRemote } from '../../src/adapters/local.ts'
import { hashedKey } from '../../src/commands/peer-id.ts'

const dir = mkdtempSync(join(tmpdir(), 'vps-test-key-'))
afterAll(() => rmSync(dir, { recursive: true }))

const key = Buffer.from(Array.from({ length: 64 }, (_, i) => (i * 7) % 256))
const path = join(dir, "a key's file")
const part = { path, prefix: 'SOME_PEER_ID_V1:', offset: 2, bytes: 64 }
const ask = async (file: Buffer) => {
  writeFileSync(path, file)
  const { code, stdout, stderr } = await localRemote('here', []).run(hashedKey(part), {
    timeoutMs: 10_000,
    signal: AbortSignal.timeout(20_000),
  })
  return { code, stdout: stdout.trim(), stderr }
}

test('the hash of the text and of the public part alone', async () => {
  const file = Buffer.concat([Buffer.from([64, 0]), key, Buffer.from('what is secret')])
  const expected = createHash('sha256').update('SOME_PEER_ID_V1:').update(key).digest('hex')
  expect(await ask(file)).toEqual({ code: 0, stdout: expected, stderr: '' })
})

test('a file that ends within the key has no id', async () => {
  const { code, stdout, stderr } = await ask(key)
  expect([code, stdout, stderr.trim()]).toEqual([65, '', 'holds 64 bytes, and the key ends at 66'])
})
