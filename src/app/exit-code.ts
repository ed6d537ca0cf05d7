/** How a session's end is told and what exit code it has (architecture: exit codes). */
import { join } from 'node:path'
import { readFile } from 'node:fs/promises'
import { exitCodes, recordedKind } from '../domain/failure.ts'
import type { Entry } from '../domain/ledger.ts'
import type { Plan } from '../domain/plan.ts'
import type { Session } from '../domain/session.ts'
import type { Context } from './context.ts'
import { nextStep } from './next-step.ts'

export async function ending(
  c: Context,
  plan: Plan,
  session: Session,
  entries: readonly Entry[],
  folder: string,
  json: boolean,
): Promise<number> {
  const tested = entries.findLast((e) => e.from === 'TEST')
  const proof = typeof tested?.facts['proof'] === 'string' ? join(folder, tested.facts['proof']) : null
  const code = settledCode(session, entries)
  if (json) {
    c.terminal.print(
      JSON.stringify({
        session: session.id,
        project: plan.config.project,
        state: session.state,
        why: session.why,
        verdict: tested?.facts['verdict'] ?? null,
        counts: tested?.facts['counts'] ?? null,
        proof,
        exitCode: code,
      }),
    )
    return code
  }
  if (proof !== null) c.terminal.print(await readFile(proof, 'utf8'))
  timings(c, entries)
  c.terminal.info(`${session.state}: ${session.why}`)
  const idle = nextStep(session)
  if (idle !== undefined) c.terminal.info(idle)
  if (proof !== null) c.terminal.info(`proof: ${proof}\nre-judge it: vps-test verify ${join(proof, '..')}`)
  return code
}

function timings(c: Context, entries: readonly Entry[]): void {
  const times = entries.slice(1).map((e, i) => `${e.from} ${((e.at - (entries[i]?.at ?? e.at)) / 1000).toFixed(1)} s`)
  c.terminal.info(`stages: ${times.slice(1).join(', ')}`)
}

/** Ends that say nothing about the program. */
const saysNothing: readonly string[] = ['inconclusive', 'stop', 'superseded', 'missed', 'expired', 'queued', 'claimed']

/** What others may build on: what a person must approve has not passed before he has (spec §4, proof manual-verify). */
export function settledCode(session: Session, entries: readonly Entry[]): number {
  const code = exitCode(session, entries)
  return code === exitCodes.passed && session.manualVerify && session.state !== 'COMPLETE'
    ? exitCodes.inconclusive
    : code
}

/** As far as the session has come: 0 passed · 10 infrastructure · 20 product failed · 30 inconclusive. A wait after a pass has passed so far. */
export function exitCode(session: Session, entries: readonly Entry[]): number {
  const last = entries.at(-1)
  if (
    session.state === 'COMPLETE' ||
    session.state === 'WAIT_1HR' ||
    session.state === 'WAIT_6HR' ||
    session.state === 'AWAIT_APPROVAL'
  )
    return exitCodes.passed
  if (last?.event === 'unrecoverable')
    return recordedKind(last.facts['code']) === 'usage' ? exitCodes.usage : exitCodes.infra
  if (saysNothing.includes(last?.event ?? '')) return exitCodes.inconclusive
  return exitCodes.failed
}
