/**
 * `approve` and `reject`: write down what the reviewers of the protected environment said. A job of that environment
 * runs only after a yes; a no ends it before its first step, so that another job writes it down.
 */
import { run } from '../run.ts'
import { exitCodes, Failure } from '../domain/failure.ts'
import { quote } from '../commands/quote.ts'
import { approve as approveVerb } from '../app/approve.ts'
import { endJob } from './end-job.ts'
import type { JobResult, Job } from './job.ts'
import { approvedBy } from './plan.ts'
import { withStage } from './stages.ts'
import { noTestView, sessionOf } from './report.ts'

export const approve = (job: Job): Promise<JobResult> =>
  decided(job, false, () => approvedBy(job, job.inputs.approvalEnvironment))
export const reject = (job: Job): Promise<JobResult> => decided(job, true, () => rejectedBy(job))

async function decided(job: Job, no: boolean, who: () => Promise<string>): Promise<JobResult> {
  const { inputs } = job
  const before = await sessionOf(job)
  if (before.session.state === 'AWAIT_APPROVAL')
    await approveVerb(
      job.context,
      undefined,
      { session: inputs.session, reject: no },
      await who(),
      `environment ${inputs.approvalEnvironment}`,
    )
  else
    job.context.terminal.info(`nothing waits for approval: session ${before.session.id} is in ${before.session.state}`)
  const known = await sessionOf(job)
  // Nothing acts in a state that has ended; what is left to do is to give leases back.
  if (job.key !== null) await withStage(job, known, (world, plan) => run(plan, known.session.id, world, { states: [] }))
  return endJob(job, known, {
    outputs: {},
    next: false,
    proof: null,
    summary: noTestView,
    person: 'update',
    code: exitCodes.passed,
    title: null,
  })
}

/**
 * Who kept this run out. GitHub tells of a run and not of which job: where the same run also got a yes there, for
 * another session or for its plan, the no may be anybody's, and a person says it again.
 */
async function rejectedBy({
  context: { forge },
  facts,
  inputs: { approvalEnvironment: environment, session },
}: Job): Promise<string> {
  const all = forge === null ? [] : await forge.approvals(facts.run, environment)
  const [yes, no] = [all.find((a) => a.state === 'approved'), all.find((a) => a.state === 'rejected')]
  if (no !== undefined && yes === undefined) return no.by
  throw new Failure({
    code: 'U079',
    message:
      no === undefined
        ? `nobody has rejected this run in environment ${environment}`
        : `this run was both approved (${yes?.by ?? ''}) and rejected (${no.by}) in environment ${environment}, and GitHub does not say for which session`,
    remedy: `vps-test approve --reject --remote ${quote(`${facts.serverUrl}/${facts.repository}.git`)} --session ${quote(session)}`,
  })
}
