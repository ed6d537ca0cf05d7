/** INTERVIEW: what was answered, where from, who confirmed and when: in the ledger before anything is touched (spec §4). */
import { chain, type Json } from '../domain/ledger.ts'
import { fold, next } from '../domain/session.ts'
import { planDigest, type Plan } from '../domain/plan.ts'
import type { Clock, Ledger } from '../ports.ts'

export async function recordInterview(ledger: Ledger, clock: Clock, session: string, plan: Plan, confirmedBy: string): Promise<void> {
  const entries = await ledger.read(session)
  if (entries.length === 0) {
    await ledger.append(session, chain([], { session, at: clock.now(), from: 'IDLE', event: 'begin', to: 'INTERVIEW', why: 'a start was asked for', facts: { planDigest: planDigest(plan) } }))
  }
  const before = await ledger.read(session)
  const state = fold(session, before)
  if (state.state !== 'INTERVIEW') return
  const { project, focus, criteria, proof } = plan.answers
  const facts = {
    plan: JSON.parse(JSON.stringify(plan)) as Json, planDigest: planDigest(plan), soak: [...plan.soak], proof: proof.value, confirmedBy,
    answers: Object.fromEntries(Object.entries({ project, focus, criteria, proof }).map(([k, a]) => [k, { value: a.value, from: a.from }])),
  }
  const entry = next(before, state, { event: 'confirmed', why: `${project.value}, ${focus.value}, ${criteria.value}, ${proof.value}; confirmed by ${confirmedBy}`, facts }, clock.now())
  if (entry !== undefined) await ledger.append(session, entry)
}

/** The plan that a session was started with; undefined before it was confirmed. */
export async function recordedPlan(ledger: Ledger, session: string): Promise<Plan | undefined> {
  const confirmed = (await ledger.read(session)).find((e) => e.from === 'INTERVIEW')
  return confirmed?.facts['plan'] as unknown as Plan | undefined
}
