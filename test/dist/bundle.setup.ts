/** Not a test: before the first test of a layer, bundles this tree once, as dist/ is bundled, for every file that starts it. */
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { type OutputOptions, rolldown } from 'rolldown'
import type { TestProject } from 'vitest/node'
import config from '../../rolldown.config.ts'

declare module 'vitest' {
  interface ProvidedContext {
    /** Directory of the bundle; inside the checkout, whose fleets and profiles it finds. */
    readonly bundle: string
  }
}

const cache = join(import.meta.dirname, '../../node_modules/.cache')

export default async function setup(project: TestProject): Promise<() => void> {
  mkdirSync(cache, { recursive: true })
  const bundle = mkdtempSync(join(cache, 'bundle-'))
  const build = async (): Promise<void> => {
    const built = await rolldown({ ...config, logLevel: 'silent' })
    await built.write({ ...(config.output as OutputOptions), dir: bundle })
    await built.close()
  }
  await build()
  project.provide('bundle', bundle)
  project.onTestsRerun(build)
  return () => rmSync(bundle, { recursive: true, force: true })
}
