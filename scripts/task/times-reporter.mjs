/** A reporter of vitest: how long each file took with its hooks, one line of JSON each, in the file that VPS_TEST_TIMES names. */
import { appendFileSync } from 'node:fs'
import { relative } from 'node:path'
import { root } from '../stage/process.mjs'

/** vitest calls it with `new`. */
export default function TimesReporter() {
  const began = new Map()
  return {
    onTestModuleQueued: (module) => began.set(module.id, Date.now()),
    onTestModuleStart: (module) => began.set(module.id, Date.now()),
    onTestModuleEnd(module) {
      const { duration, collectDuration } = module.diagnostic()
      const line = {
        layer: module.project.name,
        path: relative(root, module.moduleId),
        tests: [...module.children.allTests()].length,
        ms: Math.round(duration + collectDuration),
        began: began.get(module.id) ?? Date.now(),
        ended: Date.now(),
      }
      appendFileSync(process.env.VPS_TEST_TIMES, `${JSON.stringify(line)}\n`)
    },
  }
}
