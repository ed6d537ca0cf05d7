/** Nodes are the clock: what their wall clocks and uptimes say of the time that a test and a wait took. */
import type { NodeClock, Readings, RunningProof } from './evidence.ts'
import type { Finding } from './findings.ts'
import type { NodeName } from './fleet.ts'
import type { Reason } from './reason.ts'
import { duration } from './text.ts'

/** The orchestrator's two clocks at one moment. */
export interface Moment {
  readonly wallMs: number
  /** Of a clock that nobody sets; its zero means nothing. */
  readonly monotonicMs: number
}

/** When our clocks were read: as the test began, right after nodes were looked at first, right before the last, at the end. */
export interface TestClock {
  readonly began: Moment
  readonly looked: Moment
  readonly looking: Moment
  readonly ended: Moment
}

/** A node's clocks at one look. */
export interface ClockLook {
  readonly node: NodeName
  readonly clock: NodeClock
}

/** Of a line of evidence that holds readings. */
export const clocksOf = ({ readings }: { readonly readings: Readings }): readonly ClockLook[] =>
  Object.entries(readings).flatMap(([node, { clock }]) => (clock === null ? [] : [{ node, clock }]))

/** An uptime is told to the hundredth. */
const roundingMs = 20

/** A second of rounding, and the slewing of a clock that is being corrected. */
const slackMs = (overMs: number): number => 2000 + 0.001 * Math.abs(overMs)

const jump = (message: string, node?: NodeName): Finding => ({
  kind: 'clock-jump',
  message,
  attempts: [],
  ...(node === undefined ? {} : { node }),
})

/** One node's looks of one boot, in the order in which they were made. */
export interface Jumps {
  add(look: NodeClock): void
  end(): readonly Finding[]
}

export function nodeJumps(node: NodeName): Jumps {
  let [first, last]: [NodeClock | null, NodeClock | null] = [null, null]
  let [most, back] = [0, false]
  return {
    add(look) {
      first ??= look
      const moved = look.wallMs - first.wallMs - (look.uptimeMs - first.uptimeMs)
      if (Math.abs(moved) > Math.abs(most)) most = moved
      back ||= look.uptimeMs < (last ?? look).uptimeMs - roundingMs
      last = look
    },
    end() {
      if (first === null || last === null) return []
      if (back)
        return [
          jump(`${node}: its uptime went back during the test, in one boot: its machine was set back or lies`, node),
        ]
      return Math.abs(most) <= slackMs(last.uptimeMs - first.uptimeMs)
        ? []
        : [jump(`${node}: its wall clock moved by ${signed(most)} against its uptime during the test`, node)]
    },
  }
}

/** Of each node that was looked at before a test: its jumps within it. After a reboot both clocks are others. */
export function clockJumps(before: readonly RunningProof[]): {
  readonly add: (look: ClockLook) => void
  readonly end: (after: readonly RunningProof[]) => readonly Finding[]
} {
  const nodes = before.map((proof) => ({ proof, jumps: nodeJumps(proof.node) }))
  for (const { proof, jumps } of nodes) if (proof.clock !== null) jumps.add(proof.clock)
  const byNode = Map.groupBy(nodes, ({ proof }) => proof.node)
  return {
    add: ({ node, clock }) => byNode.get(node)?.forEach(({ jumps }) => jumps.add(clock)),
    end: (after) =>
      nodes.flatMap(({ proof: b, jumps }) => {
        const a = after.find((p) => p.node === b.node)
        if (a !== undefined && a.bootId !== b.bootId) return []
        if (a !== undefined && a.clock !== null) jumps.add(a.clock)
        return jumps.end()
      }),
  }
}

/** The orchestrator's wall clock against its own monotonic one, and both against the nodes' uptime. */
export function ownJumps(
  clock: TestClock,
  before: readonly RunningProof[],
  after: readonly RunningProof[],
): readonly Finding[] {
  const moments = [clock.began, clock.looked, clock.looking, clock.ended]
  const moved = moments.map((m) => m.wallMs - clock.began.wallMs - (m.monotonicMs - clock.began.monotonicMs))
  const most = moved.reduce((a, b) => (Math.abs(b) > Math.abs(a) ? b : a), 0)
  const least = clock.looking.monotonicMs - clock.looked.monotonicMs
  const whole = clock.ended.monotonicMs - clock.began.monotonicMs
  const grown = growth(before, after).map((g) => g.ms)
  // Between the first look and the last, at the least and at the most.
  const odd = grown.filter((ms) => ms < least - slackMs(least) || ms > whole + slackMs(whole))
  return [
    ...(Math.abs(most) <= slackMs(whole)
      ? []
      : [jump(`the orchestrator's wall clock moved by ${signed(most)} against its monotonic one during the test`)]),
    ...(grown.length > 0 && odd.length * 2 > grown.length
      ? [
          jump(
            `the orchestrator measured ${duration(least)} between its looks at the nodes, by the uptime of ${odd.length} of ${grown.length} it was ${duration(odd.toSorted((a, b) => a - b)[odd.length >> 1] ?? 0)}`,
          ),
        ]
      : []),
  ]
}

type Clocked = Pick<RunningProof, 'node' | 'bootId' | 'clock'>

/** By how much each node's uptime grew, where it was read twice in one boot. */
const growth = (before: readonly Clocked[], after: readonly Clocked[]) =>
  before.flatMap((a) => {
    const b = after.find((p) => p.node === a.node && p.bootId === a.bootId)
    return a.clock === null || b === undefined || b.clock === null
      ? []
      : [{ node: a.node, ms: b.clock.uptimeMs - a.clock.uptimeMs }]
  })

export interface WaitJudged {
  readonly reasons: readonly Reason[]
  readonly findings: readonly Finding[]
}

/** Of one boot: the nodes that were up all the time decide. A clock that is a fiftieth off is no moved clock. */
const shareOff = 0.02
const waitSlackMs = 30_000
/** What may lie between the claim of a checkpoint and its first look, waiting for a turn on the nodes apart. */
const muchMore = 2

/**
 * `waitedMs`: what the ledger's times say went by between the test that passed and this one's claim, a declared shift
 * of the clock taken off. At least half of the nodes must have lived through it.
 */
export function judgeWait(waitedMs: number, since: readonly Clocked[], now: readonly Clocked[]): WaitJudged {
  const grown = growth(since, now)
  const least = waitedMs * (1 - shareOff) - waitSlackMs
  const short = grown.filter((g) => g.ms < least)
  const median = grown.map((g) => g.ms).toSorted((a, b) => a - b)[grown.length >> 1] ?? 0
  const says = `the ledger's times say ${duration(waitedMs)} since the last test that passed, the uptime of the nodes says ${duration(median)}`
  if (grown.length === 0)
    return {
      reasons: [{ kind: 'inconclusive', text: 'no node was up at both tests, so nothing tells how long the wait was' }],
      findings: [],
    }
  return {
    reasons: short.length * 2 > grown.length ? [{ kind: 'inconclusive', text: says }] : [],
    findings:
      short.length > 0 || median > waitedMs * muchMore + 20 * waitSlackMs
        ? [jump(short.length * 2 > grown.length ? says : `${says}; shorter on ${short.length} of ${grown.length}`)]
        : [],
  }
}

const signed = (ms: number): string => `${ms < 0 ? '−' : '+'}${duration(Math.abs(ms))}`

/** `1700000000123 4567.89`: a wall clock in milliseconds, seconds since boot. A `date` without milliseconds is none. */
export function parseClock(text: string): NodeClock | null {
  const [, wall, up] = /^(\d{10,16}) (\d{1,12}(?:\.\d+)?)$/.exec(text.trim()) ?? []
  return wall === undefined || up === undefined
    ? null
    : { wallMs: Number(wall), uptimeMs: Math.round(Number(up) * 1000) }
}
