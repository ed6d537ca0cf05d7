/**
 * `npm run gauntlet`: every attack on the proof beside what must come of it and what came of it, and random
 * compositions by number.
 */
import { parseArgs } from 'node:util'
import { exitCodes } from '../src/domain/failure.ts'
import { composed, disturbanceRows, lieRows } from './gauntlet/on-values.ts'
import { asText, gauntletOf, heldOf } from './gauntlet/rows.ts'

const help = `npm run gauntlet -- [--composed N] [--seed N] [--json]

  --composed N  how many random compositions are tried (5000)
  --seed N      the number of the first one; one that went wrong is repeated by: --seed N --composed 1
  --json        the table as JSON

Exit code 0: everything held; 20: an attack was accepted, or an honest run was judged wrongly.
`

const numberOf = (text: string | undefined, otherwise: number): number => {
  if (text === undefined) return otherwise
  if (!/^\d{1,9}$/.test(text)) throw new Error(`${JSON.stringify(text)} is no number`)
  return Number(text)
}

function main(): number {
  let asked: { readonly composed: number; readonly seed: number; readonly json: boolean }
  try {
    const { values } = parseArgs({
      options: {
        composed: { type: 'string' },
        seed: { type: 'string' },
        json: { type: 'boolean' },
        help: { type: 'boolean' },
      },
    })
    if (values.help === true) {
      process.stdout.write(help)
      return exitCodes.passed
    }
    asked = {
      composed: numberOf(values.composed, 5000),
      seed: numberOf(values.seed, 1),
      json: values.json === true,
    }
  } catch (error) {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n\n${help}`)
    return exitCodes.usage
  }
  const began = performance.now()
  const rows = [...lieRows(), ...disturbanceRows()]
  const seeds = composed(asked.seed, asked.composed, (done) => {
    if (process.stderr.isTTY) process.stderr.write(`\r${done}/${asked.composed} compositions `)
  })
  if (process.stderr.isTTY) process.stderr.write('\r')
  const all = gauntletOf(rows, asked.composed === 0 ? null : seeds, performance.now() - began)
  process.stdout.write(asked.json ? `${JSON.stringify(all, null, 1)}\n` : asText(all))
  return heldOf(all) ? exitCodes.passed : exitCodes.failed
}

process.exitCode = main()
