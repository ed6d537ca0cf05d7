/** The shared map in action: every node writes, then each node's map is hashed on the node until all are the right one. */
import { mapIn, mapState } from '../../commands/gossip.ts'
import { notRead } from '../../domain/evidence.ts'
import type { FleetNode, NodeName } from '../../domain/fleet.ts'
import { fillTemplate } from '../../domain/program.ts'
import { inTurn, keyPrefix, stateHash, writesOf, type Write } from '../../domain/suites/gossip/draws.ts'
import type { MapUse } from '../../domain/suites/gossip/use.ts'
import type { GossipWork, StateItem, WriteItem } from '../../domain/suites/gossip/work.ts'
import { onEachNode } from '../../instruments/per-node.ts'
import type { Bench, StoreItem } from '../bench.ts'
import { instruct } from '../instruct.ts'
import { serviceOf } from './broadcast.ts'

const instructSeconds = 10
const lookEveryMs = 700

type Work = NonNullable<GossipWork['map']>

export async function agreeOnMap(
  bench: Bench,
  work: Work,
  peers: readonly FleetNode[],
  keep: StoreItem<'gossip'>,
): Promise<void> {
  const { world, seed, test, plan } = bench
  const use = plan.profile.gossip?.map
  if (use == null) return
  const names = peers.map((n) => n.name)
  const writes = writesOf(seed, test, work, names)
  world.log.info(`test: ${writes.length} writes to a map on ${names.length} nodes`)
  const first = world.clock.now()
  // Each turn has ended before the next one begins: which write came last is no question of who was faster.
  for (const key of new Set(writes.map((w) => w.key)))
    for (const turn of inTurn(writes.filter((w) => w.key === key)))
      for (const item of await Promise.all(turn.map((w) => write(bench, use, w, first)))) await keep(item)
  await lookUntilAgreed(bench, use, work, writes, names, keep)
}

async function write(
  bench: Bench,
  use: MapUse,
  { item, node, key, value, later }: Write,
  first: number,
): Promise<WriteItem> {
  const { world } = bench
  const startedAt = world.clock.now()
  const at = later === null ? null : first + later
  const { end } = await instruct(bench, node, {
    why: 'write to the map',
    args: fillTemplate('write', use.write, { ...serviceOf(bench, node), key, value, at: String(at ?? 0) }),
    stdin: null,
    seconds: instructSeconds,
  })
  return { kind: 'write', id: item, node, key, value, at, end, startedAt, endedAt: world.clock.now() }
}

/** Every look is kept: what a node had, and when it had it. */
async function lookUntilAgreed(
  bench: Bench,
  use: MapUse,
  { maxSyncSeconds }: Work,
  writes: readonly Write[],
  names: readonly NodeName[],
  keep: StoreItem<'gossip'>,
): Promise<void> {
  const { world } = bench
  const written = world.clock.now()
  const right = stateHash(
    new Map(writes.toSorted((a, b) => (a.later ?? 0) - (b.later ?? 0)).map((w) => [w.key, w.value])),
  )
  for (let look = 1; ; look++) {
    const began = world.clock.now()
    const states = await stateOn(bench, use, names, look)
    for (const state of states) await keep(state)
    const agreed = states.every((s) => s.state.kind === 'there' && s.state.value.sha256 === right)
    if (agreed || began >= written + maxSyncSeconds * 1000) return
    await world.clock.sleep(lookEveryMs, world.signal)
  }
}

async function stateOn(
  bench: Bench,
  use: MapUse,
  names: readonly NodeName[],
  look: number,
): Promise<readonly StateItem[]> {
  const { world, seed, test } = bench
  const startedAt = world.clock.now()
  const read = await onEachNode(names, world.signal, async (node) => {
    const path = fillTemplate('file', [use.state], serviceOf(bench, node)).join('')
    const { code, stdout, stderr } = await (
      await world.remote(node)
    ).run(mapState(path, keyPrefix(seed, test)), { timeoutMs: 30_000, signal: world.signal })
    return code === 0 ? mapIn(stdout) : notRead(`reading it ended with ${String(code)}: ${stderr.trim().slice(-100)}`)
  })
  return names.map((node) => ({
    kind: 'state',
    id: `${test}.state.${look}.${node}`,
    node,
    startedAt,
    endedAt: world.clock.now(),
    state: read.done.get(node) ?? notRead(read.failed.get(node)?.message ?? 'it was not asked'),
  }))
}
