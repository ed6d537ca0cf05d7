/**
 * Not a test: before the first test of a layer, bundles this tree once, as dist/ is bundled, for every file that starts
 * it.
 */
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

/** Layers of one run share it: the first one makes it and takes it away. */
export default async function setup(project: TestProject): Promise<() => void> {
  const made = process.env['VPS_TEST_BUNDLE']
  if (made !== undefined) {
    project.provide('bundle', made)
    return () => undefined
  }
  mkdirSync(cache, { recursive: true })
  const bundle = mkdtempSync(join(cache, 'bundle-'))
  process.env['VPS_TEST_BUNDLE'] = bundle
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
