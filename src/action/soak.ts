/**
 * `soak`: without a session, what is due in the whole ledger, as a matrix for one job each; with one, that session's
 * checkpoint, full loop or record.
 */
import { exitCodeOf, exitCodes, Failure } from '../domain/failure.ts'
import { fleetOf } from '../domain/events/readers.ts'
import { pageMarkdown } from '../report/markdown.ts'
import { plainLine } from '../report/plain.ts'
import { paragraph, table } from '../report/section.ts'
import { exitCode } from '../app/exit-code.ts'
import type { StoredSession } from '../app/sessions.ts'
import { duties, take, tickOf, type Duty, type PassedOver, type Taken } from '../app/checkpoints.ts'
import { run } from '../run.ts'
import { updateAskIssues } from './ask.ts'
import { checkoutOf } from './checkout.ts'
import { recording } from './compiled.ts'
import { endJob } from './end-job.ts'
import type { JobResult, Job } from './job.ts'
import { onGitHub } from './remedy.ts'
import { evidence } from './show-evidence.ts'
import { newestTest, noTestView, sessionOf } from './report.ts'
import { withStage } from './stages.ts'
import { duration, messageOf, iso } from '../domain/text.ts'

export const soak = (job: Job): Promise<JobResult> => (job.inputs.session === '' ? reconcile(job) : checkpoint(job))

/**
 * Claims nothing: the job that does the work claims it, so that a matrix that never starts holds nothing up. It fails
 * where a session is passed over, after the others were listed.
 */
async function reconcile(job: Job): Promise<JobResult> {
  const { context: c, surface } = job
  const { open, broken } = await duties(c)
  const due = open
    .filter((d) => d.tick.kind !== 'nothing')
    .map(({ known: { session, entries } }) => ({
      session: session.id,
      commit: session.origin?.commit ?? '',
      fleet: fleetOf(entries) ?? '',
      repo: '.',
    }))
  surface.setOutputs({ due: JSON.stringify(due) })
  const rows = [...open.map((d) => row(d, c.clock.now())), ...broken.map(brokenRow)]
  await surface.writeSummary(
    pageMarkdown(
      {
        id: 'soak',
        title: `Soak: ${due.length} due, ${open.length} open${said(broken)}`,
        blocks: [
          rows.length === 0 ? paragraph('No session is open.') : table(['session', 'state', 'due', 'what'], rows),
        ],
      },
      2,
    ),
  )
  rows.forEach((r) => c.terminal.info(r.map((cell) => plainLine(cell, 400)).join(' · ')))
  surface.annotate(
    broken.slice(0, mostTold).map((b) => ({
      level: 'error',
      title: `vps-test ${b.error instanceof Failure ? b.error.facts.code : 'fault'}`,
      message: wordsOf(b),
    })),
  )
  await updateAskIssues(job)
  return {
    code: Math.max(
      exitCodes.passed,
      ...broken.map((b) => (b.error instanceof Failure ? exitCodeOf(b.error.kind) : exitCodes.harness)),
    ),
    title: `${due.length} due${said(broken)}`,
  }
}

/** Of ten annotations that a step may have, one is the step's own failure. */
const mostTold = 9

const said = (broken: readonly PassedOver[]): string => (broken.length === 0 ? '' : `, ${broken.length} passed over`)
const wordsOf = ({ id, error }: PassedOver): string => {
  const remedy =
    error instanceof Failure && error.facts.remedy !== undefined ? ` (try: ${onGitHub(error.facts.remedy)})` : ''
  return `${id}: ${messageOf(error)}${remedy}`
}
const brokenRow = (b: PassedOver): readonly string[] => [b.id, 'passed over', '', wordsOf(b)]

function row({ known: { session: s }, tick }: Duty, now: number): readonly string[] {
  const due =
    s.waitUntil === null ? '' : `${iso(s.waitUntil)}${now > s.waitUntil ? `, ${duration(now - s.waitUntil)} late` : ''}`
  return [s.id, s.state, due, tick.kind === 'nothing' ? tick.why : `${tick.outcome.event}: ${tick.outcome.why}`]
}

async function checkpoint(job: Job): Promise<JobResult> {
  const before = await sessionOf(job)
  const taken = compiledByUs(job, before) ? await goOn(job, before) : await takeDue(job, before)
  const known = await sessionOf(job)
  const test = newestTest(known.entries)
  const shown =
    taken === undefined || test === undefined || test.hash === newestTest(before.entries)?.hash
      ? noTestView
      : await evidence(job, known, test)
  const compiling = taken !== undefined && known.session.state === 'BUILD'
  return endJob(job, known, {
    outputs: { compile: String(compiling) },
    next: true,
    proof: shown,
    summary: shown,
    person: taken === undefined ? 'leave' : 'ask',
    code: compiling ? exitCodes.passed : (taken?.code ?? exitCodes.passed),
    title: null,
  })
}

/** As far as BUILD: a job with the key compiles nothing. */
async function takeDue(job: Job, before: StoredSession): Promise<Taken | undefined> {
  const { context: c } = job
  const tick = await tickOf(c, before.session)
  const taken = await take(c, before, tick, job.key, await checkoutOf(job), { before: 'BUILD' })
  if (taken === undefined)
    c.terminal.info(`nothing is done: ${tick.kind === 'nothing' ? tick.why : 'another run was first'}`)
  return taken
}

/** The session rests in BUILD because an earlier job of this run brought it there. */
const compiledByUs = ({ facts }: Job, { session: { by, state } }: StoredSession): boolean =>
  state === 'BUILD' && by?.kind === 'run' && by.run === facts.run && by.attempt === facts.attempt

/** Writes down what was compiled and goes on; a second build is the next tick's. */
async function goOn(job: Job, before: StoredSession): Promise<Taken> {
  const { id } = before.session
  await withStage(job, before, async (world, plan) => {
    await run(plan, id, recording(job, before, world), { states: ['BUILD'] })
    await run(plan, id, world, { before: 'BUILD' })
  })
  const { session, entries } = await sessionOf(job)
  return { session, code: exitCode(session, entries) }
}
