/** A file that a fix may not write is found under each name that a link gives it. */
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { behindLinks } from '../../src/adapters/fix/behind-links.ts'

/** A value that begins with `->` is a link. */
function treeOf(files: Readonly<Record<string, string>>): string {
  const tree = mkdtempSync(join(tmpdir(), 'vps-test-links-'))
  onTestFinished(() => rmSync(tree, { recursive: true, force: true }))
  for (const [path, content] of Object.entries(files)) {
    mkdirSync(dirname(join(tree, path)), { recursive: true })
    if (content.startsWith('->')) symlinkSync(content.slice(2), join(tree, path))
    else writeFileSync(join(tree, path), content)
  }
  return tree
}

test.each<readonly [string, Readonly<Record<string, string>>, readonly string[]]>([
  ['a plain file has no other', { 'known.yaml': '[]' }, []],
  ['nor one that is not there', {}, []],
  ['a link', { 'known.yaml': '->ci/list.yaml', 'ci/list.yaml': '[]' }, ['ci/list.yaml']],
  [
    'a link to a link: either could be replaced',
    { 'known.yaml': '->ci/list.yaml', 'ci/list.yaml': '->../src/real.yaml', 'src/real.yaml': '[]' },
    ['ci/list.yaml', 'src/real.yaml'],
  ],
  ['one that leads nowhere yet', { 'known.yaml': '->src/real.yaml' }, ['src/real.yaml']],
  ['one in a circle', { 'known.yaml': '->a', a: '->b', b: '->a' }, ['a', 'b']],
  ['one that leads out', { 'known.yaml': '->../elsewhere.yaml' }, []],
  ['one by its place on a machine, under its last name', { 'known.yaml': '->/some/where/real.yaml' }, ['real.yaml']],
])('%s', async (_, files, names) => {
  expect(await behindLinks(treeOf(files), '.', ['known.yaml'])).toEqual(names)
})

test('a folder on its way may be the link, and the workspace a folder of the repository', async () => {
  const tree = treeOf({ 'sub/lists': '->../shared', 'shared/known.yaml': '[]' })
  expect(await behindLinks(tree, 'sub', ['lists/known.yaml'])).toEqual(['shared/known.yaml'])
})
