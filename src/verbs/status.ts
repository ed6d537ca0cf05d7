/** `status`, `logs`, `stop`: what the ledgers say, and a person's stop. */
import { exitCodes, Failure } from '../domain/failure.ts'
import { finals, waiting } from '../domain/session.ts'
import { visible } from '../domain/visible.ts'
import { textTable } from '../report/text-table.ts'
import { record, recordedPlan } from '../stages/interview.ts'
import { giveLeasesBack } from '../stages/leases.ts'
import { rosterOf } from '../stages/roster.ts'
import type { KeySource } from '../world.ts'
import { worldIn, type Context } from './context.ts'
import { knownSessions } from './home.ts'

export async function status(c: Context, flags: { readonly json?: boolean }): Promise<number> {
  const sessions = await knownSessions(c.home)
  if (flags.json === true) { c.terminal.print(JSON.stringify(sessions.map(({ project, session }) => ({ project, ...session, learned: undefined })))); return exitCodes.passed }
  if (sessions.length === 0) { c.terminal.print('no sessions yet'); return exitCodes.passed }
  c.terminal.print(textTable(['session', 'state', 'changed', 'due', 'tests', 'why'], sessions.map(({ session: s }) => [
    { text: s.id }, { text: s.state, tone: s.state === 'COMPLETE' ? 'good' : s.state === 'STOPPED' ? 'bad' : 'warn' }, { text: new Date(s.changedAt).toISOString() },
    { text: s.waitUntil === null ? '' : new Date(s.waitUntil).toISOString() }, { text: String(s.counters.tests) },
    { text: `${visible(s.why, 100)}${waiting[s.state] === undefined ? '' : ` (${waiting[s.state]})`}` },
  ]), c.terminal.palette))
  return exitCodes.passed
}

export async function logs(c: Context, project: string, flags: { readonly json?: boolean }): Promise<number> {
  const newest = (await knownSessions(c.home, project))[0]
  if (newest === undefined) throw noSession(project)
  c.terminal.print(flags.json === true ? JSON.stringify(newest.entries.map((e) => ({ ...e, facts: undefined }))) : newest.entries.map((e) => `${new Date(e.at).toISOString()} ${e.from} → ${e.to}: ${visible(e.why, 2000)}`).join('\n'))
  return exitCodes.passed
}

/** Ends the newest unfinished session of a project and gives its leases back; where all have ended, only the leases that the newest left behind when it was killed. */
export async function stop(c: Context, project: string, flags: { readonly key?: KeySource | null; readonly session?: string }): Promise<number> {
  const all = (await knownSessions(c.home, project)).filter((k) => flags.session === undefined || k.session.id === flags.session)
  const open = all.find((k) => !finals.includes(k.session.state)) ?? all[0]
  if (open === undefined) throw noSession(project)
  const stopped = await record({ ledger: open.ledger, clock: c.clock, session: open.session.id, writer: c.writer, clockShift: c.clockShift }, { event: 'stop', why: `by ${c.who}`, facts: {} })
  c.terminal.info(stopped ? `stopped ${open.session.id}` : `${open.session.id} has ended already (${open.session.state}); its leases are given back`)
  const plan = await recordedPlan(open.ledger, open.session.id)
  if (plan === undefined) return exitCodes.passed
  const world = worldIn(c, { fleet: plan.fleet, ledger: open.ledger, session: open.session.id, folder: c.home.folderOf(project, open.session.id), key: flags.key ?? null })
  try { await giveLeasesBack(world, plan, open.session.id, rosterOf(plan, open.session)) } finally { await world.close() }
  return exitCodes.passed
}

const noSession = (project: string): Failure => new Failure({ kind: 'usage', code: 'U053', message: `no open session of project ${project}`, remedy: 'vps-test status' })
