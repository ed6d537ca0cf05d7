/**
 * INTERVIEW: what was answered, where from, who confirmed and when: in the ledger before anything is touched (spec §4).
 */
import { chain, type Entry } from '../../domain/ledger.ts'
import { fold } from '../../domain/session.ts'
import { next } from '../../domain/next.ts'
import { hasPlan, type StageResult } from '../../domain/events/entry.ts'
import type { BusyPolicy } from '../../domain/answers.ts'
import { ledgerFormat } from '../../domain/events/facts.ts'
import { planDigest, type Plan } from '../../domain/plan.ts'
import { signature, type Origin, type Signer } from '../../domain/writer.ts'
import type { Clock, Ledger } from '../../ports.ts'

export interface SessionWriter extends Signer {
  readonly ledger: Ledger
  readonly clock: Clock
  readonly session: string
}

const planFacts = (plan: Plan, origin: Origin) => ({ plan, planDigest: planDigest(plan), origin })

/** The first entry: what somebody wants. Nothing is done before it is confirmed. */
export async function beginSession(asked: SessionWriter, plan: Plan, origin: Origin): Promise<void> {
  const { ledger, clock, session } = asked
  if ((await ledger.read(session)).length > 0) return
  await ledger.append(
    session,
    chain([], {
      session,
      at: clock.now(),
      from: 'IDLE',
      event: 'begin',
      to: 'INTERVIEW',
      why: `a start was asked for (${origin.event})`,
      facts: { format: ledgerFormat, ...planFacts(plan, origin), ...signature(asked) },
    }),
  )
}

export async function confirmSession(
  asked: SessionWriter,
  plan: Plan,
  confirmedBy: string,
  onBusy: BusyPolicy,
): Promise<void> {
  const { project, focus, criteria, proof } = plan.answers
  await recordOutcome(asked, {
    event: 'confirmed',
    why: `${project.value}, ${focus.value}, ${criteria.value}, ${proof.value}; confirmed by ${confirmedBy}`,
    facts: {
      planDigest: planDigest(plan),
      soak: plan.soak,
      proof: proof.value,
      confirmedBy,
      onBusy,
      restarts: plan.config.soak.maxRestarts,
      preemptible: plan.config.soak.preemptible,
    },
  })
}

/** A push onto the branch of a session that waits for one: the same session, another commit. */
export const pushSession = (asked: SessionWriter, plan: Plan, origin: Origin): Promise<boolean> =>
  recordOutcome(asked, {
    event: 'pushed',
    why: `${origin.commit?.slice(0, 12) ?? 'a commit'} by ${origin.actor ?? 'somebody'}`,
    facts: planFacts(plan, origin),
  })

/** Appends what happened, where the session's state knows it. False: it does not, and nothing was written. */
export async function recordOutcome(asked: SessionWriter, outcome: StageResult): Promise<boolean> {
  const { ledger, clock, session } = asked
  const entries = await ledger.read(session)
  const entry = next(entries, fold(session, entries), outcome, clock.now(), asked)
  if (entry !== undefined) await ledger.append(session, entry)
  return entry !== undefined
}

/** The plan that a session works on: the newest that was written down. */
export const newestPlan = (entries: readonly Entry[]): Plan | undefined => entries.findLast(hasPlan)?.facts.plan
export const recordedPlan = async (ledger: Ledger, session: string): Promise<Plan | undefined> =>
  newestPlan(await ledger.read(session))
