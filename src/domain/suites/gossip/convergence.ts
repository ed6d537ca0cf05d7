/** Whether every node came to the one map that follows from our writes, in time: equal and wrong is wrong. */
import type { NodeName } from '../../fleet.ts'
import { obstacleBetween, type RunContext } from '../run-context.ts'
import type { SampleOutcome } from '../sample.ts'
import { whyNotDone } from '../instruction.ts'
import { stateHash } from './draws.ts'
import { networkOf, type Network } from './network.ts'
import type { GossipItem, GossipSample, GossipWork, StateItem, WriteItem } from './work.ts'

export const convergenceGroup = 'convergence'

/** More writes of which nobody knows whether they were made leave too many maps that may be right. */
const mostUnknown = 3

/** `there`: peers that were not left out, in the fleet's order. */
export function judgeConvergence(
  items: readonly GossipItem[],
  { maxSyncSeconds }: NonNullable<GossipWork['map']>,
  there: readonly NodeName[],
  run: Pick<RunContext, 'barred' | 'obstacle'>,
): readonly GossipSample[] {
  const writes = items.filter((i): i is WriteItem => i.kind === 'write')
  const looks = items.filter((i): i is StateItem => i.kind === 'state')
  const scene: Scene = {
    looks,
    writes,
    right: rightHashes(writes),
    written: Math.max(...writes.map((w) => w.endedAt)),
    maxMs: maxSyncSeconds * 1000,
    there,
    network: networkOf(items),
    barred: run.barred,
    cut: (node) => cutOff(node, there, run),
    alike: alikeAtTheEnd(looks, there),
  }
  return writes.length === 0 ? [] : there.map((node) => sampleOf(node, `map.${node}`, scene))
}

interface Scene {
  readonly looks: readonly StateItem[]
  readonly writes: readonly WriteItem[]
  /** Null: nobody knows which map is right. */
  readonly right: ReadonlySet<string> | null
  /** When the last write had ended. */
  readonly written: number
  readonly maxMs: number
  readonly there: readonly NodeName[]
  readonly network: Network
  readonly barred: ReadonlyMap<NodeName, string>
  /** Nodes between which and this one what a program needs did not pass before anything began, with what that was. */
  readonly cut: (node: NodeName) => CutOff
  /** All nodes have one map at the last look. */
  readonly alike: boolean
}

interface CutOff {
  readonly from: ReadonlyMap<NodeName, string>
  readonly whole: boolean
}

function cutOff(node: NodeName, there: readonly NodeName[], run: Pick<RunContext, 'obstacle'>): CutOff {
  const others = there.filter((n) => n !== node)
  const from = new Map(
    others.flatMap((n) => {
      const why = obstacleBetween(run, node, n)
      return why === null ? [] : [[n, why] as const]
    }),
  )
  return { from, whole: from.size > 0 && from.size === others.length }
}

/** The newest write of each key wins; one that was refused is none, and one that nobody knows of may be one or none. */
function rightHashes(writes: readonly WriteItem[]): ReadonlySet<string> | null {
  const made = writes.filter((w) => w.end.kind === 'exit' && w.end.code === 0)
  const unknown = writes.filter((w) => w.end.kind === 'fault' || w.end.kind === 'timeout')
  if (unknown.length > mostUnknown) return null
  return new Set(
    Array.from({ length: 2 ** unknown.length }, (_, bits) =>
      stateHash(mapOf([...made, ...unknown.filter((_w, i) => (bits >> i) % 2 === 1)])),
    ),
  )
}

const mapOf = (writes: readonly WriteItem[]): ReadonlyMap<string, string> =>
  new Map(writes.toSorted((a, b) => (a.at ?? 0) - (b.at ?? 0)).map((w) => [w.key, w.value]))

function alikeAtTheEnd(looks: readonly StateItem[], there: readonly NodeName[]): boolean {
  const last = there.map((node) => looks.findLast((l) => l.node === node)?.state)
  const hashes = last.map((s) => (s?.kind === 'there' ? s.value.sha256 : null))
  return hashes.length > 1 && hashes.every((h) => h !== null && h === hashes[0])
}

function sampleOf(node: NodeName, id: string, scene: Scene): GossipSample {
  const [outcome, words, tookMs] = outcomeOf(node, scene)
  return {
    id,
    group: convergenceGroup,
    subject: { kind: 'node', node },
    outcome,
    grade: outcome === 'success' ? 'A' : null,
    sentence: `${node}: ${words}`,
    findings: [],
    tookMs,
  }
}

function outcomeOf(node: NodeName, scene: Scene): readonly [SampleOutcome, string, number | null] {
  const { right, written, maxMs, barred, network, there } = scene
  const looks = scene.looks.filter((l) => l.node === node)
  const last = looks.at(-1)
  const bar = barred.get(node)
  const refused = scene.writes.find((w) => w.node === node && w.end.kind === 'exit' && w.end.code !== 0)
  if (bar !== undefined) return ['unwitnessed', bar, null]
  if (refused !== undefined)
    return ['failed', `was told to write and did not: ${String(whyNotDone(refused.end))}`, null]
  if (right === null)
    return ['infra', `more than ${mostUnknown} writes ended unknown, so that nobody knows which map is right`, null]
  if (last === undefined) return ['infra', 'its map was not looked at', null]
  if (last.state.kind === 'not-read') return ['infra', `its map could not be read: ${last.state.why}`, null]
  const isRight = (l: StateItem): boolean => l.state.kind === 'there' && right.has(l.state.value.sha256)
  if (isRight(last)) {
    const since = looks.findLastIndex((l) => !isRight(l)) + 1
    const tookMs = Math.max(0, (looks[since] ?? last).startedAt - written)
    return tookMs <= maxMs
      ? ['success', `has the map that follows from the writes, ${seconds(tookMs)} s after the last of them`, tookMs]
      : [
          'failed',
          `had the map that follows from the writes only after ${seconds(tookMs)} s; ${maxMs / 1000} s were allowed`,
          tookMs,
        ]
  }
  if (last.startedAt - written < maxMs) return ['harness', 'its map was not looked at until the time was over', null]
  // What one node wrote, all must have got.
  const down = network.failed(there, Math.min(...scene.writes.map((w) => w.startedAt)), last.endedAt)
  if (down !== null) return ['infra', `its map is another one: ${down}`, null]
  const cut = last.state.kind === 'there' ? explainedBy(last.state.value.sha256, scene.writes, scene.cut(node)) : null
  if (cut !== null) return ['infra', cut, null]
  const { outcome, words } = network.blame(there, wrongMap(last.state, last.startedAt - written, scene))
  return [outcome, words, null]
}

/** A node that nothing reaches has what it has; of others only a map that lacks what the cut ones wrote is explained. */
function explainedBy(sha256: string, writes: readonly WriteItem[], { from, whole }: CutOff): string | null {
  const [why] = from.values()
  if (why === undefined) return null
  if (whole) return `its map is another one: ${why}`
  if (from.size > mostUnknown) return null
  const cut = [...from.keys()]
  const silent = Array.from({ length: 2 ** cut.length - 1 }, (_, bits) =>
    cut.filter((_n, i) => ((bits + 1) >> i) % 2 === 1),
  )
  const fits = silent.find((nodes) => rightHashes(writes.filter((w) => !nodes.includes(w.node)))?.has(sha256) === true)
  return fits === undefined ? null : `its map lacks what ${fits.join(', ')} wrote: ${from.get(fits[0] ?? '') ?? why}`
}

const wrongMap = (state: StateItem['state'], sinceMs: number, { alike, maxMs }: Scene): string =>
  state.kind !== 'there'
    ? `keeps none of what was written ${maxMs / 1000} s before`
    : alike
      ? `has the same map as every other node (${state.value.keys} keys), and it is not the one that follows from the writes`
      : `has another map (${state.value.keys} keys) than follows from the writes, ${seconds(sinceMs)} s after the last of them`

const seconds = (ms: number): string => (ms / 1000).toFixed(1)
