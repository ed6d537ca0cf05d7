/** `npm run answers`: what becomes of every project, focus, criterion and method of proof; nothing is contacted. */
import { readFileSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { parseFleet } from '../src/inputs/fleet.ts'
import { parseProfile } from '../src/inputs/profile.ts'
import { answerRows, asTable } from './answers/rows.ts'

const root = join(import.meta.dirname, '..')
const read = (path: string): string => readFileSync(join(root, path), 'utf8')
const profiles = readdirSync(join(root, 'profiles'))
  .filter((f) => f.endsWith('.yaml'))
  .sort()
  .map((f) => parseProfile(read(`profiles/${f}`), `profiles/${f}`))
const rows = answerRows(profiles, parseFleet(read('fleets/saorsa.yaml'), 'fleets/saorsa.yaml'))

process.stdout.write(process.argv.includes('--json') ? `${JSON.stringify(rows, null, 1)}\n` : asTable(rows))
