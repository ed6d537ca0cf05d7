/** `start` and `plan`: from parameters to a confirmed plan, and from there to the session's end. */
import { planDigest } from '../domain/plan.ts'
import type { Origin } from '../domain/writer.ts'
import type { SourceInfo } from '../domain/build.ts'
import { parseRequest } from '../inputs/request.ts'
import { run } from '../run.ts'
import { beginSession, confirmSession } from '../stages/parts/interview.ts'
import { keyFile, worldIn, type Context } from '../app/context.ts'
import { cancelled } from '../app/interview.ts'
import { makePlan, type PlannedRun } from '../app/make-plan.ts'
import { newSession, resumeInterrupted } from '../app/new-session.ts'
import { planText } from '../app/plan-text.ts'
import { confirm } from './confirm.ts'
import { ending } from './ending.ts'
import { startLine, type StartFlags } from './start-line.ts'

export interface StartWords {
  readonly project?: string
  readonly focus?: string
  readonly criteria?: string
  readonly proof?: string
}

export async function start(c: Context, words: StartWords, flags: StartFlags): Promise<number> {
  const { plan, source, checkout, fleet } = await planned(c, words, flags)
  const line = startLine(plan, { ...flags, fleet })
  c.terminal.info(planText(plan))
  const { choice, by } = await confirm(c, flags.yes === true, line)
  if (choice === 'modify') {
    c.terminal.print(line)
    return 0
  }
  if (choice === 'cancel') throw cancelled()
  const ledger = await c.sessions.ledgerOf(plan.config.project)
  const resumed = await resumeInterrupted(c, ledger, plan)
  const session = resumed?.session ?? newSession(plan, c.clock)
  const asked = { ledger, clock: c.clock, session, writer: c.writer, clockShift: c.clockShift }
  await beginSession(asked, plan, originOf(source, c.who))
  await confirmSession(asked, plan, by, flags.onBusy ?? 'queue')
  c.terminal.info(`session ${session}; after an interruption the same command continues it`)
  const folder = c.sessions.folderOf(plan.config.project, session)
  const world = worldIn(c, { fleet: plan.fleet, ledger, session, folder, checkout, key: keyFile(flags.key) })
  try {
    const end = await run(plan, session, world, resumed?.since === undefined ? {} : { since: resumed.since })
    return await ending(c, plan, end, await ledger.read(session), folder, flags.json === true)
  } finally {
    await world.close()
  }
}

export async function plan(c: Context, words: StartWords, flags: StartFlags): Promise<number> {
  const made = await planned(c, words, flags)
  c.terminal.print(
    flags.json === true
      ? JSON.stringify({ digest: planDigest(made.plan), ...made.plan }, null, 2)
      : planText(made.plan),
  )
  return 0
}

function planned(c: Context, words: StartWords, f: StartFlags): Promise<PlannedRun> {
  const raw = {
    ...words,
    nodes: f.nodes,
    binaryFile: f.binary,
    binarySource: f.release === undefined ? undefined : 'release',
    releaseTag: f.release,
    soak: f.soak,
    onBusy: f.onBusy,
    fleet: f.fleet,
    lab: f.lab,
    repo: f.repo,
    config: f.config,
    customCriteria: f.customCriteria,
  }
  const given = Object.fromEntries(Object.entries(raw).filter(([, v]) => v !== undefined)) as Parameters<
    typeof parseRequest
  >[0]
  const { request, faults } = parseRequest(given, (field) => flagNames[field] ?? field)
  return makePlan(c, request, { faults, soak: true })
}

const flagNames: Readonly<Record<string, string>> = {
  binaryFile: '--binary',
  releaseTag: '--release',
  binarySource: '--release',
  nodes: '--nodes',
  soak: '--soak',
  onBusy: '--on-busy',
  customCriteria: '--custom-criteria',
}

const originOf = (source: SourceInfo, who: string): Origin => ({
  repository: null,
  branch: source.kind === 'git' ? source.branch : null,
  commit: source.kind === 'git' ? source.commit : null,
  event: 'cli',
  actor: who,
})
