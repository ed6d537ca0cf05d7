/**
 * The first stage of every npm script: plain JavaScript that Node 20 runs with nothing installed; it brings the rest (packages, Node 24,
 * system tools, our own prober) and then starts the task under Node 24.
 */
import { pathToFileURL } from 'node:url'
import { layersFor, needsOf } from './layers.mjs'
import { cargoFirst } from './stage/cargo.mjs'
import { ensureModules } from './stage/modules.mjs'
import { buildNative } from './stage/native.mjs'
import { handBack, runAsRoot } from './stage/root.mjs'
import { Stop, bin, root, run, stage, summary } from './stage/process.mjs'
import { ensureSystem } from './stage/system.mjs'
import { ensureWorkflowTools } from './stage/workflow-tools.mjs'
import { build, distCheck } from './task/dist.mjs'
import { check, pure, test, testCrates } from './task/test.mjs'

/** `native`: `must` stops when the prober cannot be built; `may` leaves it to the program to say what it misses. */
const tasks = {
  'vps-test': {
    native: 'may',
    quiet: true,
    act: (args) => run('node', [`${root}/src/cli.ts`, ...args], { cwd: callerDirectory() }),
  },
  demo: { system: true, native: 'must', act: (args) => runAsRoot('node', ['scripts/demo.ts', ...args]) },
  'demo:github': {
    system: true,
    native: 'must',
    workflows: true,
    act: (args) => runAsRoot('node', ['scripts/demo-github.ts', ...args]),
  },
  bench: { system: true, native: 'must', act: (args) => runAsRoot('node', ['scripts/bench.ts', ...args]) },
  test: { needs: (args) => needsOf(layersFor(args)), act: test },
  'test:crates': { system: true, act: testCrates },
  'test:pure': { act: (args) => pure('run', args) },
  'test:watch': { act: (args) => pure('watch', args) },
  gauntlet: {
    needs: (args) => (onLab(args) ? { system: true, buildHost: true, containers: true, native: 'must' } : {}),
    act: (args) => (onLab(args) ? runAsRoot : run)('node', ['scripts/gauntlet.ts', ...args]),
  },
  story: { system: true, native: 'must', act: (args) => runAsRoot('node', ['scripts/story.ts', ...args]) },
  pictures: { system: true, native: 'must', act: (args) => runAsRoot('node', ['scripts/pictures.ts', ...args]) },
  'fix-story': { system: true, native: 'must', act: (args) => runAsRoot('node', ['scripts/fix-story.ts', ...args]) },
  'recovery-table': {
    system: true,
    native: 'must',
    act: (args) => runAsRoot('node', ['scripts/recovery-table.ts', ...args]),
  },
  'planted-causes': {
    system: true,
    native: 'must',
    act: (args) => runAsRoot('node', ['scripts/planted-causes.ts', ...args]),
  },
  'nat-grid': { system: true, native: 'must', act: (args) => runAsRoot('node', ['scripts/nat-grid.ts', ...args]) },
  reached: { act: (args) => run('node', ['scripts/reached.ts', ...args]) },
  answers: { act: (args) => run('node', ['scripts/answers.ts', ...args]) },
  'bench:verify': { act: (args) => run('node', ['scripts/bench-verify.ts', ...args]) },
  'fuzz:verify': { act: (args) => run('node', ['scripts/fuzz-verify.ts', ...args]) },
  fmt: { act: () => run('node', [bin('oxfmt'), '.']) },
  check: { act: check },
  build: { act: () => build(`${root}/dist`) },
  'dist-check': { act: distCheck },
  docs: { act: (args) => run('node', ['scripts/docs.ts', ...args]) },
}

/** Whether these words of `gauntlet` ask for a lab. */
const onLab = (args) =>
  !args.includes('--help') && args.some((arg) => /^--(?:lab|honest|ten|only|composed-lab)\b/.test(arg))

/** Runs one task and answers with the exit code of the process: that of the program, 128 + n after a signal, 2 for a wrong call, 10 when the machine lacks something. */
export async function go([name, ...args]) {
  const task = Object.hasOwn(tasks, name ?? '') ? tasks[name] : undefined
  if (task === undefined) {
    process.stderr.write(
      `${name === undefined ? 'no task given' : `unknown task ${JSON.stringify(name)}`}; one of: ${Object.keys(tasks).join(', ')}\n`,
    )
    return 2
  }
  const quiet = task.quiet === true
  try {
    const needs = task.needs?.(args) ?? task
    await together([ensureModules(), ensureMachine(needs)])
    // Behind our Node, which may have come last.
    if (needs.system) await cargoFirst()
    return await stage(name, () => task.act(args), { quiet })
  } catch (error) {
    if (!(error instanceof Stop)) throw error
    if (error.message !== '') process.stderr.write(`${error.message}\n`)
    return error.code
  } finally {
    await handBack()
    if (!quiet) summary()
  }
}

/** What packages of npm are not needed for comes beside them. */
async function ensureMachine({ system, buildHost, containers, native, workflows }) {
  if (system) await ensureSystem({ buildHost: buildHost === true, containers: containers === true })
  await together([native ? buildNative(native) : undefined, workflows ? ensureWorkflowTools() : undefined])
}

/** All of them to their ends, so that nothing works on behind a failure; then the first failure. */
async function together(all) {
  const failed = (await Promise.allSettled(all)).find((one) => one.status === 'rejected')
  if (failed !== undefined) throw failed.reason
}

/** Where the person stands: npm changes into the package and keeps the old place in INIT_CWD. */
function callerDirectory() {
  return process.env.npm_lifecycle_event === 'vps-test' && process.env.INIT_CWD ? process.env.INIT_CWD : process.cwd()
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) process.exitCode = await go(process.argv.slice(2))
