/** A release says what is new in its own version, and nothing of others. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import pkg from '../../package.json' with { type: 'json' }
import { releaseNotes } from '../../scripts/release-notes.mjs'

const changelog = `# Changelog

## 1.10.0 (unreleased)

- not yet

## 1.1.0 (2026-12-31)

- one
### Details
- two

## 1.0.0 (2026-11-30)

## 0.9.0

- no day
`

test("one version's section, without its heading", () =>
  expect(releaseNotes(changelog, 'v1.1.0')).toBe('- one\n### Details\n- two\n'))

test.each([
  ['v1.1', 'has no section "## 1.1 (YYYY-MM-DD)"'],
  ['v2.0.0', 'has no section'],
  ['', 'has no section'],
  ['v1.10.0', '"## 1.10.0 (unreleased)" names no day'],
  ['v0.9.0', '"## 0.9.0" names no day'],
  ['v1.0.0', 'says nothing below "## 1.0.0 (2026-11-30)"'],
])('%s: %s', (tag, words) => expect(() => releaseNotes(changelog, tag)).toThrow(words))

test('the version of this package has a section, dated or not', () => {
  const own = readFileSync(join(import.meta.dirname, '../../CHANGELOG.md'), 'utf8')
  expect(own).toMatch(
    new RegExp(`^## ${pkg.version.replaceAll('.', '\\.')} \\((?:unreleased|\\d{4}-\\d{2}-\\d{2})\\)$`, 'm'),
  )
})
