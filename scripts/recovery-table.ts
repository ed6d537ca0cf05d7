/**
 * `npm run recovery-table`: provokes each recovery rule on a small lab, and prints the table rule × provoked × ledger
 * entry from the ledgers. `-- --part <name>` (again and again) runs some parts; `--keep <file>` keeps what their ledgers
 * held, and `--with <file>` adds what an earlier run kept; `--json` prints the rows. Needs root.
 */
import { readFileSync, writeFileSync } from 'node:fs'
import { parseArgs } from 'node:util'
import { exitCodes } from '../src/domain/failure.ts'
import { scratch } from '../test/e2e/cli.ts'
import { openLab } from '../test/e2e/lab.ts'
import { partNames, runPart, type Ran } from './recovery/parts.ts'
import { rowsOf, tableText, untested } from './recovery/table.ts'

const { values } = parseArgs({
  options: {
    part: { type: 'string', multiple: true },
    keep: { type: 'string' },
    with: { type: 'string', multiple: true },
    lab: { type: 'string' },
    json: { type: 'boolean' },
  },
})
const say = (line: string): void => void process.stderr.write(`${line}\n`)
const wanted = partNames.filter((name) => values.part === undefined || values.part.includes(name))

async function runAll(ran: Ran[]): Promise<void> {
  const place = scratch()
  const lab = await openLab(values.lab ?? 'recover', 'nine')
  try {
    for (const part of wanted) {
      say(`── ${part}`)
      const began = performance.now()
      const one = await runPart(part, { lab, dir: place.dir, say })
      ran.push(one)
      // A part that breaks off takes nothing away.
      if (values.keep !== undefined) writeFileSync(values.keep, JSON.stringify(ran))
      const last = one.entries.at(-1)
      say(`  ${last?.to ?? 'no session'}: ${last?.why ?? ''} (${((performance.now() - began) / 1000).toFixed(0)} s)`)
      if (one.trouble !== null) say(`  trouble: ${one.trouble}`)
    }
  } finally {
    await lab.down()
    place.remove()
  }
}

const ran: Ran[] = []
if (wanted.length > 0) await runAll(ran)
const earlier = (values.with ?? []).flatMap((file) => JSON.parse(readFileSync(file, 'utf8')) as readonly Ran[])
const rows = rowsOf([...earlier, ...ran])
process.stdout.write(values.json === true ? `${JSON.stringify(rows, null, 1)}\n` : tableText(rows))
process.exitCode = untested(rows).length === 0 ? exitCodes.passed : exitCodes.failed
