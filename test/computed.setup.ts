/** Not a test: what a run tells of its tests: which one runs now, and how much each file's worker and all it started computed. */
import { appendFileSync, existsSync, readFileSync } from 'node:fs'
import { afterAll, expect } from 'vitest'
import type { Running } from './kit/reached.ts'

const [file, own] = [process.env['VPS_TEST_TIMES'], '/proc/self/stat']

const running = globalThis as Running
running.vpsTestNow = () => {
  const { testPath = '', currentTestName = '' } = expect.getState()
  return { testPath, currentTestName }
}

/** Workers that run several files have computed for the earlier ones before. */
const counted = globalThis as { vpsTestComputedMs?: number }

afterAll(() => {
  if (file === undefined || !existsSync(own)) return
  // User and system time of this process, and of the children that it waited for, in hundredths of a second.
  const ticks = readFileSync(own, 'utf8')
    .replace(/^.*\) /s, '')
    .split(' ')
    .slice(11, 15)
  const ms = ticks.reduce((sum, one) => sum + 10 * Number(one), 0)
  const line = { computed: expect.getState().testPath, ms: ms - (counted.vpsTestComputedMs ?? 0) }
  counted.vpsTestComputedMs = ms
  appendFileSync(file, `${JSON.stringify(line)}\n`)
})
