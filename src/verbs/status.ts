/** `status`, `logs`, `stop`: what the ledgers of this machine say, and a person's stop. */
import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { openGitLedger } from '../adapters/git-ledger.ts'
import { systemClock } from '../adapters/system.ts'
import { exitCodes, Failure } from '../domain/failure.ts'
import type { Entry } from '../domain/ledger.ts'
import { finals, fold, next, notActing, type Session } from '../domain/session.ts'
import { visible } from '../domain/visible.ts'
import type { Ledger } from '../ports.ts'
import { textTable } from '../report/text-table.ts'
import { recordedPlan } from '../stages/interview.ts'
import { giveLeasesBack } from '../stages/leases.ts'
import { rosterOf } from '../stages/roster.ts'
import { openWorld } from '../world.ts'
import type { Context } from './context.ts'

interface Known { readonly project: string; readonly ledger: Ledger; readonly session: Session; readonly entries: readonly Entry[] }

async function known(c: Context, project?: string): Promise<readonly Known[]> {
  const projects = (await readdir(c.stateDir, { withFileTypes: true }).catch(() => [])).filter((d) => d.isDirectory() && !d.name.startsWith('_') && (project === undefined || d.name === project))
  const all = await Promise.all(projects.map(async ({ name }) => {
    const ledger = await openGitLedger(join(c.stateDir, name, 'ledger.git'))
    return Promise.all((await ledger.sessions()).map(async (id) => { const entries = await ledger.read(id); return { project: name, ledger, entries, session: fold(id, entries) } }))
  }))
  return all.flat().sort((a, b) => b.session.changedAt - a.session.changedAt)
}

export async function status(c: Context, flags: { readonly json?: boolean }): Promise<number> {
  const sessions = await known(c)
  if (flags.json === true) { c.terminal.print(JSON.stringify(sessions.map(({ project, session }) => ({ project, ...session, learned: undefined })))); return exitCodes.passed }
  if (sessions.length === 0) { c.terminal.print('no sessions yet'); return exitCodes.passed }
  c.terminal.print(textTable(['session', 'state', 'changed', 'tests', 'why'], sessions.map(({ session: s }) => [
    { text: s.id }, { text: s.state, tone: s.state === 'COMPLETE' ? 'good' : s.state === 'STOPPED' ? 'bad' : 'warn' }, { text: new Date(s.changedAt).toISOString() }, { text: String(s.counters.tests) },
    { text: `${s.why.slice(0, 100)}${notActing[s.state] === undefined ? '' : ` (${notActing[s.state]})`}` },
  ]), c.terminal.palette))
  return exitCodes.passed
}

export async function logs(c: Context, project: string, flags: { readonly json?: boolean }): Promise<number> {
  const newest = (await known(c, project))[0]
  if (newest === undefined) throw noSession(project)
  c.terminal.print(flags.json === true ? JSON.stringify(newest.entries.map((e) => ({ ...e, facts: undefined }))) : newest.entries.map((e) => `${new Date(e.at).toISOString()} ${e.from} → ${e.to}: ${visible(e.why, 2000)}`).join('\n'))
  return exitCodes.passed
}

/** Ends the newest unfinished session of a project and gives its leases back; where all have ended, only the leases that the newest left behind when it was killed. */
export async function stop(c: Context, project: string, flags: { readonly key?: string }): Promise<number> {
  const all = await known(c, project)
  const open = all.find((k) => !finals.includes(k.session.state)) ?? all[0]
  if (open === undefined) throw noSession(project)
  const entry = next(open.entries, open.session, { event: 'stop', why: `by ${c.who}`, facts: {} }, systemClock.now())
  if (entry !== undefined) await open.ledger.append(open.session.id, entry)
  c.terminal.info(entry === undefined ? `${open.session.id} has ended already (${open.session.state}); its leases are given back` : `stopped ${open.session.id}`)
  const plan = await recordedPlan(open.ledger, open.session.id)
  if (plan === undefined) return exitCodes.passed
  const world = await openWorld({ version: c.version, fleet: plan.fleet, log: c.terminal, signal: c.signal, stateDir: join(c.stateDir, project), session: open.session.id, probe: c.probe, keyFile: flags.key ?? null, cacheDir: c.cacheDir })
  try { await giveLeasesBack(world, plan, open.session.id, rosterOf(plan, open.session)) } finally { await world.close() }
  return exitCodes.passed
}

const noSession = (project: string): Failure => new Failure({ kind: 'usage', code: 'U053', message: `no open session of project ${project}`, remedy: 'vps-test status' })
