/** `soak`: without a session, what is due in the whole ledger, as a matrix for one job each; with one, that session's checkpoint, full loop or record. */
import { join } from 'node:path'
import { readSource } from '../adapters/build/source.ts'
import { exitCodes } from '../domain/failure.ts'
import { lateness } from '../domain/reconcile.ts'
import { table, text } from '../report/markdown.ts'
import { recordedPlan } from '../stages/interview.ts'
import { duties, take, tickOf, type Duty } from '../verbs/soak.ts'
import { followUps } from './advance.ts'
import { askPerson, tellAskers } from './ask.ts'
import type { Ended, Job } from './job.ts'
import { evidence, proofOutputs } from './prove.ts'
import { newestTest, nothingShown, sessionOf, tellOutputs, tellSession, titleOf } from './tell.ts'

export const soak = (job: Job): Promise<Ended> => (job.inputs.session === '' ? reconcile(job) : checkpoint(job))

/** Claims nothing: the job that does the work claims it, so that a matrix that never starts holds nothing up. */
async function reconcile(job: Job): Promise<Ended> {
  const { context: c, surface } = job
  const all = await duties(c)
  const due = await Promise.all(all.filter((d) => d.tick.kind !== 'nothing').map(async ({ known }) => ({
    session: known.session.id, commit: known.session.origin?.commit ?? '', fleet: (await recordedPlan(known.ledger, known.session.id))?.fleet.name ?? '', repo: '.',
  })))
  surface.setOutputs({ due: JSON.stringify(due) })
  await surface.writeSummary(`## Soak: ${due.length} due, ${all.length} open\n\n${all.length === 0 ? 'No session is open.' : table(['session', 'state', 'due', 'what'], all.map((d) => row(d, c.clock.now())))}\n`)
  all.forEach((d) => c.terminal.info(row(d, c.clock.now()).join(' · ')))
  await tellAskers(job)
  return { code: exitCodes.passed, title: `${due.length} due` }
}

function row({ known: { session: s }, tick }: Duty, now: number): readonly string[] {
  const due = s.waitUntil === null ? '' : `${new Date(s.waitUntil).toISOString()}${now > s.waitUntil ? `, ${lateness(now - s.waitUntil)} late` : ''}`
  return [text(s.id), s.state, due, text(tick.kind === 'nothing' ? tick.why : `${tick.outcome.event}: ${tick.outcome.why}`)]
}

async function checkpoint(job: Job): Promise<Ended> {
  const { context: c, inputs } = job
  const before = await sessionOf(job)
  const tick = await tickOf(c, before.session)
  const source = await readSource(join(c.cwd, inputs.request.repo ?? '.'), c.signal)
  const taken = await take(c, before, tick, job.key, source.kind === 'git' ? source.root : c.cwd)
  if (taken === undefined) c.terminal.info(`nothing is done: ${tick.kind === 'nothing' ? tick.why : 'another run was first'}`)
  const known = await sessionOf(job)
  const test = newestTest(known.entries)
  const shown = taken === undefined || test === undefined || test === newestTest(before.entries) ? nothingShown : await evidence(job, known, test)
  tellOutputs(job, known.session, known.entries, { ...(await followUps(job, known.session)), ...(await proofOutputs(job, shown)) })
  await tellSession(job, known, shown)
  if (taken !== undefined) await askPerson(job, known)
  return { code: taken?.code ?? exitCodes.passed, title: titleOf(known) }
}
