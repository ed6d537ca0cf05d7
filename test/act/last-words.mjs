/**
 * Loaded into every action that act runs. act reads a step's output from a terminal, and when the step fails it looks no further than its
 * exit: what was printed last is lost now and then. So a step that fails says that it is done, and ends when that was read.
 */
import { appendFileSync, existsSync, writeSync } from 'node:fs'
import { join } from 'node:path'

const [folder, boundMs] = [process.env.VPS_TEST_ACT_HEARD, 10_000]
// What a step starts itself has no terminal.
if (folder !== undefined && process.stdout.isTTY) {
  process.on('exit', (code) => {
    if (code === 0) return
    const name = `${process.pid}-${process.hrtime.bigint()}`
    writeSync(1, `\nvps-test-act-last-words ${name}\n`)
    const pause = new Int32Array(new SharedArrayBuffer(4))
    for (let waited = 0; waited < boundMs && !existsSync(join(folder, name)); waited += 5) Atomics.wait(pause, 0, 0, 5)
  })
}

// What the step's command was, for the table of what tests reached. The action takes its inputs out of the environment when it begins.
const [reached, by, name] = [process.env.VPS_TEST_REACHED, process.env.VPS_TEST_REACHED_BY, process.env.INPUT_COMMAND]
if (reached !== undefined && by !== undefined && name !== undefined)
  process.on('exit', (code) => {
    if (code !== 2) appendFileSync(reached, `${JSON.stringify({ kind: 'command', name, ...JSON.parse(by) })}\n`)
  })
