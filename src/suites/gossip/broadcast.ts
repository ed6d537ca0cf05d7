/** Broadcasts in action: every node sends in its turn; then each node's own record is read beside its packet counters. */
import { messageLines } from '../../commands/gossip.ts'
import { dataDir } from '../../commands/service.ts'
import { notRead, thereIs, type Counters, type Read, type Sum } from '../../domain/evidence.ts'
import type { FleetNode, NodeName } from '../../domain/fleet.ts'
import { fillTemplate } from '../../domain/program.ts'
import { channelOf, idPrefix, messagesOf, type Message } from '../../domain/suites/gossip/draws.ts'
import { receivedIn } from '../../domain/suites/gossip/received.ts'
import type { BroadcastUse } from '../../domain/suites/gossip/use.ts'
import type { GossipWork, MessageItem } from '../../domain/suites/gossip/work.ts'
import { mostRepeats } from '../../domain/suites/repeat.ts'
import { onEachNode } from '../../instruments/per-node.ts'
import { readNode, resetWitnesses } from '../../instruments/witness.ts'
import { notBegun } from '../node-reading.ts'
import type { Bench, StoreItem } from '../bench.ts'
import { instruct } from '../instruct.ts'
import { untilLinked } from './linked.ts'

const instructSeconds = 10
const lookEveryMs = 500
/** Lines of one message that a node may write before the rest is not read any more. */
const mostCopies = 4

type Work = NonNullable<GossipWork['broadcast']>
type Keep = StoreItem<'gossip'>

/** `ours`: ports of our own packets beside the messages. */
export async function broadcastAll(
  bench: Bench,
  work: Work,
  peers: readonly FleetNode[],
  ours: readonly number[],
  keep: Keep,
): Promise<void> {
  const { world, seed, test, plan } = bench
  const use = plan.profile.gossip?.broadcast
  if (use == null) return
  const names = peers.map((n) => n.name)
  const messages = messagesOf(seed, test, work, names)
  world.log.info(`test: ${messages.length} broadcasts, from each of ${names.length} nodes in turn`)
  const trouble = await resetWitnesses(world, names)
  trouble.forEach((text, node) => world.log.warn(`${node}: no packet witness: ${text}`))
  await untilLinked(bench, names, work.withinSeconds)
  await Promise.all(
    names.map((name) =>
      sendAll(
        bench,
        use,
        messages.filter((m) => m.from === name),
        keep,
      ),
    ),
  )
  await untilReceived(bench, use, work, messages, names)
  await readRecords(bench, use, { messages: messages.length, names, ours, uncleared: trouble }, keep)
}

/** One after the other on each node, all nodes at once; what could not be told is told again under its own id. */
async function sendAll(bench: Bench, use: BroadcastUse, own: readonly Message[], keep: Keep): Promise<void> {
  for (const message of own) {
    let item = await send(bench, use, message)
    await keep(item)
    for (let n = 1; item.end.kind === 'fault' && item.end.by === 'infra' && n <= mostRepeats; n++) {
      item = { ...(await send(bench, use, message)), id: `${message.item}.again-${n}`, repeats: message.item }
      await keep(item)
    }
  }
}

async function send(bench: Bench, use: BroadcastUse, message: Message): Promise<MessageItem> {
  const { world, test, seed } = bench
  const channel = channelOf(seed, test)
  const startedAt = world.clock.now()
  const { end } = await instruct(bench, message.from, {
    why: `broadcast ${message.index + 1}`,
    args: fillTemplate('message', use.command, {
      ...serviceOf(bench, message.from),
      id: message.id,
      channel,
      payload: message.payload,
    }),
    stdin: message.payload,
    seconds: instructSeconds,
  })
  const { index, item: id, from: node, id: told, payload } = message
  return {
    kind: 'message',
    id,
    index,
    node,
    message: told,
    payload,
    channel,
    end,
    startedAt,
    endedAt: world.clock.now(),
  }
}

/** Where the service of a node is found by its own commands. */
export const serviceOf = ({ plan, subjects }: Bench, node: NodeName) => ({
  servicePort: String(subjects.ports.get(node) ?? plan.profile.servicePort),
  dataDir: dataDir(plan.config.deploy.serviceName),
})

const recordOn = (bench: Bench, { record }: BroadcastUse, node: NodeName, messages: number) =>
  messageLines(
    fillTemplate('file', [record.path], serviceOf(bench, node)).join(''),
    idPrefix(bench.seed, bench.test),
    messages * mostCopies,
  )

/** Looks until every node has every message, or the time is over; nothing of it is evidence. */
async function untilReceived(
  bench: Bench,
  use: BroadcastUse,
  { withinSeconds, fields }: Work,
  messages: readonly Message[],
  names: readonly NodeName[],
): Promise<void> {
  const { world } = bench
  const until = world.clock.now() + withinSeconds * 1000
  let open = names
  while (open.length > 0 && world.clock.now() < until) {
    const seen = await onEachNode(open, world.signal, async (name) => {
      const options = { timeoutMs: 30_000, signal: world.signal }
      const { stdout } = await (await world.remote(name)).run(recordOn(bench, use, name, messages.length), options)
      const found = receivedIn(stdout.split('\n'), fields)
      return messages.every((m) => m.from === name || found.has(m.id))
    })
    open = open.filter((name) => seen.done.get(name) !== true)
    if (open.length > 0) await world.clock.sleep(lookEveryMs, world.signal)
  }
}

interface Reading {
  readonly messages: number
  readonly names: readonly NodeName[]
  readonly ours: readonly number[]
  /** Whose counters did not begin at zero, and why. */
  readonly uncleared: ReadonlyMap<NodeName, string>
}

async function readRecords(
  bench: Bench,
  use: BroadcastUse,
  { messages, names, ours, uncleared }: Reading,
  keep: Keep,
): Promise<void> {
  const { world, test } = bench
  const read = await onEachNode(names, world.signal, async (node) => {
    const startedAt = world.clock.now()
    const look = await readNode(world, node, recordOn(bench, use, node, messages))
    return { look, startedAt, endedAt: world.clock.now() }
  })
  for (const node of names) {
    const got = read.done.get(node)
    const [now, why] = [world.clock.now(), uncleared.get(node)]
    await keep({
      kind: 'records',
      id: `${test}.records.${node}`,
      node,
      startedAt: got?.startedAt ?? now,
      endedAt: got?.endedAt ?? now,
      lines: got?.look.lines ?? notRead(read.failed.get(node)?.message ?? 'it was not asked'),
      delivered:
        got === undefined
          ? notRead('it was not asked')
          : why === undefined
            ? deliveredIn(got.look.counters, ours)
            : notBegun(why),
      clock: got?.look.clock ?? null,
    })
  }
}

function deliveredIn(counters: Read<Counters>, ours: readonly number[]): Read<Sum> {
  if (counters.kind !== 'there') return counters
  const { value } = counters
  const theirs = value.in.filter((f) => !ours.includes(f.localPort) && !ours.includes(f.remotePort))
  return value.overflow
    ? notRead('the packet counters were full')
    : thereIs({
        packets: theirs.reduce((n, f) => n + f.packets, 0),
        bytes: theirs.reduce((n, f) => n + f.bytes, 0),
      })
}
