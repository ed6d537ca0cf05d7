/**
 * FIX: what failed as data, then one try of the project's fix command. A commit goes back to BUILD; anything else waits
 * for a push, with its reason (spec §4).
 */
import { diagnosed, symptomsOf } from '../domain/failed/diagnosis.ts'
import { fleetReference } from '../domain/fleet.ts'
import type { Pushed } from '../domain/fix/end.ts'
import { guardedIn } from '../domain/fix/guards.ts'
import { fixBody, fixSubject } from '../domain/fix/message.ts'
import { mendedPlan } from '../domain/fix/mended.ts'
import { beforeIn, fixesOf, fixRefusal, testedCommit } from '../domain/fix/refusals.ts'
import { redPlan } from '../domain/fix/red-first.ts'
import { planDigest } from '../domain/plan.ts'
import { messageOf } from '../domain/text.ts'
import type { MadeFix } from '../ports/fixer.ts'
import type { Execution, Fixing, SessionFolder, SessionRecord } from '../ports.ts'
import { redBefore } from './parts/red-before.ts'
import { diagnosisFile } from './parts/diagnosis-file.ts'
import { diagnosisOf } from './parts/failure-diagnosis.ts'
import type { Stage } from './stage.ts'

export const fix: Stage<'FIX', Execution & SessionRecord & SessionFolder & Fixing> = async (plan, session, world) => {
  const entries = await world.ledger.read(session.id)
  const found = (await diagnosisOf(world.files, entries)) ?? diagnosed(symptomsOf({ stage: 'TEST', why: session.why }))
  const diagnosis = world.concealer?.conceal(found) ?? found
  const text = `${JSON.stringify(diagnosis, null, 1)}\n`
  await world.files.write(diagnosisFile, text)
  const [cause] = diagnosis.causes
  if (cause !== undefined)
    world.log.info(`likeliest cause: ${cause.what} (${cause.owner}); to look further: ${cause.look}`)
  const { fix: config } = plan.config
  if (config === null)
    return {
      event: 'no-fix-command',
      why: `no fix command is configured; the failure stands: ${session.why}`,
      facts: {},
    }
  const refused = fixRefusal({ plan, config, diagnosis, entries, able: world.fixer !== null })
  const commit = testedCommit(plan)
  const end =
    refused !== null || world.fixer === null || commit === null || plan.source.kind !== 'build'
      ? ({ kind: 'gave up', reason: 'no commit', why: '', ...refused } as const)
      : await world.fixer.fix(
          {
            project: plan.config.project,
            session: session.id,
            number: fixesOf(entries).length + 1,
            commit,
            workspace: plan.source.workspace,
            config,
            diagnosis: text,
            subject: fixSubject(diagnosis),
            body: fixBody(diagnosis, session.id),
            guarded: guardedIn(plan.config, fleetReference(plan.fleet)),
            before: beforeIn(entries),
          },
          world.signal,
        )
  if (end.kind === 'gave up')
    return {
      event: 'gave-up',
      why: `${end.reason}: ${end.why}`.slice(0, 1000),
      facts: { reason: end.reason, cause: cause?.id ?? null },
    }
  const mended = mendedPlan(plan, end.made.commit)
  if (mended === null) throw new Error('a fix of a program that is not built')
  const red = await redBefore(world.files, entries)
  const { publish } = config
  const pushed = publish === null ? null : await pushedTo(world, publish.remote, end.made)
  const { repository = null, branch = null } = session.origin ?? {}
  return {
    event: 'fixed',
    why: `fix ${end.made.number}: ${end.made.commit.slice(0, 12)} on ${end.made.branch}`,
    facts: {
      plan: mended,
      planDigest: planDigest(mended),
      origin: { repository, branch, commit: end.made.commit, event: 'fix', actor: 'vps-test' },
      fix: { ...end.made, red, first: redPlan(mended, session.id, red) !== null, pushed },
    },
  }
}

/** A remote that does not take it keeps no fix from being tested. */
async function pushedTo(world: Execution & Fixing, remote: string, made: MadeFix): Promise<Pushed> {
  const { branch, commit, parent, number } = made
  const asked = { remote, branch, commit, parent }
  const fault = await (world.fixer?.push(asked, world.signal) ?? Promise.resolve(null)).catch((error: unknown) => {
    world.signal.throwIfAborted()
    return messageOf(error).slice(0, 300)
  })
  if (fault === null) world.log.info(`fix ${number}: pushed to ${remote}`)
  else world.log.warn(`fix ${number}: not pushed to ${remote}: ${fault}`)
  return { remote, fault }
}
