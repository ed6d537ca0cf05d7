/** Tries random changes of sealed evidence, batch after batch, in a thread that can be ended when it hangs. */
import { parentPort } from 'node:worker_threads'
import { batch, fuzzer } from '../../test/gauntlet/fuzz.ts'

/** What is asked of the thread: one batch. Null: no more. */
export interface Ask {
  readonly seed: number
  readonly runs: number
}

const port = parentPort
if (port === null) throw new Error('this is a thread of scripts/fuzz-verify.ts')
const one = await fuzzer()

async function answer(ask: Ask | null): Promise<void> {
  if (ask !== null) return port?.postMessage(await batch(one, ask.seed, ask.runs))
  await one.remove()
  port?.close()
}

port.on('message', (ask: Ask | null) => void answer(ask))
