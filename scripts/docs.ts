/**
 * `npm run docs`: writes what is generated (inputs of action.yml and of the workflows, the tables of docs/action.md,
 * the version in examples, docs/errors.md, schemas). `-- --check` only compares: exit 1 when something is stale.
 */
import { globSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { failures } from '../src/domain/failures/failures.ts'
import { renderErrors, sitesIn } from './docs-errors.ts'
import { actionInputs, fieldsTable, withPart, workflowWithForms } from './docs-forms.ts'
import { inputsTable, outputsTable, withTable } from './docs-inputs.ts'
import { renderProfiles } from './docs-profiles.ts'
import { renderRecovery } from './docs-recovery.ts'
import { withVersion } from './docs-version.ts'
import { recoveryRules } from '../src/domain/recovery/rules.ts'
import { provocations } from '../test/gauntlet/recovery/all.ts'
import { jsonSchemas, schemaFile, type SchemaName } from '../src/inputs/json-schemas.ts'
import pkg from '../package.json' with { type: 'json' }

const root = join(import.meta.dirname, '..')
const read = (path: string): string => {
  try {
    return readFileSync(join(root, path), 'utf8')
  } catch {
    return ''
  }
}

const sites = globSync('src/**/*.ts', { cwd: root })
  .filter((path) => !path.startsWith('src/domain/failures/'))
  .toSorted()
  .flatMap((path) => sitesIn(path, read(path)))
const action = withPart(read('action.yml'), 'inputs', actionInputs())
const wanted = {
  'action.yml': action,
  '.github/workflows/vps-test.yml': workflowWithForms(read('.github/workflows/vps-test.yml')),
  'README.md': withVersion(read('README.md'), pkg.version),
  'docs/action.md': withTable(
    withTable(withTable(read('docs/action.md'), inputsTable(action)), outputsTable(action), 'outputs'),
    fieldsTable(),
    'fields',
  ),
  'docs/github.md': withVersion(read('docs/github.md'), pkg.version),
  'docs/errors.md': renderErrors(failures, sites),
  'docs/recovery.md': renderRecovery(recoveryRules, provocations),
  'docs/profiles.md': renderProfiles(jsonSchemas().profile),
  ...Object.fromEntries(
    Object.entries(jsonSchemas()).map(([name, schema]) => [
      schemaFile(name as SchemaName),
      `${JSON.stringify(schema, null, 2)}\n`,
    ]),
  ),
}

const check = process.argv.includes('--check')
for (const [path, text] of Object.entries(wanted)) {
  if (read(path) === text) continue
  console.log(check ? `${path} is stale: npm run docs` : `${path} written`)
  if (check) process.exitCode = 1
  else {
    mkdirSync(dirname(join(root, path)), { recursive: true })
    writeFileSync(join(root, path), text)
  }
}
