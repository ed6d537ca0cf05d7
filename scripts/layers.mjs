/** The layers of the tests: which file belongs to which, and what a layer needs of the machine before it runs. */
import { readdirSync } from 'node:fs'
import { join, relative } from 'node:path'
import { Stop, root } from './stage/process.mjs'

/** @typedef {'pure' | 'local' | 'lab' | 'act'} Layer */

/**
 * Where a file of tests stands; the longest beginning that fits a path decides.
 * @type {Readonly<Record<string, Layer>>}
 */
const homes = {
  'test/': 'local',
  'test/app/': 'pure',
  // It makes commits.
  'test/app/waiting-session.test.ts': 'local',
  // It keeps a ledger.
  'test/app/logs.test.ts': 'local',
  'test/architecture': 'pure',
  'test/domain/': 'pure',
  'test/gauntlet/': 'pure',
  // They write sealed folders, and pipes among them.
  'test/gauntlet/alterations.test.ts': 'local',
  // It knows the command line and the lab.
  'test/gauntlet/lab/': 'local',
  'test/gauntlet/recovery/': 'local',
  'test/gauntlet/fuzz.test.ts': 'local',
  'test/inputs/': 'pure',
  'test/instruments/': 'pure',
  'test/kit/': 'pure',
  'test/report/': 'pure',
  'test/run.test.ts': 'pure',
  'test/scripts/': 'pure',
  'test/suites/': 'pure',
  // It runs the commands, on this machine.
  'test/suites/command.test.ts': 'local',
  'test/commands/quote.test.ts': 'pure',
  'test/lab/carriers.test.ts': 'pure',
  'test/lab/compile.test.ts': 'pure',
  'test/lab/inside.test.ts': 'pure',
  'test/lab/topology.test.ts': 'pure',
  // Another program's strict reading of our XML: python3.
  'test/report/junit.test.ts': 'local',
  'test/crash/': 'lab',
  'test/e2e/': 'lab',
  'test/lab/': 'lab',
  'test/act/': 'act',
  'test/workflows/ci.test.ts': 'pure',
  'test/workflows/tools.test.ts': 'act',
  'test/workflows/workflows.test.ts': 'act',
}

/** Pure properties that the layer local tries again, with many more histories (vitest.config.ts). */
export const triedAgain = ['test/domain/ticks.test.ts']

/**
 * From the cheapest to the dearest. `native`, `system`, `buildHost`, `containers` and `workflows` are stages of `go.mjs`; `root` runs vitest as root.
 * @type {Readonly<Record<Layer, { readonly needs: Readonly<Record<string, boolean | 'must'>> }>>}
 */
export const layers = {
  pure: { needs: {} },
  local: { needs: { system: true, native: 'must', root: true } },
  lab: { needs: { system: true, buildHost: true, containers: true, native: 'must', root: true } },
  act: { needs: { system: true, native: 'must', workflows: true, root: true } },
}

export const layerNames = /** @type {readonly Layer[]} */ (Object.keys(layers))

const beginnings = Object.keys(homes).toSorted((a, b) => b.length - a.length)
/** @param {string} path
 * @returns {Layer} */
export const layerOf = (path) => homes[beginnings.find((one) => path.startsWith(one)) ?? 'test/']

/** @param {string} beginning */
const globOf = (beginning) =>
  beginning.endsWith('/') ? `${beginning}**/*.test.ts` : beginning.endsWith('.ts') ? beginning : `${beginning}*.test.ts`

/**
 * What vitest includes and excludes in the project of a layer.
 * @param {Layer} layer
 */
export function filesOf(layer) {
  const own = beginnings.filter((one) => homes[one] === layer)
  const again = layer === 'local' ? triedAgain : []
  const others = testFiles().filter(
    (path) => layerOf(path) !== layer && !again.includes(path) && own.some((mine) => path.startsWith(mine)),
  )
  return { include: [...own.map(globOf), ...again], exclude: others }
}

export const testFiles = () =>
  readdirSync(join(root, 'test'), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith('.test.ts'))
    .map((entry) => relative(root, join(entry.parentPath ?? entry.path, entry.name)))
    .toSorted()

/** Options of vitest that take the next word as their value. */
const valued = new Set(['-t', '--testNamePattern', '--reporter', '--maxWorkers', '--shard', '--bail', '--retry'])

/**
 * The layers that a call of `npm test` concerns: those of `--project`, else of the files that its words name, else all.
 * @param {readonly string[]} args
 * @returns {readonly Layer[]}
 */
export function layersFor(args, files = testFiles()) {
  const projects = args.flatMap((arg, i) =>
    arg === '--project' ? [args[i + 1]] : arg.startsWith('--project=') ? [arg.slice('--project='.length)] : [],
  )
  const unknown = projects.find((name) => !layerNames.includes(name))
  if (unknown !== undefined) throw new Stop(2, `unknown layer ${unknown}; one of: ${layerNames.join(', ')}`)
  if (projects.length > 0) return layerNames.filter((name) => projects.includes(name))
  const words = args.filter((arg, i) => !arg.startsWith('-') && !valued.has(args[i - 1]))
  if (words.length === 0) return layerNames
  const patterns = words.map((word) => word.replace(`${root}/`, '').replace(/^\.\//, '').replace(/:\d+$/, ''))
  const concerned = new Set(files.filter((path) => patterns.some((one) => path.includes(one))).map(layerOf))
  if (concerned.size === 0) throw new Stop(2, `no test file has ${patterns.join(' or ')} in its path`)
  return layerNames.filter((name) => concerned.has(name))
}

/**
 * All that these layers need, together.
 * @param {readonly Layer[]} names
 * @returns {Readonly<Record<string, boolean | 'must'>>}
 */
export const needsOf = (names) => Object.assign({}, ...names.map((name) => layers[name].needs))
