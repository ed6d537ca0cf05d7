/** Broadcast judged: every message at every other node, by that node's own record; claims of the sender decide nothing. */
import { sha256 } from '../../canonical.ts'
import type { NodeName } from '../../fleet.ts'
import { obstacleBetween, type RunContext } from '../run-context.ts'
import type { Grade, SampleOutcome } from '../sample.ts'
import { whyNotDone } from '../instruction.ts'
import { networkOf, type Network } from './network.ts'
import { receivedIn, type Received } from './received.ts'
import type { GossipFigures, GossipItem, GossipSample, GossipWork, MessageItem, RecordsItem } from './work.ts'

export const broadcastGroup = 'broadcast'

export interface Broadcast {
  readonly samples: readonly GossipSample[]
  readonly delivery: GossipFigures['delivery']
  readonly offsets: GossipFigures['offsets']
}

type Work = NonNullable<GossipWork['broadcast']>

/** `there`: peers that were not left out, in the fleet's order. */
export function judgeBroadcast(
  items: readonly GossipItem[],
  work: Work,
  there: readonly NodeName[],
  run: Pick<RunContext, 'barred' | 'obstacle'>,
): Broadcast {
  const messages = lastTries(items.filter((i): i is MessageItem => i.kind === 'message'))
  const reads = there.map((node) => readingOf(node, items, work, messages))
  const scene: Scene = { work, network: networkOf(items), run, reads: new Map(reads.map((r) => [r.node, r])) }
  const samples = messages.flatMap((message) =>
    there.filter((node) => node !== message.node).map((to) => judgeOne(message, to, scene)),
  )
  return { samples, delivery: reads.map((r) => deliveryTo(r, messages)), offsets: reads.flatMap((r) => r.offset ?? []) }
}

/** One that could not be told was told again, under its own id: the last try is the one that counts. */
const lastTries = (all: readonly MessageItem[]): readonly MessageItem[] => [
  ...new Map(all.map((m) => [m.index, m])).values(),
]

interface Reading {
  readonly node: NodeName
  readonly item: RecordsItem | undefined
  readonly found: ReturnType<typeof receivedIn>
  /** Of the messages of others that it wrote down. */
  readonly bytes: number
  readonly offset: GossipFigures['offsets'][number] | null
}

interface Scene {
  readonly work: Work
  readonly network: Network
  readonly run: Pick<RunContext, 'barred' | 'obstacle'>
  readonly reads: ReadonlyMap<NodeName, Reading>
}

function readingOf(
  node: NodeName,
  items: readonly GossipItem[],
  { fields }: Work,
  messages: readonly MessageItem[],
): Reading {
  const item = items.findLast((i): i is RecordsItem => i.kind === 'records' && i.node === node)
  const found = receivedIn(item?.lines.kind === 'there' ? item.lines.value : [], fields)
  return {
    node,
    item,
    found,
    bytes: messages
      .filter((m) => m.node !== node && found.has(m.message))
      .reduce((sum, { payload }) => sum + payload.length / 2, 0),
    offset:
      item === undefined || item.clock === null
        ? null
        : {
            node,
            offsetMs: Math.round(item.clock.wallMs - (item.startedAt + item.endedAt) / 2),
            withinMs: Math.ceil((item.endedAt - item.startedAt) / 2),
          },
  }
}

function deliveryTo({ node, found }: Reading, messages: readonly MessageItem[]): GossipFigures['delivery'][number] {
  const meant = messages.filter((m) => m.node !== node)
  const copies = meant.map((m) => found.get(m.message)?.length ?? 0)
  return {
    node,
    expected: meant.length,
    received: copies.filter((n) => n > 0).length,
    duplicates: copies.reduce((sum, n) => sum + Math.max(0, n - 1), 0),
  }
}

interface Judged {
  readonly outcome: SampleOutcome
  readonly words: string
  readonly grade?: Grade
  readonly tookMs?: number | null
  /** The receiver wrote down more than its kernel delivered. */
  readonly madeUp?: true
}

function judgeOne(message: MessageItem, to: NodeName, scene: Scene): GossipSample {
  const { outcome, words, grade = null, tookMs = null, madeUp } = deliveryOf(message, to, scene)
  const { node: from, index } = message
  const id = `${message.id}.${to}`
  const text = `${from} → ${to}: message ${index + 1}: ${words}`
  return {
    id,
    group: broadcastGroup,
    subject: { kind: 'pair', pair: { from, to } },
    outcome,
    grade,
    sentence: text,
    findings:
      madeUp === true
        ? [{ kind: 'record-without-delivery', node: to, message: `${to}: ${words}`, attempts: [id] }]
        : [],
    tookMs,
  }
}

function deliveryOf(message: MessageItem, to: NodeName, scene: Scene): Judged {
  const { node: from, end } = message
  const { reads, network, run, work } = scene
  if (end.kind === 'fault') return { outcome: end.by, words: `${from} could not be told to send it: ${end.message}` }
  const bar = run.barred.get(from) ?? run.barred.get(to)
  if (bar !== undefined) return { outcome: 'unwitnessed', words: bar }
  const read = reads.get(to)
  const lines = read?.item?.lines
  if (read === undefined || lines === undefined || lines.kind === 'not-read')
    return {
      outcome: 'infra',
      words: `the record of ${to} could not be read: ${lines?.kind === 'not-read' ? lines.why : 'it was not asked'}`,
    }
  const [first] = read.found.get(message.message) ?? []
  if (first === undefined) {
    const down = network.failed([to, from], message.startedAt, message.endedAt + work.withinSeconds * 1000)
    if (down !== null) return { outcome: 'infra', words: `not in the record of ${to}: ${down}` }
    const refused = whyNotDone(end)
    const cut = refused === null ? obstacleBetween(run, from, to) : null
    if (cut !== null) return { outcome: 'infra', words: `not in the record of ${to}: ${cut}` }
    const words =
      refused === null
        ? `sent, and not in the record of ${to} ${work.withinSeconds} s after the last one`
        : `${from} was told to send it and did not: ${refused}`
    return network.blame([to, from], words)
  }
  const wrong = wrongIn(first, message, work)
  if (wrong !== null) return { outcome: 'failed', words: wrong }
  return witnessed(message, first, read, scene)
}

function wrongIn(found: Received, { payload, channel }: MessageItem, { fields }: Work): string | null {
  if (fields.channel !== null && found.channel !== channel)
    return `recorded on channel ${String(found.channel).slice(0, 40)}, and it was sent on ${channel}`
  const right = fields.payload === null ? found.sha256 === sha256(payload) : found.payload === payload
  return right ? null : 'recorded with another payload than was sent'
}

/** The kernel must have delivered at least as many bytes as the node says that it received. */
function witnessed(message: MessageItem, first: Received, read: Reading, { work, reads }: Scene): Judged {
  const delivered = read.item?.delivered
  if (delivered?.kind !== 'there')
    return {
      outcome: 'unwitnessed',
      words: `recorded, and the packet counters of ${read.node} could not be read`,
    }
  if (delivered.value.packets === 0 || delivered.value.bytes < read.bytes)
    return {
      outcome: 'unwitnessed',
      words: `its record has ${read.bytes} bytes of messages, and its kernel delivered ${delivered.value.bytes}`,
      madeUp: true,
    }
  const [sender, receiver] = [reads.get(message.node), read]
  const sentAt = sender?.found.get(message.message)?.[0].atMs ?? null
  const tookMs =
    sentAt === null || first.atMs === null || sender?.offset == null || receiver.offset === null
      ? null
      : first.atMs - receiver.offset.offsetMs - (sentAt - sender.offset.offsetMs)
  return {
    outcome: 'success',
    words: tookMs === null ? 'recorded as it was sent' : `recorded as it was sent, after ${Math.round(tookMs)} ms`,
    grade: work.fields.payload === null ? 'B' : 'A',
    tookMs,
  }
}
