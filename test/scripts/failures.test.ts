/** The family of failures is closed: every row is thrown somewhere, every code that is thrown has a row. */
import { globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { sitesIn } from '../../scripts/docs-errors.ts'
import { failureCodes, failures } from '../../src/domain/failures/failures.ts'

const root = join(import.meta.dirname, '../..')
const sites = globSync('src/**/*.ts', { cwd: root })
  .filter((path) => !path.startsWith('src/domain/failures/'))
  .flatMap((path) => sitesIn(path, readFileSync(join(root, path), 'utf8')))
const thrown = new Set(sites.map((site) => site.code))

test('every row is thrown somewhere, and every code that is thrown has a row', () => {
  expect(thrown.size).toBeGreaterThan(150)
  expect(failureCodes.filter((code) => !thrown.has(code))).toEqual([])
  expect([...thrown].filter((code) => !Object.hasOwn(failures, code))).toEqual([])
})

test('the letter of a code tells a reader its kind', () => {
  const letters = { usage: 'U', transport: 'T', infra: 'I', harness: 'H', product: 'P', busy: 'B' }
  expect(failureCodes.filter((code) => !code.startsWith(letters[failures[code].kind]))).toEqual([])
})

test('what a person or a machine has to mend names a command, or says why none helps', () => {
  const mute = failureCodes.filter((code) => {
    const { kind, remedy, remedyAtSite, noRemedy } = failures[code]
    if (kind === 'harness' || kind === 'product') return false
    const own = sites.filter((site) => site.code === code)
    return (remedy ?? remedyAtSite ?? noRemedy) === undefined && !own.every((site) => site.remedy !== '')
  })
  expect(mute).toEqual([])
})

test('no remedy holds a placeholder: a shell would take it for a redirection', () => {
  const texts = [...failureCodes.map((code) => failures[code].remedy ?? ''), ...sites.map((site) => site.remedy)]
  expect(texts.filter((text) => /<\w|…>/.test(text))).toEqual([])
})
