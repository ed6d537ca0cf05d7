/** The JSON Schemas that editors read: they accept what we accept, and tell of a wrong key in our words. */
import { globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { Ajv } from 'ajv'
import { describe, expect, test } from 'vitest'
import { parse } from 'yaml'
import { jsonSchemas, schemaFile, type SchemaName } from '../../src/inputs/json-schemas.ts'
import { parseProject } from '../../src/inputs/project.ts'
import { faultsOf, profiles } from '../inputs/read.ts'
import { diagnose } from './language-server.ts'

const root = join(import.meta.dirname, '../..')
const ajv = new Ajv({ strict: false })
const files = (name: SchemaName, pattern: string) =>
  globSync(pattern, { cwd: root })
    .toSorted()
    .map((file) => [name, file] as const)

describe('a JSON Schema', () => {
  test.each([
    ...files('fleet', 'fleets/saorsa.yaml'),
    ...files('fleet', 'test/inputs/files/fleet.yaml'),
    ...files('profile', 'profiles/*.yaml'),
    ...files('profile', 'test/inputs/files/profile.yaml'),
    ...files('vps-test', 'examples/*/vps-test.yaml'),
    ...files('vps-test', 'test/inputs/files/{project,workspace}.yaml'),
  ])('%s accepts %s', (name, file) => {
    const check = ajv.compile(jsonSchemas()[name])
    expect({ valid: check(parse(readFileSync(join(root, file), 'utf8'))), errors: check.errors }).toEqual({
      valid: true,
      errors: null,
    })
  })

  test.each(['fleet', 'profile', 'vps-test'] as const)('%s is written to the repository as it is made', (name) =>
    expect(JSON.parse(readFileSync(join(root, schemaFile(name)), 'utf8'))).toEqual(jsonSchemas()[name]),
  )
})

describe('a YAML language server', () => {
  const written = readFileSync(join(root, 'test/inputs/files/workspace.yaml'), 'utf8')
  const mistyped = written.replace('nat_cooloff_seconds', 'nat_cooloff_second')
  const schema = pathToFileURL(join(root, schemaFile('vps-test'))).href

  test('underlines a wrong key where plan reports it, in the same words', async () => {
    expect(mistyped).not.toBe(written)
    const [fault, ...others] = faultsOf(() => parseProject(mistyped, 'vps-test.yaml', { profiles }))
    expect(others).toEqual([])
    const diagnostics = await diagnose(mistyped, schema)
    expect(diagnostics.map((d) => ({ line: d.range.start.line + 1, column: d.range.start.character + 1 }))).toEqual([
      { line: fault?.at.line, column: fault?.at.column },
    ])
    expect(fault?.message).toBe(`${diagnostics[0]?.message} Did you mean "nat_cooloff_seconds"?`)
  })

  test('has nothing to say about a file that is right', async () => expect(await diagnose(written, schema)).toEqual([]))
})
