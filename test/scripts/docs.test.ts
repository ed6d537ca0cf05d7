import { readFileSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import pkg from '../../package.json' with { type: 'json' }
import { renderErrors, sitesIn } from '../../scripts/docs-errors.ts'
import { inputsTable, withTable } from '../../scripts/docs-inputs.ts'
import { withVersion } from '../../scripts/docs-version.ts'

test('codes in objects, in calls and alone, with what is filled in; reading a code is no throwing', () => {
  const text =
    'throw new Failure({ code: "I001", message: `${node.name}: ${a(b)} | gone`, remedy: "vps-test nodes" }); throw bad("U002", file, "is empty", "ls"); x.code === "T003"; isFailure(e, "T004"); const codes = ["B005"]'
  const sites = sitesIn('src/a.ts', text)
  expect(sites).toEqual([
    { code: 'I001', message: '‹name›: ‹…› | gone', remedy: 'vps-test nodes', path: 'src/a.ts' },
    { code: 'U002', message: 'is empty', remedy: 'ls', path: 'src/a.ts' },
    { code: 'B005', message: '', remedy: '', path: 'src/a.ts' },
  ])
  const page = renderErrors(
    {
      I001: { kind: 'infra', means: 'it is gone' },
      U002: { kind: 'usage', means: 'nothing', noRemedy: 'because' },
      U003: { kind: 'usage', means: 'no', noRemedy: 'because' },
    },
    sites,
  )
  expect(page).toContain('| I001 | it is gone | vps-test nodes | ‹name›: ‹…› \\| gone | src/a.ts |')
  expect(page).toContain('| U002 | nothing | ls | is empty | src/a.ts |')
  expect(page).toContain('| U003 | no | (because) |  |  |')
})

test('the table of inputs is put between its markers, and again gives the same', () => {
  const table = inputsTable(
    'inputs:\n  a:\n    description: one | two\n    default: x\n  b:\n    description: three\n    required: true\n',
  )
  expect(table).toBe(
    '| input | meaning | default |\n|---|---|---|\n| `a` | one \\| two | x |\n| `b` | three | required |',
  )
  const once = withTable('# t\n', table)
  expect(withTable(once, table)).toBe(once)
  expect(withTable(once, 'new')).toBe(once.replace(table, 'new'))
})

test('examples name the version of this package: no other tag is ever published', () => {
  expect(
    withVersion(
      'uses: saorsa-labs/vps-test@v1\nuses: saorsa-labs/vps-test/.github/workflows/a.yml@v0.9.0-rc.1 # x\nuses: actions/checkout@v6',
      '2.0.1',
    ),
  ).toBe(
    'uses: saorsa-labs/vps-test@v2.0.1\nuses: saorsa-labs/vps-test/.github/workflows/a.yml@v2.0.1 # x\nuses: actions/checkout@v6',
  )
  const root = join(import.meta.dirname, '../..')
  const pages = [
    'README.md',
    ...readdirSync(join(root, 'docs'))
      .filter((name) => name.endsWith('.md'))
      .map((name) => `docs/${name}`),
  ]
  const named = pages.flatMap((path) =>
    [...readFileSync(join(root, path), 'utf8').matchAll(/saorsa-labs\/vps-test[^\s@`]*@([\w.-]+)/g)].map(
      ([, ref]) => `${path} ${ref ?? ''}`,
    ),
  )
  expect([...new Set(named)].toSorted()).toEqual([`README.md v${pkg.version}`, `docs/github.md v${pkg.version}`])
})
