/** A file that grew since it was listed is another file: its digest says so, and nothing else of the folder is lost. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { openFolder } from '../../src/adapters/inert-folder.ts'
import { sha256 } from '../../src/domain/ledger.ts'

test('longer than it was sealed: digested as another, and not held', async () => {
  const dir = mkdtempSync(join(tmpdir(), 'inert-'))
  try {
    writeFileSync(join(dir, 'a.log'), 'one line\nanother\n')
    writeFileSync(join(dir, 'b.log'), 'one line\n')
    const folder = await openFolder(dir, 10)
    const grown = await folder.digest('a.log', 9)
    expect([grown.sha256 === sha256('one line\n'), grown.length > 9, grown.bytes.length]).toEqual([false, true, 0])
    expect(await folder.digest('b.log', 9)).toMatchObject({ length: 9, sha256: sha256('one line\n') })
    const held = await openFolder(dir, 10)
    await expect(held.read('a.log', 9)).rejects.toThrow('a.log is longer than 9 bytes')
  } finally {
    rmSync(dir, { recursive: true })
  }
})
