/** `npm run reached`: which tests of the last whole `npm test` reached each state, transition, verb and command; 1 when one was reached by none. */
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { asTable, rowsOf, unreached, type Reached } from './reached/rows.ts'

const file = process.argv[2] ?? join(import.meta.dirname, '../node_modules/.cache/reached.jsonl')
if (existsSync(file)) {
  const lines = readFileSync(file, 'utf8')
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as Reached)
  const rows = rowsOf(lines)
  process.stdout.write(asTable(rows))
  process.exitCode = unreached(rows).length === 0 ? 0 : 1
} else {
  process.stderr.write(`${file} is not there: npm test writes it\n`)
  process.exitCode = 2
}
