/** A file is replaced whole or not at all: on a full disk, on a read-only one, through a link. */
import { execFileSync } from 'node:child_process'
import {
  chmodSync,
  lstatSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { afterAll, expect, test } from 'vitest'
import { replaceFile } from '../../src/adapters/replace-file.ts'

const dir = mkdtempSync(join(tmpdir(), 'vps-test-replace-'))
afterAll(() => {
  rmSync(dir, { recursive: true, force: true })
})

test('mode and link stay, nothing is left beside', async () => {
  const [file, link] = [join(dir, 'file'), join(dir, 'link')]
  writeFileSync(file, 'old')
  chmodSync(file, 0o640)
  symlinkSync('file', link)
  await replaceFile(link, 'new')
  expect(readFileSync(file, 'utf8')).toBe('new')
  expect(lstatSync(file).mode & 0o777).toBe(0o640)
  expect(lstatSync(link).isSymbolicLink()).toBe(true)
  await replaceFile(join(dir, 'first'), 'one')
  expect(readdirSync(dir).toSorted()).toEqual(['file', 'first', 'link'])
})

test.each([
  ['full', 'dd if=/dev/zero of=fill bs=1k count=1000 2>/dev/null || :', 'I103', 'no space is left'],
  ['read-only', 'mount -o remount,ro .', 'I104', 'the file system is read-only'],
])('a disk that is %s leaves the old file as it was, and is told in words', (_, make, code, words) => {
  const place = mkdtempSync(join(dir, 'disk-'))
  const module = pathToFileURL(join(import.meta.dirname, '../../src/adapters/replace-file.ts')).href
  const script = join(dir, 'replace.mjs')
  writeFileSync(
    script,
    `import { readFileSync, readdirSync } from 'node:fs'
     import { replaceFile } from ${JSON.stringify(module)}
     const error = await replaceFile('file', 'x'.repeat(50_000)).then(() => null, (e) => e)
     console.log(JSON.stringify({ facts: error?.facts, text: readFileSync('file', 'utf8').trim(), names: readdirSync('.') }))`,
  )
  const said: unknown = JSON.parse(
    execFileSync(
      'unshare',
      [
        '-m',
        'sh',
        '-ec',
        `mount -t tmpfs -o size=64k none "$1"; cd "$1"; echo whole >file; ${make}; exec "$2" "$3"`,
        'sh',
        place,
        process.execPath,
        script,
      ],
      { encoding: 'utf8' },
    ),
  )
  expect(said).toMatchObject({
    text: 'whole',
    names: expect.not.arrayContaining([expect.stringContaining('.new')]),
    facts: { code, message: expect.stringContaining(words) },
  })
})
