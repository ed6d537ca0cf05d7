/** `start` and `plan`: from parameters to a confirmed plan, and from there to the session's end. */
import { resolve } from 'node:path'
import type { BusyPolicy } from '../domain/answers.ts'
import { planDigest, type Plan } from '../domain/plan.ts'
import type { Origin } from '../domain/writer.ts'
import type { SourceInfo } from '../domain/build.ts'
import { fieldRows, flagOf } from '../inputs/request-fields.ts'
import { parseRequest } from '../inputs/request.ts'
import { run } from '../run.ts'
import { beginSession, confirmSession } from '../stages/parts/interview.ts'
import { keyFile, worldIn, type Context } from '../app/context.ts'
import { cancelled } from '../app/interview.ts'
import { note } from '../app/local-notes.ts'
import { plannedEnclosure, makePlan, type PlannedRun } from '../app/make-plan.ts'
import { newSession, resumeInterrupted } from '../app/new-session.ts'
import { pushedOnto } from '../app/waiting-session.ts'
import { planText } from '../app/plan-text.ts'
import { confirm } from './confirm.ts'
import { ending } from './ending.ts'
import { offerLeftBehind } from './left-behind.ts'
import { flaggedFields, startLine, type StartFlags } from './start-line.ts'

export interface StartWords {
  readonly project?: string
  readonly focus?: string
  readonly criteria?: string
  readonly proof?: string
}

export async function start(c: Context, words: StartWords, flags: StartFlags): Promise<number> {
  const { plan: wanted, source, checkout, fleet, onBusy } = await planned(c, words, flags)
  const line = startLine(wanted, { ...flags, fleet })
  return carryOut(c, { plan: wanted, origin: originOf(source, c.who), source, checkout, onBusy, line }, flags)
}

interface Wanted {
  readonly plan: Plan
  readonly origin: Origin
  /** What may go on with a session that waits for a push; null: nothing of it. */
  readonly source: SourceInfo | null
  readonly checkout: string
  readonly onBusy: BusyPolicy
  /** The same start with every answer, to be edited. */
  readonly line: string
}

/** From a plan that a person has yet to confirm to the end of its session. */
export async function carryOut(
  c: Context,
  { plan: wanted, origin, source, checkout, onBusy, line }: Wanted,
  flags: Pick<StartFlags, 'key' | 'yes' | 'json'>,
): Promise<number> {
  c.terminal.info(planText(wanted, await plannedEnclosure(c, wanted)))
  const { choice, by } = await confirm(c, flags.yes === true, line)
  if (choice === 'modify') {
    c.terminal.print(line)
    return 0
  }
  if (choice === 'cancel') throw cancelled()
  const ledger = await c.sessions.ledgerOf(wanted.config.project)
  const same = await resumeInterrupted(c, ledger, wanted)
  const ask = c.terminal.interactive && flags.yes !== true
  const other = same === undefined ? await offerLeftBehind(c, ledger, wanted, { key: keyFile(flags.key), ask }) : null
  const resumed = other === null ? same : await resumeInterrupted(c, ledger, other)
  const plan = resumed?.plan ?? other ?? wanted
  const writing = { ledger, clock: c.clock, writer: c.writer, clockShift: c.clockShift }
  const waited = resumed === undefined && source !== null ? await pushedOnto(c, writing, plan, origin, source) : null
  const session = resumed?.session ?? waited ?? newSession(plan, c.clock)
  const asked = { ...writing, session }
  await beginSession(asked, plan, origin)
  await confirmSession(asked, plan, by, onBusy)
  c.terminal.info(`session ${session}; after an interruption the same command continues it`)
  const folder = c.sessions.folderOf(plan.config.project, session)
  if (flags.key !== undefined) await note(folder, { key: resolve(c.cwd, flags.key) })
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
  const place = await plannedEnclosure(c, made.plan)
  c.terminal.print(
    flags.json === true
      ? JSON.stringify({ digest: planDigest(made.plan), sandbox: place.sandbox, ...made.plan }, null, 2)
      : planText(made.plan, place),
  )
  return 0
}

async function planned(
  c: Context,
  words: StartWords,
  f: StartFlags,
): Promise<PlannedRun & { readonly onBusy: BusyPolicy }> {
  const given = Object.fromEntries(
    flaggedFields.flatMap(({ field, property }) => {
      const value = f[property]
      return value === undefined ? [] : [[field, value]]
    }),
  )
  const release = f.release === undefined ? {} : { binarySource: 'release' }
  const { request, faults } = parseRequest({ ...words, ...given, ...release }, (field) => flagNames.get(field) ?? field)
  return { ...(await makePlan(c, request, { faults, soak: true })), onBusy: request.onBusy ?? 'queue' }
}

/** What a person typed, where an error is about a field. */
const flagNames: ReadonlyMap<string, string> = new Map(
  fieldRows.flatMap(([field, row]) => {
    const flag = flagOf(row) ?? row.saidBy
    return flag === undefined ? [] : [[field, flag] as const]
  }),
)

const originOf = (source: SourceInfo, who: string): Origin => ({
  repository: null,
  branch: source.kind === 'git' ? source.branch : null,
  commit: source.kind === 'git' ? source.commit : null,
  event: 'cli',
  actor: who,
})
