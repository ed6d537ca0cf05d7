/** Which attempts of an earlier session are repeated, and with which program: read from its evidence and its ledger. */
import { readFile } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { quote } from '../commands/quote.ts'
import { isTest } from '../domain/events/entry.ts'
import { Failure } from '../domain/failure.ts'
import { sha256 } from '../domain/ledger.ts'
import type { BinarySource, Plan } from '../domain/plan.ts'
import { repeatPlan } from '../domain/repeat-plan.ts'
import { failedOf, type SelectedAttempt } from '../domain/suites/selection.ts'
import { suiteIds } from '../domain/suites/registry.ts'
import type { SuiteId } from '../domain/suites/suite.ts'
import { newestPlan } from '../stages/parts/interview.ts'
import { keptBinary } from '../stages/build.ts'
import type { Context } from './context.ts'
import { bundleIn } from './evidence.ts'
import { storedSession, type StoredSession } from './sessions.ts'

/** Words of a person: the session, and its pairs as they were typed; none: those that failed. */
export interface RepeatWish {
  readonly session: string
  readonly pairs: readonly string[]
  /** The same program where this machine has not kept it. */
  readonly binary?: string
}

export interface Repeated {
  readonly plan: Plan
  readonly from: StoredSession
}

export async function repeatedRun(c: Context, wish: RepeatWish): Promise<Repeated> {
  const from = await storedSession(c.sessions, wish.session)
  const plan = from === undefined ? undefined : newestPlan(from.entries)
  if (from === undefined || plan === undefined)
    throw new Failure({ code: 'U053', message: `there is no session ${wish.session}`, remedy: 'vps-test status' })
  const attempts = wish.pairs.length === 0 ? await failedIn(c, from) : wish.pairs.map((text) => pairIn(text, plan))
  // Whoever asks for an attempt again wants to know of it, known to fail or not.
  return { from, plan: repeatPlan(plan, { session: wish.session, attempts }, await programOf(c, from, wish), []) }
}

/** By the evidence of its newest test. */
async function failedIn(c: Context, { project, session, entries }: StoredSession): Promise<readonly SelectedAttempt[]> {
  const tested = entries.findLast(isTest)
  if (tested === undefined)
    throw new Failure({
      code: 'U098',
      message: `session ${session.id} has no test that ended`,
      remedy: `vps-test logs ${quote(project)} --session ${quote(session.id)}`,
    })
  const folder = join(c.sessions.folderOf(project, session.id), tested.facts.folder)
  const evidence = await bundleIn(folder).catch((error: unknown) => {
    throw new Failure(
      {
        code: 'U050',
        message: `the evidence of session ${session.id} cannot be read in ${folder}; its pairs can be named by --pair`,
        remedy: `ls -l ${quote(folder)}`,
      },
      error,
    )
  })
  const failed = failedOf(evidence.verdict.suites)
  if (failed.length === 0)
    throw new Failure({
      code: 'U098',
      message: `no attempt of session ${session.id} failed: its newest test came to ${evidence.verdict.result}`,
      remedy: `vps-test verify ${quote(folder)} ${c.sessions.anchorFlag(project)}`,
    })
  return failed
}

/** `a:b`, or `a:b:suite` where the plan has several. */
function pairIn(text: string, plan: Plan): SelectedAttempt {
  const [from = '', to = '', named, ...more] = text.split(':')
  const own = plan.suites.map((s) => s.suite)
  const suite: SuiteId | undefined = named === undefined ? own[0] : suiteIds.find((id) => id === named)
  const peers = plan.fleet.nodes.filter((n) => plan.nodes.includes(n.name) && n.role !== 'registry').map((n) => n.name)
  const fault =
    more.length > 0 || from === '' || to === ''
      ? 'is not caller:callee or caller:callee:suite'
      : from === to
        ? 'has one node at both ends'
        : [from, to].some((n) => !peers.includes(n))
          ? `names a node that is no peer of the plan; it has ${peers.join(', ')}`
          : suite === undefined || !own.includes(suite)
            ? `names a suite that the plan does not have; it has ${own.join(', ')}`
            : null
  if (fault !== null || suite === undefined)
    throw new Failure({ code: 'U099', message: `--pair ${text} ${fault ?? ''}`, remedy: 'vps-test test --help' })
  return { suite, pair: { from, to } }
}

/** The bytes that were tested, by their hash. */
async function programOf(c: Context, from: StoredSession, { binary }: RepeatWish): Promise<BinarySource> {
  const { id, newest } = from.session
  const build = newest.BUILD?.event === 'built' ? newest.BUILD.facts.build : null
  if (build === null)
    throw new Failure({
      code: 'U098',
      message: `session ${id} built nothing that could be tested again`,
      remedy: `vps-test logs ${quote(from.project)} --session ${quote(id)}`,
    })
  const path = binary === undefined ? join(c.sessions.folderOf(from.project, id), keptBinary) : resolve(c.cwd, binary)
  const bytes = await readFile(path).catch(() => null)
  if (bytes === null || sha256(bytes) !== build.sha256)
    throw new Failure({
      code: 'U046',
      message: `${path} ${bytes === null ? 'cannot be read' : 'is another program'}: session ${id} tested ${build.sha256.slice(0, 12)}, which --binary can name`,
      remedy: `sha256sum ${quote(path)}`,
    })
  return { kind: 'session', session: id, path, build }
}
