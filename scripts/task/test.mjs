/** `npm test`: types, lint, vitest and the Rust crates; all of them run, and the last line counts them. */
import { copyFileSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { availableParallelism, tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { layersFor, needsOf } from '../layers.mjs'
import { bin, cacheDirectory, note, root, run, stage } from '../stage/process.mjs'
import { runAsRoot } from '../stage/root.mjs'
import { layerTimes } from './layer-times.mjs'

const crates = ['native', 'examples/testnet']

/** The layer that needs nothing but `npm ci`: once, or again after each change of a file. */
export function pure(mode, args) {
  const watch = mode === 'watch' || args.includes('--watch')
  const more = args.filter((arg) => arg !== '--watch')
  return run('node', [bin('vitest'), watch ? 'watch' : 'run', '--project', 'pure', ...more])
}

/** One queue of all layers, act and labs first: they wait more than they compute, so there are more workers than cores. */
const workers = 2 * availableParallelism()

/** Arguments narrow the run to vitest with those arguments: `npm test -- test/domain`. */
export async function test(args) {
  const place = mkdtempSync(join(tmpdir(), 'vps-test-'))
  try {
    const parts =
      args.length > 0
        ? [await stage('vitest', () => vitest(place, 'vitest', args))]
        : (
            await Promise.all([
              gates(),
              stage('vitest', () => vitest(place, 'vitest', [`--maxWorkers=${workers}`], aside)),
              cargoTests(),
            ])
          ).flat()
    const whole = args.length === 0
    return ended(whole ? [...parts, await reachedIn(place)] : parts, timesIn(place))
  } finally {
    rmSync(place, { recursive: true, force: true })
  }
}

/** Counts in the last line; before it, where the time went. */
function ended(parts, times) {
  const total = { passed: 0, failed: 0, skipped: 0 }
  for (const part of parts) for (const key of Object.keys(total)) total[key] += part[key]
  const skipsForbidden = process.env.CI === 'true' && total.skipped > 0
  if (skipsForbidden) note('a skipped test is a failure in CI')
  process.stdout.write(`\n${layerTimes(times).join('\n')}\n\n${computed()}`)
  process.stdout.write(`\n${total.passed} passed, ${total.failed} failed, ${total.skipped} skipped\n`)
  if (parts.some((part) => part.interrupted)) return 130
  return total.failed > 0 || skipsForbidden || total.passed === 0 ? 1 : 0
}

/** What all that was started and waited for has computed so far: on a busy machine it says more than the time on the wall. */
function computed() {
  if (!existsSync('/proc/self/stat')) return ''
  const [user, system] = readFileSync('/proc/self/stat', 'utf8')
    .replace(/^.*\) /s, '')
    .split(' ')
    .slice(13, 15)
    .map((ticks) => Math.round(Number(ticks) / 100))
  return `computed: user ${user} s, system ${system} s, on ${availableParallelism()} cores\n`
}

/** Files that did not change since the last time, nor anything that they import, are not checked again. */
const remembered = ['--incremental', '--tsBuildInfoFile', `${root}/node_modules/.cache/tsc.json`]

/** Types, lint and format, side by side: the exit code of each. */
const checks = {
  tsc: () => run('node', [bin('tsc'), ...remembered], aside),
  oxlint: () => run('node', [bin('oxlint'), '--type-aware', '--deny-warnings'], aside),
  oxfmt: () => run('node', [bin('oxfmt'), '--check', '.'], aside),
}

export async function check() {
  const codes = await Promise.all(Object.entries(checks).map(([name, act]) => stage(name, act)))
  return codes.find((code) => code !== 0) ?? 0
}

/** Beside others nothing has the terminal to itself. */
const aside = { onOut: (text) => void process.stdout.write(text) }

const gates = () =>
  Promise.all(
    Object.entries({ ...checks, docs: () => run('node', ['scripts/docs.ts', '--check'], aside) }).map(([name, act]) =>
      stage(name, async () => gate(name, await act())),
    ),
  )

/** A check that is no test: nothing when it passes, one failure when it does not. */
function gate(name, code) {
  if (code !== 0) note(`${name} failed (${code})`)
  return { passed: 0, failed: code === 0 ? 0 : 1, skipped: 0, interrupted: code === 130 }
}

async function vitest(place, name, args, options = {}) {
  const report = join(place, `${name}.json`)
  process.env.VPS_TEST_TIMES = join(place, 'times.jsonl')
  process.env.VPS_TEST_REACHED = join(place, 'reached.jsonl')
  const start = needsOf(layersFor(args)).root ? runAsRoot : run
  const reporters = ['default', 'json', join(root, 'scripts/task/times-reporter.mjs')]
  const code = await start(
    'node',
    [
      bin('vitest'),
      'run',
      ...reporters.map((reporter) => `--reporter=${reporter}`),
      `--outputFile.json=${report}`,
      ...args,
    ],
    { ...options, limitMs: 80 * 60_000 },
  )
  return vitestCounts(code, existsSync(report) ? JSON.parse(readFileSync(report, 'utf8')) : undefined)
}

/** The reporter's line for each file, and what test/computed.setup.ts counted in its worker. */
function timesIn(place) {
  const file = join(place, 'times.jsonl')
  if (!existsSync(file)) return []
  const lines = readFileSync(file, 'utf8')
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line))
  const computedIn = (path) =>
    lines.filter((line) => line.computed === join(root, path)).reduce((sum, { ms }) => sum + ms, 0)
  return lines.filter((line) => line.path !== undefined).map((line) => ({ ...line, cpuMs: computedIn(line.path) }))
}

/** Kept for `npm run reached`; what no test of a whole run reached is a failure of it. */
async function reachedIn(place) {
  const kept = `${root}/node_modules/.cache/reached.jsonl`
  mkdirSync(dirname(kept), { recursive: true })
  const written = join(place, 'reached.jsonl')
  if (existsSync(written)) copyFileSync(written, kept)
  return gate('reached', await run('node', ['scripts/reached.ts', written], aside))
}

/** vitest's exit code has the last word: a file that does not load, or a rejection outside a test, fails without a failed test. */
export function vitestCounts(code, report) {
  const passed = report?.numPassedTests ?? 0
  const skipped = (report?.numPendingTests ?? 0) + (report?.numTodoTests ?? 0)
  const unloaded = (report?.testResults ?? []).filter(
    (file) => file.status === 'failed' && file.assertionResults.length === 0,
  ).length
  const failed = (report?.numFailedTests ?? 0) + unloaded
  for (const file of report?.testResults ?? []) {
    for (const one of file.assertionResults)
      if (one.status === 'skipped' || one.status === 'pending' || one.status === 'todo')
        note(`skipped: ${file.name.replace(`${root}/`, '')}: ${one.fullName}`)
  }
  return { passed, failed: failed === 0 && code !== 0 ? 1 : failed, skipped, interrupted: code === 130 }
}

/** One after the other: they share the registry's lock. */
async function cargoTests() {
  const parts = []
  for (const crate of crates) parts.push(await stage(`cargo test ${crate}`, () => cargoTest(crate)))
  return parts
}

/** The crates alone, as a job of CI asks for them. */
export const testCrates = async () => ended(await cargoTests(), [])

async function cargoTest(crate) {
  const env = {
    ...process.env,
    // Nobody looks at these programs with a debugger.
    CARGO_PROFILE_DEV_DEBUG: '0',
    CARGO_TARGET_DIR: join(cacheDirectory(), 'cargo-test', crate.replaceAll('/', '-')),
  }
  const lines = []
  const code = await run('cargo', ['test', '--manifest-path', `${root}/${crate}/Cargo.toml`], {
    env,
    limitMs: 20 * 60_000,
    onOut: (text) => {
      lines.push(text)
      process.stdout.write(text)
    },
  })
  return cargoCounts(code, lines.join(''))
}

/** Sums libtest's `test result:` lines; a build that fails has none and counts as one failure. */
export function cargoCounts(code, text) {
  const sum = { passed: 0, failed: 0, skipped: 0, interrupted: code === 130 }
  for (const [, passed, failed, ignored] of text.matchAll(
    /^test result: \w+\. (\d+) passed; (\d+) failed; (\d+) ignored;/gm,
  )) {
    sum.passed += Number(passed)
    sum.failed += Number(failed)
    sum.skipped += Number(ignored)
  }
  if (code !== 0 && sum.failed === 0) sum.failed = 1
  return sum
}
