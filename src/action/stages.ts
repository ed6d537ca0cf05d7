/** One stage as a job of its own: it does what the session's state asks for, or says that it is done already. */
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { exitCodes, Failure } from '../domain/failure.ts'
import type { Plan } from '../domain/plan.ts'
import type { Session } from '../domain/session.ts'
import { firstLoop, traitsOf, type State } from '../domain/states.ts'
import { writerText } from '../domain/writer.ts'
import { run } from '../run.ts'
import { keptBinary } from '../stages/build.ts'
import { buildMs } from '../domain/lease-policy.ts'
import { leaseForBuild } from '../stages/parts/leases.ts'
import { rosterOf } from '../stages/parts/roster.ts'
import { recordedPlan } from '../stages/parts/interview.ts'
import { worldIn } from '../app/context.ts'
import { exitCode } from '../app/exit-code.ts'
import type { StoredSession } from '../app/sessions.ts'
import { decide } from '../app/checkpoints.ts'
import { checkKey } from '../app/key.ts'
import type { OpenWorld } from '../world.ts'
import { checkoutOf } from './checkout.ts'
import { recording } from './compiled.ts'
import { endJob } from './end-job.ts'
import type { JobResult, Job } from './job.ts'
import { noTestView, runOf, sessionOf, testViewHere } from './report.ts'

/** The fleet is kept through the compiling, which happens in a job that cannot reach it. */
export async function setup(job: Job): Promise<JobResult> {
  const before = await sessionOf(job)
  const ended = await stageJob(job, 'SETUP')
  // After a push there is no SETUP: the fleet is taken for the build where it is free.
  if (before.session.state === 'BUILD')
    await withStage(job, before, (world, plan) =>
      leaseForBuild(world, plan, before.session.id, rosterOf(plan, before.session), buildMs),
    )
  return ended
}
/**
 * Writes down what the job before compiled, or builds natively on the build host; compiles nothing here, beside the
 * key.
 */
export const build = (job: Job): Promise<JobResult> => stageJob(job, 'BUILD')
export const deploy = (job: Job): Promise<JobResult> => stageJob(job, 'DEPLOY')
export const test = (job: Job): Promise<JobResult> => stageJob(job, 'TEST')

async function stageJob(job: Job, state: State): Promise<JobResult> {
  const before = await sessionOf(job)
  checkStageOrder(job, before.session, state)
  await othersWork(job, before.session)
  if (before.session.state !== state)
    job.context.terminal.info(`${state} is done already: session ${before.session.id} is in ${before.session.state}`)
  else
    await withStage(job, before, async (world, plan) => {
      await claim(job, before)
      return run(plan, before.session.id, recording(job, before, world), { states: [state] })
    })
  return stageEnd(job, before.session.id)
}

/** A job whose stage comes later than the session's state was started too early. */
export function checkStageOrder(job: Job, session: Session, state: State): void {
  if (firstLoop.includes(session.state) && firstLoop.indexOf(session.state) < firstLoop.indexOf(state)) {
    throw new Failure({
      code: 'U068',
      message: `session ${session.id} is in ${session.state}; ${state} comes later`,
      remedy: `gh run rerun ${job.facts.run}`,
    })
  }
}

/**
 * A job that is run again must not work beside the run that goes on with the session: a checkpoint is the schedule's,
 * which claims it, and a session is its writer's while that one lives. An earlier attempt of our own run has ended.
 */
async function othersWork({ context: { forge }, facts }: Job, s: Session): Promise<void> {
  const { by, checkpoint } = s
  const lives = async (): Promise<boolean> =>
    by?.kind === 'run' &&
    firstLoop.includes(s.state) &&
    by.run !== facts.run &&
    forge !== null &&
    !(await forge.runEnded(by.run, by.attempt))
  if (checkpoint !== null || (await lives())) {
    throw new Failure({
      code: 'B005',
      message: `${by === null ? 'the schedule' : writerText(by)} goes on with session ${s.id}${checkpoint === null ? '' : `: its checkpoint ${checkpoint.name} is the schedule's`}`,
      remedy: 'gh workflow run vps-test-soak.yml',
    })
  }
}

/**
 * What the schedule may go on with as well is claimed, on the entries that were looked at, before it is worked on: of a
 * job that is run again and a tick, one goes on.
 */
export async function claim({ context: c, facts }: Job, known: StoredSession): Promise<void> {
  const { id, unattended, by } = known.session
  if (!unattended || (by?.kind === 'run' && by.run === facts.run && by.attempt === facts.attempt)) return
  if (
    (await decide(c, known, {
      event: 'claimed',
      why: `run ${facts.run} (attempt ${facts.attempt}) goes on with it`,
      facts: {},
    })) === undefined
  )
    throw new Failure({
      code: 'B006',
      message: `another run went on with session ${id} first`,
      remedy: 'gh workflow run vps-test-ops.yml -f command=status',
    })
}

/** Opens the world of a session, with the key looked at before a node is. */
export async function withStage<T>(
  job: Job,
  known: StoredSession,
  work: (world: OpenWorld, plan: Plan) => Promise<T>,
): Promise<T> {
  const { context: c, inputs } = job
  const plan = await planOf(known)
  await checkKey(c, job.key, plan.fleet)
  const folder = c.sessions.folderOf(known.project, known.session.id)
  await fetchBinary(job, known.session, folder)
  const world = worldIn(c, {
    fleet: plan.fleet,
    ledger: known.ledger,
    session: known.session.id,
    folder,
    checkout: await checkoutOf(job),
    key: job.key,
    patienceMs: (inputs.request.queueMinutes ?? 10) * 60_000,
  })
  try {
    return await work(world, plan)
  } finally {
    await world.close()
  }
}

/** The binary that another job built lies in an artifact of this run; its digest is checked by DEPLOY. */
async function fetchBinary({ artifacts, context }: Job, session: Session, folder: string): Promise<void> {
  if (session.state !== 'DEPLOY' || existsSync(join(folder, keptBinary))) return
  const built = session.newest.BUILD?.event === 'built' ? session.newest.BUILD : undefined
  const stored = built?.facts.artifact ?? null
  if (built === undefined || stored === null || artifacts === null)
    throw new Failure({
      code: 'I141',
      message: 'the binary that was built is not here, and the ledger names no artifact that holds it',
      remedy: `gh workflow run vps-test-ops.yml -f command=stop -f session=${session.id} && gh workflow run vps-test.yml`,
    })
  context.terminal.info(`fetching artifact ${stored.name}`)
  await artifacts.download(stored.id, join(folder, 'binary'), runOf(built))
}

export async function planOf(known: StoredSession): Promise<Plan> {
  const plan = await recordedPlan(known.ledger, known.session.id)
  if (plan === undefined) throw new Failure({ code: 'H030', message: `session ${known.session.id} has no plan` })
  return plan
}

/**
 * Outputs, summary and annotations of a session as it stands now. That a busy fleet is waited for is no failure of this
 * job; the gate says what it means.
 */
export async function stageEnd(job: Job, id: string): Promise<JobResult> {
  const known = await sessionOf(job, id)
  const code = codeOf(known)
  const tested = known.session.lastTestAt !== null
  return endJob(job, known, {
    outputs: {},
    next: false,
    proof: null,
    // What went well is shown once, with its proof, by `prove`.
    summary: code === exitCodes.passed ? null : tested ? await testViewHere(job, known) : noTestView,
    person: 'leave',
    code,
    title: null,
  })
}

const codeOf = ({ session, entries }: StoredSession): number =>
  session.queued !== null
    ? exitCodes.passed
    : traitsOf(session.state).standing === 'failed'
      ? exitCodes.failed
      : firstLoop.includes(session.state)
        ? exitCodes.passed
        : exitCode(session, entries)
