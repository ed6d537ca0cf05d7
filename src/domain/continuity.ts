/**
 * Whether one process of one binary went on running from one look to a later one: inside a test, and between a
 * checkpoint and the test before it (spec §4, WAIT_1HR).
 */
import type { Reason } from './reason.ts'
import type { RunningProof } from './evidence.ts'
import type { Finding, FindingKind } from './findings.ts'
import type { NodeName } from './fleet.ts'

/** As much of a running proof as the ledger keeps. */
export type RunningMark = Pick<
  RunningProof,
  'node' | 'bootId' | 'startedAt' | 'restarts' | 'exeSha256' | 'pid' | 'clock'
>

/** A node may call its boot anything: the ledger keeps no more than a boot id's length of it. */
export const markOf = ({ node, bootId, startedAt, restarts, exeSha256, pid, clock }: RunningMark): RunningMark => ({
  node,
  bootId: bootId.slice(0, 64),
  startedAt,
  restarts,
  exeSha256,
  pid,
  clock,
})

export interface Change {
  readonly finding: FindingKind
  readonly result: 'failed' | 'inconclusive'
  readonly text: string
}

/** Start times are computed from clock ticks and boot time: they may differ by a little for one process. */
const jitterMs = 2000

export const sameStart = (a: RunningMark, b: RunningMark): boolean =>
  Math.abs(a.startedAt - b.startedAt - clockMoved(a, b)) <= jitterMs

/** A start is told as a date, from ticks since boot: a wall clock that was set meanwhile moves it with it. */
const clockMoved = (a: RunningMark, b: RunningMark): number =>
  a.clock === null || b.clock === null ? 0 : a.clock.wallMs - a.clock.uptimeMs - (b.clock.wallMs - b.clock.uptimeMs)

/** A crash is the product's; a reboot or somebody's restart is not, but what was tested is no longer one process. */
export function changeBetween(
  before: RunningMark,
  after: RunningMark & { readonly unit: string },
  when: string,
): Change | undefined {
  if (before.bootId !== after.bootId)
    return { finding: 'rebooted', result: 'inconclusive', text: `the host was rebooted ${when}` }
  if (after.restarts > before.restarts)
    return {
      finding: 'restarted',
      result: 'failed',
      text: `${after.unit} died and was restarted ${after.restarts - before.restarts} times ${when}`,
    }
  const other = before.pid !== after.pid || !sameStart(before, after)
  return other
    ? { finding: 'restarted', result: 'inconclusive', text: `${after.unit} was restarted by somebody ${when}` }
    : undefined
}

export interface ContinuityRow {
  readonly node: NodeName
  readonly since: RunningMark
  readonly now: RunningMark | null
  /** Null: one process went on. */ readonly change: string | null
}

export interface ContinuityJudged {
  readonly rows: readonly ContinuityRow[]
  readonly reasons: readonly Reason[]
  readonly findings: readonly Finding[]
  /** Peers tried now of which the test before proved nothing. */
  readonly unproven: readonly NodeName[]
}

const when = 'since the last test that passed'

/**
 * `since`: what ran after that test; `now`: before this one. The registry is no peer: its change is a finding, no
 * reason.
 */
export function judgeContinuity(
  since: readonly RunningMark[],
  now: readonly RunningProof[],
  peers: readonly NodeName[],
  tried: readonly NodeName[],
): ContinuityJudged {
  const known = new Map(since.map((m) => [m.node, m]))
  const judged = [...known.values()].map((before) => {
    const found = now.find((p) => p.node === before.node)
    const after = found === undefined ? undefined : { ...markOf(found), unit: found.unit }
    return {
      before,
      after,
      change: after === undefined ? gone : (otherBinary(before, after) ?? changeBetween(before, after, when)),
    }
  })
  const reasons = judged.flatMap(({ before: { node }, change }): readonly Reason[] =>
    change === undefined || !peers.includes(node) ? [] : [{ kind: change.result, text: `${node}: ${change.text}` }],
  )
  return {
    rows: judged.map(({ before, after, change }) => ({
      node: before.node,
      since: before,
      now: after === undefined ? null : markOf(after),
      change: change?.text ?? null,
    })),
    reasons:
      tried.length > 0 && !tried.some((n) => known.has(n))
        ? [
            ...reasons,
            { kind: 'inconclusive', text: 'nothing proves what ran at the end of the last test that passed' },
          ]
        : reasons,
    findings: judged.flatMap(({ before: { node }, change }) =>
      change === undefined ? [] : [{ kind: change.finding, node, message: `${node}: ${change.text}`, attempts: [] }],
    ),
    unproven: tried.filter((n) => !known.has(n)),
  }
}

const gone: Change = {
  finding: 'not-running',
  result: 'inconclusive',
  text: 'its service ran at the end of the last test that passed, now nothing proves that it runs',
}

/**
 * Told before a restart, which it needs: who put it there did not test this program. After a reboot the reboot comes
 * first.
 */
const otherBinary = (before: RunningMark, after: RunningMark): Change | undefined =>
  before.bootId === after.bootId && before.exeSha256 !== after.exeSha256
    ? {
        finding: 'wrong-binary',
        result: 'inconclusive',
        text: `runs ${after.exeSha256.slice(0, 12)}, at the end of the last test that passed it ran ${before.exeSha256.slice(0, 12)}`,
      }
    : undefined
