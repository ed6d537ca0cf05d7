/** `approve`: writes down what the reviewers of the protected environment said. A job of that environment runs only after a yes; a no ends it before its first step, so that another job writes it down. */
import { run } from '../run.ts'
import { exitCodes } from '../domain/failure.ts'
import { approve as approveVerb } from '../verbs/approve.ts'
import { tellAsker } from './ask.ts'
import type { Ended, Job } from './job.ts'
import { reviewed } from './plan.ts'
import { working } from './stages.ts'
import { sessionOf, tellOutputs, tellSession, titleOf } from './tell.ts'

export async function approve(job: Job): Promise<Ended> {
  const { inputs } = job
  const before = await sessionOf(job)
  if (before.session.state === 'AWAIT_APPROVAL') {
    const { state, by } = await reviewed(job, inputs.approvalEnvironment)
    await approveVerb(job.context, undefined, { session: inputs.session, reject: state === 'rejected' }, by, `environment ${inputs.approvalEnvironment}`)
  } else job.context.terminal.info(`nothing waits for approval: session ${before.session.id} is in ${before.session.state}`)
  const known = await sessionOf(job)
  // Nothing acts in a state that has ended; what is left to do is to give leases back.
  if (job.key !== null) await working(job, known, (world, plan) => run(plan, known.session.id, world, { states: [] }))
  tellOutputs(job, known.session, known.entries)
  await tellAsker(job, known)
  await tellSession(job, known)
  return { code: exitCodes.passed, title: titleOf(known) }
}
