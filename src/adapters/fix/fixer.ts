/** One try of a fix: tests, the command, tests again, each in a sandbox of its own; then a commit, or why there is none. */
import { join } from 'node:path'
import { fixBranch } from '../../domain/fix/branch.ts'
import { changeFault, endFault, repeatFault, testsFault, type Ended, type Stopped } from '../../domain/fix/guards.ts'
import { executedTests } from '../../domain/fix/test-counts.ts'
import type { Login } from '../../domain/login.ts'
import type { Clock, Log } from '../../ports.ts'
import type { FixAsked, FixEnd, Fixer, MadeFix } from '../../ports/fixer.ts'
import { readSource } from '../build/source.ts'
import { besideTheCommit } from '../build/whole-commit.ts'
import { folder } from '../system.ts'
import type { SandboxWay } from '../sandbox/sandbox.ts'
import { findWay, removed } from '../sandbox/way.ts'
import { behindLinks } from './behind-links.ts'
import { changesOf, type FixChanges } from './changes.ts'
import { commitIn, publish } from './commit.ts'
import { isNoSandbox, runEnclosed, type EnclosedEnd, type EnclosedCommand } from './enclosed-command.ts'
import { keepMade, madeBefore } from './made.ts'
import { proposeBranch } from './propose.ts'
import { pushFault } from './push.ts'
import { treeAt } from './tree.ts'

export interface FixerOptions {
  /** The person's checkout: it gets a branch, and nothing else of it is touched. */
  readonly checkout: string
  /** The session's folder. */
  readonly folder: string
  /** Ours; what of it comes in is an allow-list. */
  readonly env?: NodeJS.ProcessEnv
  readonly way?: SandboxWay
  /** A person's own, for pushes and pull requests where they are asked for. */
  readonly login?: Login
  readonly log: Log
  readonly clock: Clock
}

/** Of a session's own commits. */
export const treeFolder = 'tree'

export const openFixer = (o: FixerOptions): Fixer => ({
  fix: (asked, signal) =>
    work(o, asked, signal).catch((error: unknown): FixEnd => {
      if (!isNoSandbox(error)) throw error
      return { kind: 'gave up', reason: 'no sandbox', why: error.message }
    }),
  push: async (asked, signal) => pushFault({ ...asked, ...(await placed(o, asked.commit, signal)) }, signal),
  propose: async (asked, signal) => proposeBranch({ ...asked, ...(await placed(o, asked.commit, signal)) }, signal),
})

/** Where a fix's commit is found, and who pushes it. */
const placed = async ({ checkout, folder: own, login }: FixerOptions, commit: string, signal: AbortSignal) => ({
  checkout,
  clone: await treeAt(checkout, commit, join(own, treeFolder), signal),
  ...(login === undefined ? {} : { login }),
})

async function work(o: FixerOptions, asked: FixAsked, signal: AbortSignal): Promise<FixEnd> {
  const started = o.clock.now()
  const { config, number, commit } = asked
  const { env = process.env } = o
  const files = folder(o.folder)
  const place = `fix-${number}`
  const known = await madeBefore(o.folder, o.checkout, asked, signal)
  if (known !== null) {
    o.log.info(`fix ${number}: made before, ${known.commit.slice(0, 12)} on ${known.branch}`)
    return { kind: 'fixed', made: known }
  }
  await forget(join(o.folder, place), o, signal)
  await files.write(`${place}/given/diagnosis.json`, asked.diagnosis)
  const tree = await treeAt(o.checkout, commit, join(o.folder, treeFolder), signal)
  const beside = await alone(tree, signal)
  if (beside !== null) return { kind: 'gave up', reason: 'no commit', why: beside }
  const guarded = [...asked.guarded, ...(await behindLinks(tree, asked.workspace, asked.guarded))]
  const given = join(o.folder, place, 'given')
  const common = { tree, workspace: asked.workspace, config, env, log: o.log, signal }
  const ways = o.way === undefined ? {} : { way: o.way }
  const homeOf = (when: 'before' | 'after'): string => join(o.folder, place, `sandbox-tests-${when}`)
  const testing = (command: string, when: 'before' | 'after'): EnclosedCommand => ({
    ...common,
    ...ways,
    // What an earlier run's tests left there is nothing that these may find.
    folder: homeOf(when),
    command,
    hidden: {},
    more: {},
    shown: [],
  })
  const keep = (name: string, end: EnclosedEnd): Promise<void> =>
    files.write(`${place}/${name}.log`, `${JSON.stringify(end.ended)}\n${end.output}`)

  const before: (number | null)[] = []
  try {
    for (const [i, command] of config.tests.entries()) {
      o.log.info(`fix ${number}: local tests before it`)
      const end = await runEnclosed(testing(command, 'before'), async (_, done) => done)
      await keep(`tests-before-${i + 1}`, end)
      before.push(executedTests(end.output))
    }
  } finally {
    await forget(homeOf('before'), o, signal)
  }

  o.log.info(`fix ${number}: ${config.command.split('\n')[0]?.slice(0, 100) ?? ''}`)
  const hidden = hiddenOf(env, config.env)
  const fixing: EnclosedCommand = {
    ...common,
    ...ways,
    // A home that an earlier command wrote is no home for this one.
    folder: join(o.folder, place, 'sandbox'),
    command: config.command,
    hidden,
    more: { VPS_TEST_DIAGNOSIS: join(given, 'diagnosis.json'), VPS_TEST_FIX_NUMBER: String(number) },
    shown: [given],
  }
  let changes: FixChanges | Stopped
  try {
    changes = await runEnclosed(fixing, async (copy, end): Promise<FixChanges | Stopped> => {
      await keep('command', end)
      return endFault(end.ended) ?? changesOf(tree, copy, config, Object.values(hidden), signal)
    })
  } finally {
    await forget(join(o.folder, place, 'sandbox'), o, signal)
  }
  if ('reason' in changes) return { kind: 'gave up', ...changes }
  const wrong = changeFault({ ...changes, guarded })
  if (wrong !== null) return { kind: 'gave up', ...wrong }

  const message = `${asked.subject}\n\n${asked.body}\n`
  const made = await commitIn(tree, commit, changes.changed, message, join(o.folder, place, 'commit'), signal)
  const again = repeatFault({ ...asked.before, trees: [made.parentTree, ...asked.before.trees] }, made)
  if (again !== null) return { kind: 'gave up', ...again }

  await treeAt(o.checkout, made.commit, tree, signal)
  const tests: { command: string; before: number | null; after: number | null; ended: Ended }[] = []
  try {
    for (const [i, command] of config.tests.entries()) {
      o.log.info(`fix ${number}: local tests after it`)
      const end = await runEnclosed(testing(command, 'after'), async (_, done) => done)
      await keep(`tests-after-${i + 1}`, end)
      tests.push({ command, before: before[i] ?? null, after: executedTests(end.output), ended: end.ended })
    }
  } finally {
    await forget(homeOf('after'), o, signal)
  }
  const failed = testsFault(tests)
  if (failed !== null) return { kind: 'gave up', ...failed }

  const branch = fixBranch(asked.session, number)
  await publish(o.checkout, tree, made.commit, branch, signal)
  o.log.info(`fix ${number}: ${made.commit.slice(0, 12)} on ${branch}`)
  const facts: MadeFix = {
    number,
    commit: made.commit,
    parent: commit,
    tree: made.tree,
    parentTree: made.parentTree,
    branch,
    subject: asked.subject,
    files: changes.changed.map((c) => c.path),
    diff: made.diff,
    tests: tests.map(({ command, before: was, after }) => ({ command: command.slice(0, 300), before: was, after })),
    seconds: (o.clock.now() - started) / 1000,
  }
  await keepMade(o.folder, asked, facts)
  return { kind: 'fixed', made: facts }
}

/** The sandbox's user may own what is in it. */
const forget = async (dir: string, { way }: FixerOptions, signal: AbortSignal): Promise<void> =>
  removed(dir, way ?? (await findWay(signal)).way)

/** What a copy of the commit alone would lack. */
async function alone(tree: string, signal: AbortSignal): Promise<string | null> {
  const source = await readSource(tree, signal)
  return source.kind === 'none' ? source.why : besideTheCommit(source, signal)
}

const hiddenOf = (env: NodeJS.ProcessEnv, names: readonly string[]): Readonly<Record<string, string>> =>
  Object.fromEntries(names.flatMap((name) => (env[name] === undefined ? [] : [[name, env[name]]])))
