/**
 * Not a test: before the first test of a layer, bundles this tree once, as dist/ is bundled, for every file that starts
 * it; beside the bundle lies what the Action reads of its own repository, far from node_modules.
 */
import { cpSync, mkdtempSync, realpathSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { type OutputOptions, rolldown } from 'rolldown'
import type { TestProject } from 'vitest/node'
import config from '../../rolldown.config.ts'

declare module 'vitest' {
  interface ProvidedContext {
    /** Directory of the bundle, `dist` of a package of its own. */
    readonly bundle: string
  }
}

const root = join(import.meta.dirname, '../..')
/** What our action reads of its own repository when it runs, besides `dist`. */
const parts = ['action.yml', 'package.json', 'profiles', 'fleets', 'scripts', 'native']

/** Layers of one run share it: the first one makes it and takes it away. */
export default async function setup(project: TestProject): Promise<() => void> {
  const made = process.env['VPS_TEST_BUNDLE']
  if (made !== undefined) {
    project.provide('bundle', made)
    return () => undefined
  }
  const home = realpathSync(mkdtempSync(join(tmpdir(), 'vps-test-package-')))
  const bundle = join(home, 'dist')
  process.env['VPS_TEST_BUNDLE'] = bundle
  const build = async (): Promise<void> => {
    const built = await rolldown({ ...config, logLevel: 'silent' })
    await built.write({ ...(config.output as OutputOptions), dir: bundle })
    await built.close()
    for (const part of parts)
      cpSync(join(root, part), join(home, part), { recursive: true, filter: (path) => basename(path) !== 'target' })
  }
  await build()
  project.provide('bundle', bundle)
  project.onTestsRerun(build)
  return () => rmSync(home, { recursive: true, force: true })
}
