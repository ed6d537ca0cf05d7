import fc from 'fast-check'
import { expect, test } from 'vitest'
import { sha256 } from '../../src/domain/ledger.ts'
import { manifestFaults, manifestOf, type FileDigest } from '../../src/domain/manifest.ts'

const file = (path: string, content: string): FileDigest => ({ path, bytes: content.length, sha256: sha256(content) })
const files = [file('plan.json', '{}'), file('attempts.jsonl', 'a\nb\n'), file('logs/saorsa-7.log', 'hello')]
const [plan, attempts, log] = files as [FileDigest, FileDigest, FileDigest]
const manifest = manifestOf(files)

test('the order in which files were found does not matter', () => {
  expect(manifestOf(files.toReversed())).toEqual(manifest)
  expect(manifestFaults(manifest, files.toReversed())).toEqual([])
})

test.each<[string, readonly FileDigest[], string]>([
  ['one byte changed', [plan, attempts, file('logs/saorsa-7.log', 'hellp')], '"logs/saorsa-7.log" was changed'],
  ['another length', [plan, attempts, { ...log, bytes: 6 }], '"logs/saorsa-7.log" has 6 bytes, listed 5'],
  ['one missing', [plan, log], '"attempts.jsonl" is missing'],
  ['one more', [...files, file('extra', 'x')], '"extra" is not listed'],
])('%s', (_, actual, fault) => expect(manifestFaults(manifest, actual)).toEqual([expect.stringContaining(fault)]))

test('a listed digest changed together with its file breaks the root', () => {
  const other = file('plan.json', '{"x":1}')
  const forged = { ...manifest, files: manifest.files.map((f) => (f.path === 'plan.json' ? other : f)) }
  expect(manifestFaults(forged, [other, attempts, log])).toEqual([
    'manifest.json: the root digest does not follow from the listed files',
  ])
})

test.each(['/etc/passwd', '../x', 'a/../b', 'a//b', '', '.', 'a\\b'])('%j is refused', (path) => {
  const bad = file(path, 'x')
  expect(manifestFaults(manifestOf([bad]), [bad])).toEqual([
    `${JSON.stringify(path)} is no path inside the evidence folder`,
  ])
})

test('listed twice', () => expect(manifestFaults(manifestOf([plan, plan]), [plan])).toEqual(['a file is listed twice']))

test('two different sets of files never have one root, whatever their names hold', () => {
  const set = fc.uniqueArray(
    fc.record({
      path: fc.string({ unit: 'binary' }),
      bytes: fc.nat(9),
      sha256: fc.constantFrom(sha256('a'), sha256('b')),
    }),
    { selector: (f) => f.path, maxLength: 4 },
  )
  fc.assert(
    fc.property(set, set, (a, b) => {
      const [x, y] = [manifestOf(a), manifestOf(b)]
      expect(x.root === y.root).toBe(JSON.stringify(x.files) === JSON.stringify(y.files))
    }),
  )
})
