/** One line for a check or a gate: what came out, with the counts, or why nothing did. */
import type { Entry } from '../domain/ledger.ts'
import { meaningOf } from '../domain/events/entry.ts'
import { isCheckpoint, isFinal } from '../domain/states.ts'
import type { Session } from '../domain/session.ts'
import type { Verdict } from '../domain/verdict.ts'
import { countsText, type Counts } from '../domain/counts.ts'
import { suiteCounts } from '../domain/suites/suite.ts'
import { buildFaultsOf, testsOf, type Result } from '../domain/events/readers.ts'
import { plainLine } from './plain.ts'
import { iso } from '../domain/text.ts'

const longest = 200

export interface TitleInput {
  readonly session: Session | null
  readonly entries: readonly Entry[]
  /** Judged from the evidence at hand. */
  readonly verdict?: Verdict | null
  /** Why no session was begun: `confirm: modify`. */
  readonly notTested?: string | null
}

export function verdictTitle({ session, entries, verdict = null, notTested = null }: TitleInput): string {
  if (notTested !== null) return plainLine(`nothing was tested (${notTested})`, longest)
  if (session === null || entries.length === 0) return 'nothing was tested'
  const { said, next } = standing(session, entries, verdict)
  // Remarks may be cut; what still counts as a failure, or is due, may not.
  const end = plainLine(next, 150)
  return `${plainLine(said, longest - end.length)}${end}`
}

interface Standing {
  readonly said: string
  /** What comes next, in words of ours. */
  readonly next: string
}

function standing(session: Session, entries: readonly Entry[], verdict: Verdict | null): Standing {
  const last = entries.at(-1)
  if (last !== undefined && isFinal(session.state) && meaningOf(last).ends === true)
    return only(`stopped (counts as a failure): ${last.why}`)
  if (session.queued !== null)
    return only(
      `queued, the schedule goes on with it: ${session.queued.who} has the fleet until ${iso(session.queued.until)} (session ${session.queued.holder})`,
    )
  const decisive = entries.findLast((e) => meaningOf(e).outcome !== undefined)
  const test = testsOf(entries).at(-1)
  const recorded = test !== undefined && test.seq === decisive?.seq
  // What was judged from evidence outweighs what entries say: those of a stranger's artifact may say anything, those of
  // a checkpoint tell of the test before.
  if (verdict !== null && (recorded || session.state === 'TEST' || decisive?.event !== 'failed'))
    return {
      said:
        judged(verdict.result, suiteCounts(verdict.suites), verdict.reasons[0]?.text ?? '') + remarked(verdict.remarks),
      next: after(session),
    }
  if (recorded)
    return {
      said: judged(test.result, test.counts, test.reasons[0] ?? decisive.why) + remarked(test.remarks),
      next: after(session),
    }
  if (decisive?.event === 'still-red') return only(`failed: after a fix: ${decisive.why}`)
  if (decisive?.event === 'failed') {
    const fault = decisive.from === 'BUILD' ? buildFaultsOf(entries)[0] : undefined
    return only(
      `failed: ${decisive.from}: ${fault === undefined ? decisive.why : `${fault.file}${fault.line === null ? '' : `:${fault.line}`}: ${fault.message}`}`,
    )
  }
  return only(`no verdict yet: ${session.state}: ${session.why}`)
}

const only = (said: string): Standing => ({ said, next: '' })

const remarked = (remarks: readonly string[]): string => remarks.map((r) => `; ${r}`).join('')

function judged(result: Result, counts: Counts, why: string): string {
  const figures = countsText(counts)
  switch (result) {
    case 'passed':
      return `passed${figures === '' ? '' : `: ${figures}`}`
    case 'failed':
      return `failed: ${why}${figures === '' ? '' : ` (${figures})`}`
    case 'inconclusive':
      return `inconclusive (counts as a failure): ${why}`
  }
}

function after({ state, waitUntil, checkpointsTaken, manualVerify }: Session): string {
  if (isCheckpoint(state))
    return `; ${state} is due ${waitUntil === null ? '' : iso(waitUntil)}${manualVerify ? ", and then a person's approval (counts as a failure until then)" : ''}`
  switch (state) {
    case 'AWAIT_APPROVAL':
      return "; a person's approval is awaited (counts as a failure until then)"
    case 'COMPLETE':
      return checkpointsTaken.length === 0 ? '' : `; soak checkpoints taken: ${checkpointsTaken.join(', ')}`
    default:
      return ''
  }
}
