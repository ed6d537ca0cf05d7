/** Taking a folder away: what stays is told. */
import { existsSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test, vi } from 'vitest'
import { emptied, thrownAway } from '../../src/adapters/disk.ts'

vi.mock('../../src/adapters/sandbox/way.ts', () => ({
  findWay: async () => ({ way: 'root' }),
  removed: async () => undefined,
}))
const root = mkdtempSync(join(tmpdir(), 'disk-'))
afterAll(() => rmSync(root, { recursive: true, force: true }))

test('a folder that could not be removed is an error, and lies where the next gc finds it', async () => {
  const [path, bin] = [join(root, 'build'), join(root, 'bin')]
  mkdirSync(path)
  const { signal } = new AbortController()
  await expect(thrownAway(path, bin, signal)).rejects.toThrow('could not be taken away')
  expect(existsSync(path)).toBe(false)
  await expect(emptied(bin, signal)).rejects.toThrow('could not be taken away')
})
