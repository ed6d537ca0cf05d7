/** What a run is worth whatever its suites say: controls, processes, NATs. */
import { judgeControls, unfitNodes } from './controls.ts'
import type { Control } from './evidence.ts'
import type { Finding } from './findings.ts'
import { peersOf, type NodeName } from './fleet.ts'
import { judgeHistory } from './history.ts'
import { judgeNats } from './nats.ts'
import { ownJumps } from './node-clock.ts'
import { ownIPv6 } from './own-ipv6.ts'
import { obstaclesIn } from './preflight.ts'
import { needsOf } from './profile.ts'
import type { NotCovered } from './not-covered.ts'
import type { Reason } from './reason.ts'
import { judgeRunning } from './running.ts'
import type { RunContext } from './suites/run-context.ts'
import { undoneTests } from './unsupported.ts'
import type { RunInput } from './verdict-input.ts'

export interface RunJudged {
  readonly context: RunContext
  readonly peers: readonly NodeName[]
  /** Peers that were not left out. */
  readonly tried: readonly NodeName[]
  readonly reasons: readonly Reason[]
  readonly findings: readonly Finding[]
  readonly notCovered: readonly NotCovered[]
  readonly remarks: readonly string[]
  readonly invalidControls: readonly Control[]
}

export function judgeRun(input: RunInput): RunJudged {
  const { fleet, excluded, measurements, deployed, promises, evidence } = input
  const nodes = fleet.nodes.filter((n) => input.planned.includes(n.name))
  const peers = peersOf(fleet).filter((n) => input.planned.includes(n.name))
  const out = new Set(excluded.map((e) => e.node))
  const tried = peers.map((n) => n.name).filter((n) => !out.has(n))
  const controls = judgeControls(evidence.controls)
  const running = judgeRunning(evidence, tried, deployed)
  const history = input.history === undefined ? null : judgeHistory(input.history)
  const unfit = new Map([...unfitNodes(evidence.controls)].filter(([node]) => tried.includes(node)))
  const undone = undoneTests(input.missing ?? [])
  const nats = judgeNats(peers, out, measurements)
  const obstacle = obstaclesIn(input.preflight ?? null, input.needs ?? needsOf({}))
  return {
    context: {
      fleet,
      nodes,
      peers,
      excluded,
      measurements: measurements.before,
      promises,
      obstacle,
      ipv6: ownIPv6(input.preflight ?? null),
      deployed,
      running: {
        before: evidence.runningBefore,
        after: evidence.runningAfter,
        startedAgain: (evidence.restarted ?? []).map((r) => r.started),
      },
      serviceUids: new Map(evidence.runningBefore.map((p) => [p.node, p.uid])),
      barred: new Map([...unfit, ...running.barred]),
      unsettledNats: nats.unsettled,
      checkpoint: (input.checkpoint ?? null) !== null,
    },
    peers: peers.map((n) => n.name),
    tried,
    reasons: [
      ...controls.reasons,
      ...running.reasons,
      ...[...unfit].map(([node, why]): Reason => ({ kind: 'inconclusive', text: `${node}: ${why}` })),
      ...nats.reasons,
      ...(history?.reasons ?? []),
      ...(undone === null ? [] : [{ kind: 'inconclusive', text: undone } as const]),
    ],
    findings: [
      ...(input.findings ?? []),
      ...controls.findings,
      ...running.findings,
      ...nats.findings,
      ...obstacles(tried, obstacle),
      ...(history?.findings ?? []),
      ...(input.clock === undefined ? [] : ownJumps(input.clock, evidence.runningBefore, evidence.runningAfter)),
    ],
    notCovered: [
      ...(fleet.lab?.shaping === 'none'
        ? [{ kind: 'other', what: 'delay and loss', why: 'the lab does not shape its links' } as const]
        : []),
      ...nats.notCovered,
      ...controls.notCovered,
      ...(input.missing ?? []).map(({ what, why }): NotCovered => ({ kind: 'other', what, why })),
    ],
    remarks: history?.remarks ?? [],
    invalidControls: controls.invalid,
  }
}

/** Each once, whatever pairs it concerns. */
const obstacles = (tried: readonly NodeName[], obstacle: RunContext['obstacle']): readonly Finding[] =>
  [...new Set(tried.flatMap((from) => tried.map((to) => (from === to ? null : obstacle({ from, to })))))].flatMap(
    (message) => (message === null ? [] : [{ kind: 'network-obstacle', message, attempts: [] } as const]),
  )
