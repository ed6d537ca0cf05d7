/** Passed, failed or inconclusive: a function of evidence and of nothing else, so that anybody can judge again offline (spec §3, architecture). */
import { connectivityCounts } from './suites/connectivity/counts.ts'
import { judgeCheckpoint, type CheckpointInput, type CheckpointResult } from './checkpoint.ts'
import { judgeControls } from './controls.ts'
import {
  plannedPairs,
  uncoveredByPlan,
  uncoveredNats,
  uncoveredPairs,
  type Excluded,
  type NotCovered,
  type PlannedPair,
} from './suites/connectivity/coverage.ts'
import { shortestPause } from './suites/connectivity/cooloff.ts'
import { classReasons, classResult, type ClassResult, type Reason } from './criteria.ts'
import type { Attempt, Control, Pair, TestEvidence } from './evidence.ts'
import { mergeFindings, type Finding } from './findings.ts'
import {
  measuredKind,
  peersOf,
  type Fleet,
  type FleetNode,
  type NatKind,
  type NatMeasurement,
  type NodeName,
} from './fleet.ts'
import { views } from './suites/connectivity/flows.ts'
import { counts, judgeAttempt, type Judgement, type Promises } from './suites/connectivity/judge.ts'
import { asDeclared, natName, pairClasses, type PairClass } from './suites/connectivity/oracle.ts'
import type { CriteriaKind } from './plan.ts'
import type { Criteria } from './project.ts'
import { applyRetries } from './suites/connectivity/retry.ts'
import { judgeRunning } from './running.ts'
import { spread, type Spread } from './statistics.ts'
import { undoneTests, type Unsupported } from './unsupported.ts'
import { pairKey } from './suites/connectivity/timetable.ts'

/** Everything a verdict depends on; plain JSON, so that it can be kept as evidence. */
export interface VerdictInput {
  readonly criteria: CriteriaKind
  readonly targets: Criteria
  /** The pause that was asked for between two attempts of the same two peers. */
  readonly cooloffMs: number
  readonly promises: Promises
  readonly fleet: Fleet
  /** Nodes the plan uses; the registry, which is no peer, may be among them. */
  readonly planned: readonly NodeName[]
  readonly excluded: readonly Excluded[]
  readonly measurements: readonly NatMeasurement[]
  /** sha256 of the binary that DEPLOY put, or found and kept, on each node. */
  readonly deployed: Readonly<Record<NodeName, string>>
  readonly evidence: TestEvidence
  /** Seen outside the test: skewed clocks and the like. */
  readonly findings?: readonly Finding[]
  /** Asked for and not done, or not to be had: listed as not covered. */
  readonly missing?: readonly Unsupported[]
  /** Absent or null: this test is no soak checkpoint, and nothing of it is tried again. */
  readonly checkpoint?: CheckpointInput | null
}

export interface NodeResult {
  readonly node: NodeName
  readonly declared: NatKind
  /** In a person's words; null: not measured. */
  readonly measured: string | null
  /** What the user expects of this NAT, per cent: beside the measured rate, never a gate. */
  readonly expectedRate: number | null
  readonly asCallee: { readonly attempts: number; readonly successes: number }
  readonly asCaller: { readonly attempts: number; readonly successes: number }
}

export interface Verdict {
  readonly result: 'passed' | 'failed' | 'inconclusive'
  /** Empty when passed; the ones that decided come first. */
  readonly reasons: readonly Reason[]
  /** Classes without any pair in the plan are left out, and named in `notCovered`. */
  readonly classes: Readonly<Partial<Record<PairClass, ClassResult>>>
  readonly attempts: readonly Judgement[]
  readonly nodes: readonly NodeResult[]
  readonly findings: readonly Finding[]
  readonly notCovered: readonly NotCovered[]
  readonly invalidControls: readonly Control[]
  /** Of successes, by the program's own clock, milliseconds. */
  readonly timeToConnect: Spread
  /** Relayed connections claimed to have become direct; `witnessed`: payload end to end, or packets both ways beside the relay. */
  readonly relayUpgrades: { readonly claimed: number; readonly witnessed: number }
  readonly families: { readonly ipv4: number; readonly ipv6: number }
  /** From the end of one attempt to the start of the next of the same two peers, either direction; null when no two met twice. */
  readonly shortestPauseMs: number | null
  /** The pause that was asked for; a shorter one is named in `notCovered`. */
  readonly cooloffMs: number
  readonly mixedVersionPairs: readonly Pair[]
  /** Only of a soak checkpoint's test. */
  readonly checkpoint?: CheckpointResult
}

export function verdict(input: VerdictInput): Verdict {
  const soaking = input.checkpoint ?? null
  const peers = peersOf(input.fleet).filter((n) => input.planned.includes(n.name))
  const out = new Set(input.excluded.map((e) => e.node))
  const tried = peers.filter((n) => !out.has(n.name))
  const pairs = plannedPairs(peers, input.measurements)
  const controls = judgeControls(input.evidence.controls)
  const running = judgeRunning(
    input.evidence,
    tried.map((n) => n.name),
    input.deployed,
  )
  const { attempts, strays } = sortOut(input.evidence.attempts, pairs)
  const {
    judgements,
    retries,
    strays: marks,
  } = applyRetries(judgeAll(attempts, pairs, input, running.barred), attempts, soaking !== null)
  const nats = judgeNats(tried, input.measurements)
  const results = pairClasses.flatMap((c) => classResult(c, pairs, judgements, input.criteria, input.targets) ?? [])
  const soak =
    soaking === null
      ? null
      : judgeCheckpoint({
          input: soaking,
          counts: connectivityCounts(results),
          retries,
          evidence: input.evidence,
          peers: peers.map((n) => n.name),
          tried: tried.map((n) => n.name),
          sampleFloor: input.targets.sampleFloor,
        })
  const reasons = [
    ...controls.reasons,
    ...strays,
    ...marks,
    ...running.reasons,
    ...nats.reasons,
    ...results.flatMap((r) => classReasons(r, input.criteria, input.targets)),
    ...wholeReasons(input, judgements, pairs),
    ...(soak?.reasons ?? []),
  ].toSorted((a, b) => weight[b.kind] - weight[a.kind])
  const counted = judgements.filter(counts)
  const good = counted.filter((j) => j.outcome === 'success')
  const pause = shortestPause(attempts)
  return {
    result: reasons[0] === undefined ? 'passed' : reasons[0].kind === 'failed' ? 'failed' : 'inconclusive',
    reasons,
    classes: Object.fromEntries(results.map((r) => [r.pairClass, r])),
    attempts: judgements,
    nodes: peers.map((n) => nodeResult(n, input.measurements, counted)),
    findings: mergeFindings([
      ...(input.findings ?? []),
      ...controls.findings,
      ...running.findings,
      ...nats.findings,
      ...(soak?.findings ?? []),
      ...[...judgements, ...retries].flatMap((j) => j.findings),
    ]),
    notCovered: [
      ...uncoveredByPlan(pairs, input.fleet),
      ...uncoveredNats(
        peers,
        (n) => !out.has(n),
        (n) => !nats.other.has(n.name),
      ),
      ...controls.notCovered,
      ...(input.missing ?? []).map(({ what, why }): NotCovered => ({ kind: 'other', what, why })),
      ...(soak?.notCovered ?? []),
      ...uncoveredPause(pause, input.cooloffMs),
      ...uncoveredPairs(pairs, new Set(counted.map((j) => pairKey(j.pair))), input.excluded, (pair) =>
        judgements.find((j) => pairKey(j.pair) === pairKey(pair))?.sentence.replace(/^.*?: /, ''),
      ),
    ],
    invalidControls: controls.invalid,
    timeToConnect: spread(good.flatMap((j) => j.connectMs ?? [])),
    relayUpgrades: {
      claimed: good.filter((j) => j.upgradeClaimed).length,
      witnessed: good.filter(
        (j) => j.upgradeClaimed && j.numbers.delivered.packets > 0 && j.numbers.returned.packets > 0,
      ).length,
    },
    families: { ipv4: counted.filter((j) => !j.ipv6).length, ipv6: counted.filter((j) => j.ipv6).length },
    shortestPauseMs: pause,
    cooloffMs: input.cooloffMs,
    mixedVersionPairs: pairs
      .map((p) => p.pair)
      .filter(({ from, to }) => !out.has(from) && !out.has(to) && input.deployed[from] !== input.deployed[to]),
    ...(soak === null ? {} : { checkpoint: soak.result }),
  }
}

/** Worst wins; an invalid run has nothing to say about the product, not even that it failed. */
const weight = { invalid: 3, failed: 2, inconclusive: 1 } as const

/** Nothing counts twice: a repeated id or nonce is a copy, and a pair outside the plan belongs to nobody. */
function sortOut(
  all: readonly Attempt[],
  pairs: readonly PlannedPair[],
): { readonly attempts: readonly Attempt[]; readonly strays: readonly Reason[] } {
  const known = new Set(pairs.map((p) => pairKey(p.pair)))
  const seen = new Set<string>()
  const strays: Reason[] = []
  const attempts = all.filter((a) => {
    const copy = seen.has(`id ${a.id}`) || seen.has(`nonce ${a.nonce}`)
    seen.add(`id ${a.id}`).add(`nonce ${a.nonce}`)
    if (copy)
      strays.push({ kind: 'inconclusive', text: `attempt ${a.id}: its id or nonce occurs twice in the evidence` })
    else if (!known.has(pairKey(a.pair)))
      strays.push({ kind: 'inconclusive', text: `attempt ${a.id}: ${pairKey(a.pair)} is no pair of the plan` })
    return !copy && known.has(pairKey(a.pair))
  })
  return { attempts, strays }
}

function judgeAll(
  attempts: readonly Attempt[],
  pairs: readonly PlannedPair[],
  input: VerdictInput,
  barred: ReadonlyMap<NodeName, string>,
): readonly Judgement[] {
  const measurements = new Map(input.measurements.map((m) => [m.node, m]))
  const planned = new Map(pairs.map((p) => [pairKey(p.pair), p.oracle]))
  return attempts.flatMap((attempt) => {
    const { from, to } = attempt.pair
    const oracle = planned.get(pairKey(attempt.pair))
    if (oracle === undefined) return []
    const unmeasured = [from, to].find((n) => !measurements.has(n))
    return [
      judgeAttempt({
        attempt,
        promises: input.promises,
        oracle,
        seen: views(attempt, measurements, input.fleet),
        disqualified: (path) =>
          barred.get(from) ??
          barred.get(to) ??
          (path.kind === 'relayed' ? barred.get(path.via) : undefined) ??
          (unmeasured === undefined ? null : `the NAT of ${unmeasured} was not measured`),
      }),
    ]
  })
}

/** Labels against measurements. A node that is not what it is called leaves its declared type uncovered (spec §3). */
function judgeNats(
  tried: readonly FleetNode[],
  measurements: readonly NatMeasurement[],
): {
  readonly findings: readonly Finding[]
  readonly reasons: readonly Reason[]
  readonly other: ReadonlySet<NodeName>
} {
  const measured = tried.flatMap((n) => {
    const m = measurements.find((x) => x.node === n.name)
    return m === undefined ? [] : [{ n, m }]
  })
  const wrong = measured.filter(({ n, m }) => measuredKind(m) !== n.nat)
  // None of the declared types moves its mapping when a stranger knocks: what was tested through such a box was not that type.
  const other = measured.filter(({ n, m }) => measuredKind(m) !== n.nat || m.stable === false)
  const label = (n: FleetNode): string => natName(asDeclared(n))
  return {
    other: new Set(other.map(({ n }) => n.name)),
    findings: [
      ...wrong.map(({ n, m }): Finding => ({
        kind: 'mislabelled-nat',
        node: n.name,
        message: `${n.name}: declared ${label(n)}, measured ${natName(m)}`,
        attempts: [],
      })),
      ...measured
        .filter(({ m }) => m.stable === false)
        .map(({ n }): Finding => ({
          kind: 'unstable-nat',
          node: n.name,
          message: `${n.name}: its mapping moved after an unsolicited packet`,
          attempts: [],
        })),
    ],
    reasons: other.map(({ n, m }) => ({
      kind: 'inconclusive',
      text: `NAT type ${label(n)} is not covered: ${n.name} is declared so but was measured ${natName(m)}`,
    })),
  }
}

/** What no single class can say. */
function wholeReasons(
  input: VerdictInput,
  judgements: readonly Judgement[],
  pairs: readonly PlannedPair[],
): readonly Reason[] {
  const counted = judgements.filter(counts)
  const reasons: Reason[] = []
  if (pairs.length === 0) reasons.push({ kind: 'inconclusive', text: 'the plan has no pair of peers' })
  if (counted.length === 0) reasons.push({ kind: 'inconclusive', text: 'no attempt was counted' })
  else if (
    counted.length >= input.targets.sampleFloor &&
    counted.every((j) => j.outcome === 'failed' && j.recovered !== true)
  )
    reasons.push({
      kind: 'failed',
      text: `nothing was delivered as expected in ${counted.length} attempts while the controls passed`,
    })
  const undone = undoneTests(input.missing ?? [])
  if (undone !== null) reasons.push({ kind: 'inconclusive', text: undone })
  if (input.criteria === 'improvement' || input.criteria === 'custom')
    reasons.push({ kind: 'inconclusive', text: `criteria ${input.criteria} is not acting yet` })
  return reasons
}

function nodeResult(n: FleetNode, measurements: readonly NatMeasurement[], counted: readonly Judgement[]): NodeResult {
  const m = measurements.find((x) => x.node === n.name)
  const tally = (list: readonly Judgement[]) => ({
    attempts: list.length,
    successes: list.filter((j) => j.outcome === 'success').length,
  })
  return {
    node: n.name,
    declared: n.nat,
    measured: m === undefined ? null : natName(m),
    expectedRate: n.expectedRate ?? null,
    asCallee: tally(counted.filter((j) => j.pair.to === n.name)),
    asCaller: tally(counted.filter((j) => j.pair.from === n.name)),
  }
}

/** A NAT that had no time to forget the attempt before may have let this one through, or kept it out. */
const uncoveredPause = (pauseMs: number | null, cooloffMs: number): readonly NotCovered[] =>
  pauseMs === null || pauseMs >= cooloffMs
    ? []
    : [
        {
          kind: 'other',
          what: 'cool-off of the same two peers',
          why: `the shortest pause was ${pauseMs / 1000} s; nat_cooloff_seconds asks for ${cooloffMs / 1000} s`,
        },
      ]
