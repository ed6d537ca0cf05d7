/** Taking a folder away: what stays is told. */
import { execFileSync } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { emptied, thrownAway } from '../../src/adapters/disk.ts'

const root = mkdtempSync(join(tmpdir(), 'disk-'))
afterAll(() => rmSync(root, { recursive: true, force: true }))

test('a folder that could not be removed is an error, and lies where the next gc finds it', async () => {
  const [path, bin] = [join(root, 'build'), join(root, 'bin')]
  const held = join(path, 'held')
  mkdirSync(held, { recursive: true })
  // Not even root removes what something is mounted on.
  execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=1m', 'held', held])
  const { signal } = new AbortController()
  try {
    await expect(thrownAway(path, bin, signal)).rejects.toThrow('could not be taken away')
    expect(existsSync(path)).toBe(false)
    await expect(emptied(bin, signal)).rejects.toThrow('could not be taken away')
  } finally {
    execFileSync('umount', [existsSync(held) ? held : join(bin, readdirSync(bin)[0] ?? '', 'held')])
  }
  await emptied(bin, signal)
  expect(existsSync(bin)).toBe(false)
})
