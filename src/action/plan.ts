/** `plan` and `confirm`: the dispatch form is the interview; nothing is touched before it is recorded and confirmed. */
import { exitCodes, Failure } from '../domain/failure.ts'
import { planDigest, type Plan } from '../domain/plan.ts'
import { hasPlan } from '../domain/events/entry.ts'
import { isFinal, type State } from '../domain/states.ts'
import type { StoredSession } from '../app/sessions.ts'
import { storedSessions } from '../app/sessions.ts'
import { plannedEnclosure, makePlan, type PlannedRun } from '../app/make-plan.ts'
import { planText } from '../app/plan-text.ts'
import { newSession } from '../app/new-session.ts'
import { writerOf } from '../domain/events/readers.ts'
import { sameNodes } from '../domain/waiting.ts'
import { blocksMarkdown, pageMarkdown } from '../report/markdown.ts'
import { codeBlock, paragraph } from '../report/section.ts'
import {
  beginSession,
  confirmSession,
  pushSession,
  recordOutcome,
  recordedPlan,
  type SessionWriter,
} from '../stages/parts/interview.ts'
import { defaultFleet } from '../inputs/request-fields.ts'
import { updateAskIssue } from './ask.ts'
import { dispatchLine } from './dispatch-line.ts'
import { endJob } from './end-job.ts'
import type { JobResult, Job } from './job.ts'
import { sessionOf } from './report.ts'

/** For a push, where nobody is asked and the configuration says nothing. */
const pushDefaults = { focus: 'connectivity', criteria: 'threshold', proof: 'all-evidence' } as const
/** A person who fills in a form means the whole of it; a push wants an answer soon (spec §4). */
const soakingEvents: readonly string[] = ['workflow_dispatch', 'schedule']

export interface StartedRun {
  readonly made: PlannedRun
  readonly session: string
}

export async function plan(job: Job): Promise<JobResult> {
  const begun = await begin(job)
  return begun === null
    ? { code: 0, title: `nothing is done (confirm: ${job.inputs.request.confirm ?? ''})` }
    : { code: 0, title: `session ${begun.session}` }
}

/** The session with its plan; null when it was not to be begun. */
export async function begin(job: Job): Promise<StartedRun | null> {
  const { context: c, inputs, facts } = job
  const soaking = soakingEvents.includes(facts.origin.event)
  const made = await makePlan(c, inputs.request, {
    faults: inputs.faults,
    repository: facts.repository,
    soak: soaking,
    fleet: defaultFleet,
    ...(facts.origin.event === 'workflow_dispatch' ? {} : { defaults: pushDefaults }),
  })
  const text = planText(made.plan, await plannedEnclosure(c, made.plan))
  c.terminal.info(text)
  await job.surface.writeSummary(pageMarkdown({ id: 'plan', title: 'Test plan', blocks: [codeBlock(text)] }, 2))
  const choice = inputs.request.confirm ?? 'proceed'
  if (choice !== 'proceed') {
    if (choice === 'modify') {
      const line = dispatchLine(made.plan, inputs.request, facts)
      c.terminal.print(line)
      await job.surface.writeSummary(
        `${blocksMarkdown([paragraph('Change what you want and run it:'), codeBlock(line)])}\n`,
      )
    }
    job.surface.setOutputs({ proceed: 'false', session: '', state: '' })
    return null
  }
  const environment = await confirming(job)
  const asked = {
    ledger: await c.sessions.ledgerOf(made.plan.config.project),
    clock: c.clock,
    session: '',
    writer: c.writer,
    clockShift: c.clockShift,
  }
  const waits = environment === '' ? await waiting(job, made.plan) : undefined
  const session = (await continued(job, made.plan, asked, waits)) ?? (await begun(job, made.plan, asked, environment))
  if (environment === '')
    await confirmSession(
      { ...asked, session },
      made.plan,
      `${facts.origin.actor ?? 'somebody'} (${facts.origin.event})`,
      inputs.request.onBusy ?? 'queue',
    )
  await endJob(job, await sessionOf(job, session), {
    outputs: { proceed: 'true', fleet: made.plan.fleet.name, 'confirm-environment': environment },
    next: false,
    proof: null,
    summary: null,
    person: 'update',
    code: exitCodes.passed,
    title: null,
  })
  return { made, session }
}

/**
 * The session of this branch that waits for a push, if it is to be tested on the same nodes: SETUP is not done again.
 */
async function waiting({ context: c, facts: { origin } }: Job, made: Plan): Promise<StoredSession | undefined> {
  if (origin.branch === null) return undefined
  return (await storedSessions(c.sessions, made.config.project)).find(
    (k) => k.session.state === 'AWAIT_PUSH' && k.session.origin?.branch === origin.branch && sameNodes(k.entries, made),
  )
}

/** A push goes on with it. */
async function continued(
  { context: c, facts: { origin } }: Job,
  made: Plan,
  asked: SessionWriter,
  waits: StoredSession | undefined,
): Promise<string | null> {
  if (
    origin.event !== 'push' ||
    waits === undefined ||
    !(await pushSession({ ...asked, session: waits.session.id }, made, origin))
  )
    return null
  c.terminal.info(`${waits.session.id} waited for a push onto ${origin.branch ?? ''} and goes on at BUILD`)
  return waits.session.id
}

/**
 * The session that an earlier attempt of this run began, or went on with, by the same plan, or a new one: running the
 * job again begins nothing twice. What has ended is over: all jobs run again are another test.
 */
async function begun(job: Job, made: Plan, asked: SessionWriter, environment: string): Promise<string> {
  // Nothing is taken up before reviewers have confirmed it.
  const over = (state: State): boolean => isFinal(state) || (environment !== '' && state === 'AWAIT_PUSH')
  const earlier = (await storedSessions(job.context.sessions, made.config.project)).find(
    (k) => isOurs(k, job) && k.session.planDigest === planDigest(made) && !over(k.session.state),
  )
  const session = earlier?.session.id ?? newSession(made, job.context.clock)
  if (earlier?.session.state === 'AWAIT_PUSH') await pushSession({ ...asked, session }, made, job.facts.origin)
  await beginSession({ ...asked, session }, made, job.facts.origin)
  return session
}

const isOurs = ({ entries }: StoredSession, { facts }: Job): boolean => {
  const by = writerOf(entries.findLast(hasPlan))
  return by?.kind === 'run' && by.run === facts.run && by.repository === facts.repository
}

/**
 * GitHub makes an environment that does not exist, without any protection, as soon as a job names it (github-platform
 * §2.6): so it is asked before.
 */
async function confirming({ inputs: { confirmEnvironment: name }, context: { forge } }: Job): Promise<string> {
  if (name === '') return ''
  const found = forge === null ? null : await forge.environment(name)
  if (found?.kind === 'protected' && found.reviewers > 0) return name
  throw new Failure({
    code: 'U066',
    message: `environment ${name} ${found?.kind === 'missing' ? 'does not exist' : 'has no required reviewers'}: nobody would be asked before the plan is carried out; set required reviewers there, or leave confirm-environment empty`,
  })
}

/** In the environment whose reviewers have said yes. */
export async function confirm(job: Job): Promise<JobResult> {
  const { context: c, inputs, facts } = job
  const known = await sessionOf(job)
  const made = await recordedPlan(known.ledger, known.session.id)
  if (made === undefined) throw new Failure({ code: 'H030', message: `session ${known.session.id} has no plan` })
  const by = await approvedBy(job, inputs.confirmEnvironment)
  await confirmSession(
    { ledger: known.ledger, clock: c.clock, session: known.session.id, writer: c.writer, clockShift: c.clockShift },
    made,
    `${by} (environment ${inputs.confirmEnvironment}), asked for by ${facts.origin.actor ?? 'somebody'}`,
    inputs.request.onBusy ?? 'queue',
  )
  const confirmed = await sessionOf(job)
  const before = facts.origin.event === 'push' ? await waiting(job, made) : undefined
  if (
    before !== undefined &&
    (await recordOutcome(
      { ...c, ledger: before.ledger, session: before.session.id },
      { event: 'superseded', why: `by ${confirmed.session.id}, which reviewers confirmed`, facts: {} },
    ))
  )
    await updateAskIssue(job, await sessionOf(job, before.session.id))
  return endJob(job, confirmed, {
    outputs: { proceed: 'true' },
    next: false,
    proof: null,
    summary: null,
    person: 'leave',
    code: exitCodes.passed,
    title: `confirmed by ${by}`,
  })
}

/**
 * Who let this run into the environment, newest first. Nobody: its protection was taken away meanwhile, or an
 * administrator passed it.
 */
export async function approvedBy({ context: { forge }, facts }: Job, environment: string): Promise<string> {
  const all = forge === null ? [] : await forge.approvals(facts.run, environment)
  const yes = all.find((a) => a.state === 'approved')
  if (yes === undefined)
    throw new Failure({
      code: 'U067',
      message: `nobody has approved this run in environment ${environment}`,
      remedy: `gh run view ${facts.run} --web`,
    })
  return yes.by
}
