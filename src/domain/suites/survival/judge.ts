/** One kept connection judged: the same process, the same two ends, and a fresh payload that arrived over it. */
import { changeBetween, type RunningMark } from '../../continuity.ts'
import type { Attempt, Readings } from '../../evidence.ts'
import type { RunningProof } from '../../evidence.ts'
import { duration, iso } from '../../text.ts'
import type { Judgement } from '../connectivity/judge.ts'
import type { SampleOutcome } from '../sample.ts'
import { farEndOf } from './far-end.ts'
import type { KeptItem, KeptNote, KeptProcess } from './work.ts'

export interface Delivery {
  readonly attempt: Attempt
  readonly judged: Judgement
  readonly readings: Readings
}

export interface KeptJudged {
  readonly outcome: SampleOutcome
  readonly words: string
  readonly openMs: number | null
}

/** `callee`: what its service runs now, before this test; null: nothing proves it. */
export function judgeKept(item: KeptItem, delivery: Delivery | undefined, callee: RunningProof | null): KeptJudged {
  const known = (outcome: SampleOutcome, words: string, openMs: number | null = null): KeptJudged => ({
    outcome,
    words,
    openMs,
  })
  if (item.phase === 'opened') return judgeOpened(item, delivery, known)
  const { notes, process } = item
  if (notes.kind === 'not-read') return known('infra', `what we wrote down of it could not be read: ${notes.why}`)
  const list = notes.kind === 'there' ? notes.value : []
  const [opened, last] = [list.find((n) => n.did === 'opened'), list.at(-1)]
  if (opened === undefined || last === undefined)
    return known('harness', 'nothing is written down of a connection that was opened, so none could be kept')
  const seen = `last seen alive ${iso(last.at)}, ${duration(last.at - opened.at)} after it was opened`
  const lost = (why: string) => known('failed', `connection lost: ${why}; ${seen}`, last.at - opened.at)
  if (process.kind !== 'there')
    return known(
      'infra',
      `its process could not be looked at: ${process.kind === 'absent' ? 'nothing was answered' : process.why}`,
    )
  const other = otherProcess(process.value, opened)
  if (other !== null) return other.product ? lost(other.why) : known('infra', `${other.why}; ${seen}`)
  const changed = calleeChange(opened.callee, callee)
  if (changed !== null) return changed.product ? lost(changed.why) : known('infra', `${changed.why}; ${seen}`)
  if (delivery === undefined) return known('harness', `nothing was sent over it; ${seen}`)
  return byDelivery(item, delivery, opened, lost)
}

/** One that is gone before the test that opened it has looked at it was not kept. */
function judgeOpened(
  { process }: KeptItem,
  delivery: Delivery | undefined,
  known: (outcome: SampleOutcome, words: string) => KeptJudged,
): KeptJudged {
  if (delivery === undefined) return known('harness', 'no connection was opened')
  const { judged } = delivery
  if (judged.outcome !== 'success' || (process.kind === 'there' && process.value.kind === 'running'))
    return known(judged.outcome, `opened: ${saying(judged)}`)
  if (process.kind !== 'there') return known('infra', 'opened, and its process could not be looked at')
  const { why, product } = endOf(process.value)
  return known(product ? 'failed' : 'infra', `opened, and lost at once: ${why}`)
}

const saying = ({ sentence }: Judgement): string => sentence.replace(/^.*?: /, '')

interface Ended {
  readonly why: string
  /** By the program's own doing. */
  readonly product: boolean
}

/** Signals by which somebody else ends a process: what the program gets by its own doing is none of them. */
const fromOutside: readonly number[] = [1, 2, 9, 15]

function otherProcess(process: KeptProcess, opened: KeptNote): Ended | null {
  if (process.bootId !== opened.bootId) return { why: 'the host of the caller was rebooted', product: false }
  if (process.kind !== 'running') return endOf(process)
  return process.pid === opened.pid && process.startTicks === opened.startTicks
    ? null
    : { why: 'another process runs in its place', product: false }
}

function endOf(process: KeptProcess): Ended {
  if (process.kind !== 'ended') return { why: 'its unit was taken away by somebody', product: false }
  const { result, status, endedAt } = process
  const when = endedAt === null ? '' : ` at ${iso(endedAt)}`
  const outside = result === 'timeout' || result === 'oom-kill' || (result === 'signal' && fromOutside.includes(status))
  return {
    why: `the process that kept it ended${when} (${result}, status ${status})`,
    product: !outside && result !== 'success',
  }
}

/** A callee that died has lost it; one that somebody restarted could not have kept it. */
function calleeChange(then: RunningMark | null, now: RunningProof | null): Ended | null {
  if (then === null || now === null) return null
  const change = changeBetween(then, now, 'since it was opened')
  return change === undefined ? null : { why: `${now.node}: ${change.text}`, product: change.result === 'failed' }
}

function byDelivery(
  item: KeptItem,
  { attempt, judged, readings }: Delivery,
  opened: KeptNote,
  lost: (why: string) => KeptJudged,
): KeptJudged {
  if (judged.outcome === 'failed') return lost(`nothing arrived over it: ${saying(judged)}`)
  if (judged.outcome !== 'success') return { outcome: judged.outcome, words: saying(judged), openMs: null }
  if (item.connection !== opened.connection)
    return lost(`the payload went over connection ${String(item.connection)}, opened was ${String(opened.connection)}`)
  const remote = farEndOf(readings[attempt.pair.from], attempt.localPort)
  if (opened.remote !== null && remote !== opened.remote)
    return lost(`the payload went to ${String(remote)}, the connection was to ${opened.remote}`)
  const openMs = attempt.endedAt - opened.at
  return { outcome: 'success', words: `the same connection after ${duration(openMs)}: ${saying(judged)}`, openMs }
}
