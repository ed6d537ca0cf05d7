/** `npm run fuzz:verify`: sealed evidence changed at random; `verify` must say so, or take the same meaning from it. */
import { parseArgs } from 'node:util'
import { Worker } from 'node:worker_threads'
import { exitCodes } from '../src/domain/failure.ts'
import { machineNow } from './gauntlet/machine.ts'
import type { Batch } from '../test/gauntlet/fuzz.ts'
import type { Ask } from './fuzz/worker.ts'

const help = `npm run fuzz:verify -- [--minutes N] [--seed N]

  --minutes N  how long (10); a batch that has begun is ended
  --seed N     the number of the first batch (1); one that found something is repeated by: --seed N --minutes 0

Exit code 0: nothing was found; 20: changed evidence was accepted with another meaning, or verify crashed, hung, or
answered with an engine's own error.
`

const runs = 50
/** Of a whole batch: a thread that is silent for so long hangs. */
const silenceMs = 5 * 60_000

const numberOf = (text: string | undefined, otherwise: number): number => {
  if (text === undefined) return otherwise
  if (!/^\d{1,9}$/.test(text)) throw new Error(`${JSON.stringify(text)} is no number`)
  return Number(text)
}

type Answer = Batch | 'hang' | { readonly broke: string }

function answerTo(worker: Worker, ask: Ask): Promise<Answer> {
  return new Promise((resolve) => {
    const over = setTimeout(() => end('hang'), silenceMs)
    const done = (batch: Batch): void => end(batch)
    const broke = (error: unknown): void => end({ broke: error instanceof Error ? error.message : String(error) })
    // Only our own two: a thread without any listener of its own is never heard again.
    const end = (answer: Answer): void => {
      clearTimeout(over)
      worker.off('message', done).off('error', broke)
      resolve(answer)
    }
    worker.on('message', done).on('error', broke)
    worker.postMessage(ask)
  })
}

async function main(): Promise<number> {
  let asked: { readonly minutes: number; readonly seed: number }
  try {
    const { values } = parseArgs({
      options: { minutes: { type: 'string' }, seed: { type: 'string' }, help: { type: 'boolean' } },
    })
    if (values.help === true) {
      process.stdout.write(help)
      return exitCodes.passed
    }
    asked = { minutes: numberOf(values.minutes, 10), seed: numberOf(values.seed, 1) }
  } catch (error) {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n\n${help}`)
    return exitCodes.usage
  }
  const worker = new Worker(new URL('fuzz/worker.ts', import.meta.url))
  const began = performance.now()
  const sums: Record<string, number> = {}
  const finds: string[] = []
  let [tried, seed] = [0, asked.seed]
  do {
    const answer = await answerTo(worker, { seed, runs })
    if (answer === 'hang' || 'broke' in answer) {
      finds.push(`seed ${seed}: ${answer === 'hang' ? 'hang' : `crash: ${answer.broke}`}`)
      break
    }
    tried += answer.runs
    for (const [outcome, n] of Object.entries(answer.outcomes)) sums[outcome] = (sums[outcome] ?? 0) + n
    if (answer.find !== null)
      finds.push(
        `seed ${seed}: ${answer.find.seen.outcome}: ${answer.find.seen.why}\n  ${JSON.stringify(answer.find.attack)}`,
      )
    if (process.stderr.isTTY) process.stderr.write(`\r${tried} runs, ${finds.length} finds `)
    seed++
  } while (performance.now() - began < asked.minutes * 60_000)
  if (process.stderr.isTTY) process.stderr.write('\r')
  const seconds = Math.round((performance.now() - began) / 1000)
  worker.postMessage(null)
  const rest = setTimeout(() => void worker.terminate(), 5000)
  worker.once('exit', () => clearTimeout(rest))
  process.stdout.write(
    [
      ...finds,
      `${tried} runs in ${seconds} s, seeds ${asked.seed} to ${seed - 1}`,
      ...Object.entries(sums).map(([outcome, n]) => `${String(n).padStart(8)}  ${outcome}`),
      `${new Date().toISOString().slice(0, 10)}, ${machineNow()}`,
      finds.length === 0 ? 'nothing was found' : `FOUND: ${finds.length}`,
      '',
    ].join('\n'),
  )
  return finds.length === 0 ? exitCodes.passed : exitCodes.failed
}

process.exitCode = await main()
