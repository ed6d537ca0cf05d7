/** Windows into samples: each pair of each window, and of a repetition only those pairs that it is for. */
import type { NodeName } from '../../fleet.ts'
import type { Finding } from '../../findings.ts'
import { foreignIn, type Foreign } from '../../processes.ts'
import { valueOf, type Pair } from '../../evidence.ts'
import type { ClaimsUse } from '../../profile.ts'
import type { Reason } from '../../reason.ts'
import type { PlannedPair } from '../connectivity/coverage.ts'
import type { Measured } from '../retry.ts'
import { obstacleBetween, type RunContext } from '../run-context.ts'
import { counts, sampleKey } from '../sample.ts'
import { runFindings } from './figures.ts'
import { judgePair } from './judge.ts'
import { trafficIn } from './traffic.ts'
import { ofNode, type ObservedSample, type ObservedWindow, type ObservedWork } from './window.ts'

export interface WindowsJudged {
  readonly judged: readonly ObservedSample[]
  readonly measured: readonly Measured[]
  readonly strays: readonly Reason[]
  readonly findings: readonly Finding[]
  readonly windows: number
}

/** A window that repeats another shows what did not count there; one of a checkpoint's retries, what had failed. */
export function windowJudging(
  pairs: readonly PlannedPair[],
  work: ObservedWork,
  run: RunContext,
): { readonly add: (window: ObservedWindow) => void; readonly end: () => WindowsJudged } {
  const judged = new Map<string, ObservedSample>()
  const measured: Measured[] = []
  const strays: Reason[] = []
  const told = runFindings(work.claims, run.peers.length)
  const ids = new Set<string>()
  const wanted = ({ retry, repeats }: ObservedWindow): ((s: ObservedSample) => boolean) => {
    const failed = new Set([...judged.values()].filter((s) => s.outcome === 'failed').map(sampleKey))
    if (retry === true) return (s) => failed.has(sampleKey(s))
    if (repeats === undefined) return () => true
    return (s) => {
      const first = judged.get(idIn(repeats, s))
      return first !== undefined && !counts(first)
    }
  }
  return {
    add(window) {
      if (ids.has(window.id)) {
        strays.push({ kind: 'inconclusive', text: `window ${window.id} occurs twice in the evidence` })
        return
      }
      ids.add(window.id)
      told.add(window)
      const samples = judgeWindow(window, pairs, work, run).filter(wanted(window))
      samples.forEach((s) => judged.set(s.id, s))
      measured.push(...samples.map((s) => measuredOf(window, s)))
    },
    end: () => ({ judged: [...judged.values()], measured, strays, findings: told.end(), windows: ids.size }),
  }
}

const idIn = (window: string, { subject: { pair } }: ObservedSample): string => `${window}.${pair.from}.${pair.to}`

/** When it was measured, by its own id. */
const measuredOf = ({ startedAt, endedAt, retry, repeats }: ObservedWindow, s: ObservedSample): Measured => ({
  id: s.id,
  startedAt,
  endedAt,
  ...(retry === undefined ? {} : { retry }),
  ...(repeats === undefined ? {} : { repeats: idIn(repeats, s) }),
})

function judgeWindow(
  window: ObservedWindow,
  pairs: readonly PlannedPair[],
  { servicePort, window: use, claims }: ObservedWork,
  run: RunContext,
): readonly ObservedSample[] {
  const nats = new Map(run.measurements.map((m) => [m.node, m]))
  const barred = new Map([...run.unsettledNats, ...run.barred])
  const foreign = foreignOf(window, servicePort, run)
  const scene = { window, nats, fleet: run.fleet, ipv6: run.ipv6, servicePort, looks: use.looks.length }
  const traffic = trafficIn(scene)
  const there = new Set(Object.keys(window.starts))
  return pairs
    .filter(({ pair }) => there.has(pair.from) && there.has(pair.to))
    .map((planned): ObservedSample => {
      const ends = [planned.pair.from, planned.pair.to]
      const bar = ends.flatMap((n) => barred.get(n) ?? (nats.has(n) ? [] : `the NAT of ${n} was not measured`))[0]
      const unread = ends.find((n) => window.looks.some((l) => ofNode(l.readings, n)?.processes?.kind !== 'there'))
      const found = ends.flatMap((node) => {
        const first = foreign.get(node)
        return first === undefined ? [] : [{ ...first, node, text: `${node}: ${first.text}` }]
      })
      const sample = judgePair({
        planned,
        scene,
        traffic,
        use,
        disqualified: bar ?? null,
        foreign: found[0]?.text ?? (unread === undefined ? null : `what ran on ${unread} could not be read`),
        obstacle: obstacleBetween(run, planned.pair.from, planned.pair.to) ?? registryObstacle(window),
        claimsRead: isHeard(window, planned.pair, claims),
      })
      return { ...sample, findings: [...sample.findings, ...found.map((f) => foreignFinding(f, sample.id))] }
    })
}

/** Who cannot be found cannot be connected to; whoever is connected all the same was found. */
const registryObstacle = ({ registry }: ObservedWindow): string | null =>
  registry === null || registry.kind === 'there'
    ? null
    : `the registry, by which nodes find each other, could not be asked (${registry.kind === 'absent' ? 'no list' : registry.why})`

/** Only where every claim of the two was read, silence is their own. */
const isHeard = ({ reports, log }: ObservedWindow, { from, to }: Pair, claims: ClaimsUse): boolean =>
  (claims.reports === null || reports.kind === 'there') &&
  (claims.log.length === 0 || [from, to].every((node) => ofNode(log, node)?.kind === 'there'))

const foreignFinding = ({ kind, text, node }: Foreign & { readonly node: NodeName }, id: string): Finding => ({
  kind,
  node,
  message: text,
  attempts: [id],
})

/** By node, what was first foreign in any look since the start. */
function foreignOf(
  window: ObservedWindow,
  servicePort: number,
  { deployed }: RunContext,
): ReadonlyMap<NodeName, Foreign> {
  const nodes = Object.keys(window.starts)
  const started = nodes.flatMap((n) => valueOf(ofNode(window.starts, n)) ?? [])
  const looks = foreignIn(
    window.looks.map(({ readings }) => ({
      attempts: nodes.map((n) => ({ pair: { from: n, to: n }, servicePort })),
      readings,
    })),
    { before: started, startedAgain: [] },
    deployed,
  )
  return new Map(looks.toReversed().flatMap((found) => [...found]))
}
