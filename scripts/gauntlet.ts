/**
 * `npm run gauntlet`: every attack on the proof beside what must come of it and what came of it, and random
 * compositions by number.
 */
import { exitCodes } from '../src/domain/failure.ts'
import { stopRuns } from './gauntlet/lab-runs.ts'
import { onLab } from './gauntlet/on-lab.ts'
import { alterationRows } from './gauntlet/on-folder.ts'
import { composed, disturbanceRows, lieRows, suiteRows } from './gauntlet/on-values.ts'
import { asText, gauntletOf, heldOf, type Composition, type Row } from './gauntlet/rows.ts'
import { help, wishOf, type Wish } from './gauntlet/wish.ts'

const say = (line: string): void => {
  process.stderr.write(`${line}\n`)
}

/** What was seen until a lab broke is shown all the same. */
async function seenUntil(wish: Wish, rows: Row[], compositions: Composition[]): Promise<string | null> {
  if (wish.values) {
    rows.push(...lieRows(), ...(await alterationRows()), ...disturbanceRows(), ...suiteRows())
    if (wish.composed > 0)
      compositions.push(
        composed(wish.seed, wish.composed, (done) => {
          if (process.stderr.isTTY) process.stderr.write(`\r${done}/${wish.composed} compositions `)
        }),
      )
    if (process.stderr.isTTY) process.stderr.write('\r')
  }
  try {
    await onLab({ ...wish.lab, seed: wish.seed, say }, rows, compositions)
    return null
  } catch (error) {
    return error instanceof Error ? error.message : String(error)
  }
}

async function main(): Promise<number> {
  const wish = wishOf(process.argv.slice(2))
  if (wish === 'help') {
    process.stdout.write(help)
    return exitCodes.passed
  }
  if (typeof wish === 'string') {
    say(`${wish}\n\n${help}`)
    return exitCodes.usage
  }
  // A terminal's Ctrl-C reaches the run by itself; what was begun on the lab is taken back, and the lab with it.
  let interrupted = false
  for (const signal of ['SIGINT', 'SIGTERM'] as const)
    process.on(signal, () => {
      interrupted = true
      stopRuns()
    })
  const began = performance.now()
  const rows: Row[] = []
  const compositions: Composition[] = []
  const broke = await seenUntil(wish, rows, compositions)
  const all = gauntletOf(rows, compositions, performance.now() - began)
  process.stdout.write(wish.json ? `${JSON.stringify(all, null, 1)}\n` : asText(all))
  if (interrupted) return 130
  if (broke !== null) {
    say(`the lab: ${broke}`)
    return exitCodes.infra
  }
  return heldOf(all) ? exitCodes.passed : exitCodes.failed
}

process.exitCode = await main()
