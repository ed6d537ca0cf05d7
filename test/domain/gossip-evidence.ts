/** Nine nodes that gossip as they should, as lines of evidence; a case changes one thing. */
import { notRead, thereIs } from '../../src/domain/evidence.ts'
import type { NodeName } from '../../src/domain/fleet.ts'
import { channelOf, messagesOf, stateHash, victimOf, writesOf } from '../../src/domain/suites/gossip/draws.ts'
import type { GossipItem, GossipWork, MembersItem, Phase } from '../../src/domain/suites/gossip/work.ts'
import type { PartOf } from '../../src/domain/suites/suite.ts'
import type { VerdictInput } from '../../src/domain/verdict-input.ts'
import { seed } from '../kit/facts.ts'
import { peers, run, type Changes } from './fixtures.ts'

export interface GossipChanges extends Pick<Changes, 'absent' | 'deployed' | 'passing'> {
  readonly work?: Partial<GossipWork>
  /** Of the broadcast's work. */
  readonly target?: number
  /** What is another in the record of a receiver, of one message or of `all`. */
  readonly records?: Readonly<Record<NodeName, Readonly<Record<string, 'dropped' | 'payload' | 'channel' | 'twice'>>>>
  readonly unread?: readonly NodeName[]
  /** Bytes that the kernel of a node delivered; null: its counters could not be read. */
  readonly delivered?: Readonly<Record<NodeName, number | null>>
  /** How the sending of a message ended. */
  readonly sending?: Readonly<Record<string, 'refused' | 'late' | 'infra'>>
  /** Packets of our own prober; `gap`: from one moment to another, since the first message; null: the prober said nothing. */
  readonly network?: Readonly<
    Record<NodeName, { readonly lost: number; readonly gap: readonly [number, number] } | null>
  >
  readonly map?: Readonly<
    Record<NodeName, 'other' | 'oldest' | 'lacks the last' | 'absent' | 'late' | 'unread' | 'left early'>
  >
  readonly writing?: Readonly<Record<NodeName, 'refused' | 'infra'>>
  readonly members?: Readonly<
    Partial<Record<Phase, Readonly<Record<NodeName, 'ghost' | 'unread' | readonly NodeName[]>>>>
  >
  readonly victim?: 'lives' | 'came back' | 'stays dead'
}

/** The look at the records is at the moment at which the fixtures have every clock. */
const began = 1_700_000_000_000 - 1050
const work: GossipWork = {
  broadcast: {
    messages: 18,
    target: 100,
    withinSeconds: 10,
    fields: { id: 'id', payload: 'payload', sha256: null, channel: 'channel', at: 'at_ms' },
  },
  map: { maxSyncSeconds: 30, conflict: true },
  members: { withinSeconds: 10 },
  unable: [],
}
const idOf = (node: NodeName): string => Buffer.from(node.padEnd(32, '.')).toString('hex')
const at = (ms: number) => ({ startedAt: began + ms, endedAt: began + ms + 100 })

export function gossipRun(changes: GossipChanges = {}): VerdictInput {
  const base = run({
    absent: changes.absent ?? {},
    ...(changes.deployed === undefined ? {} : { deployed: changes.deployed }),
    ...(changes.passing === undefined ? {} : { passing: changes.passing }),
  })
  const own: GossipWork = { ...work, ...changes.work }
  const asked =
    own.broadcast === null || changes.target === undefined
      ? own
      : { ...own, broadcast: { ...own.broadcast, target: changes.target } }
  const there = peers.filter((n) => changes.absent?.[n.name] === undefined).map((n) => n.name)
  const part: PartOf<'gossip'> = { suite: 'gossip', work: asked, attempts: 1, seconds: 1, detail: '', thresholds: '' }
  return { ...base, suites: [part], items: { gossip: gossipItems(asked, there, changes) } }
}

export const gossipItems = (
  { broadcast, map, members }: GossipWork,
  there: readonly NodeName[],
  changes: GossipChanges = {},
): readonly GossipItem[] => [
  ...(broadcast === null ? [] : broadcastItems(broadcast, there, changes)),
  ...(map === null ? [] : mapItems(map, there, changes)),
  ...(members === null ? [] : memberItems(there, changes)),
  ...networkItems(there, changes),
]

const networkItems = (there: readonly NodeName[], { network }: GossipChanges): readonly GossipItem[] =>
  there.map((node): GossipItem => {
    const one = network?.[node]
    const [fromMs, toMs] = one?.gap ?? [0, 0]
    return {
      kind: 'network',
      id: `1.network.${node}`,
      node,
      with: 'saorsa-2',
      answered:
        one === null
          ? notRead('connection lost')
          : thereIs({ sent: 400, lost: one?.lost ?? 0, gaps: one === undefined ? [] : [{ fromMs, toMs }] }),
      startedAt: began,
      endedAt: began + 60_000,
    }
  })

function broadcastItems(
  asked: NonNullable<GossipWork['broadcast']>,
  there: readonly NodeName[],
  changes: GossipChanges,
): readonly GossipItem[] {
  const messages = messagesOf(seed, 1, asked, there)
  const channel = channelOf(seed, 1)
  return [
    ...messages.map(({ index, item: id, id: message, payload, from: node }): GossipItem => ({
      kind: 'message',
      id,
      index,
      node,
      message,
      payload,
      channel,
      end: endOf(changes.sending?.[String(index + 1)]),
      ...at(index * 10),
    })),
    ...there.map((node): GossipItem => {
      const of = changes.records?.[node] ?? {}
      const lines = messages.flatMap((m) => {
        const what = m.from === node ? undefined : (of[String(m.index + 1)] ?? of['all'])
        const line = JSON.stringify({
          id: m.id,
          payload: what === 'payload' ? 'ff' : m.payload,
          channel: what === 'channel' ? 'another' : channel,
          at_ms: began + m.index * 10 + (m.from === node ? 0 : 80),
        })
        return what === 'dropped' ? [] : what === 'twice' ? [line, line] : [line]
      })
      const delivered = changes.delivered?.[node]
      return {
        kind: 'records',
        id: `1.records.${node}`,
        node,
        lines: changes.unread?.includes(node) === true ? notRead('permission denied') : thereIs(lines),
        delivered: delivered === null ? notRead('nft: gone') : thereIs({ packets: 90, bytes: delivered ?? 20_000 }),
        clock: { wallMs: began + 1050, uptimeMs: 1_000_000 },
        ...at(1000),
      }
    }),
  ]
}

const endOf = (what: 'refused' | 'late' | 'infra' | undefined): Extract<GossipItem, { kind: 'message' }>['end'] =>
  what === 'refused'
    ? { kind: 'exit', code: 1 }
    : what === 'late'
      ? { kind: 'timeout' }
      : what === 'infra'
        ? { kind: 'fault', by: 'infra', message: 'connection lost' }
        : { kind: 'exit', code: 0 }

function mapItems(
  asked: NonNullable<GossipWork['map']>,
  there: readonly NodeName[],
  changes: GossipChanges,
): readonly GossipItem[] {
  const writes = writesOf(seed, 1, asked, there)
  const inOrder = writes.toSorted((a, b) => (a.later ?? 0) - (b.later ?? 0))
  const mapOf = (list: typeof writes) => new Map(list.map((w) => [w.key, w.value]))
  const [right, wrong] = [mapOf(inOrder), mapOf(inOrder.toReversed())]
  const state = (node: NodeName, look: number, map: ReadonlyMap<string, string>, ms: number): GossipItem => ({
    kind: 'state',
    id: `1.state.${look}.${node}`,
    node,
    state: thereIs({ keys: map.size, sha256: stateHash(map) }),
    ...at(ms),
  })
  return [
    ...writes.map(({ item: id, node, key, value, later }): GossipItem => ({
      kind: 'write',
      id,
      node,
      key,
      value,
      at: later === null ? null : began + later,
      end: endOf(key.includes('newest') ? undefined : changes.writing?.[node]),
      ...at(2000),
    })),
    ...there.flatMap((node): readonly GossipItem[] => {
      const what = changes.map?.[node]
      const end = 33_000
      switch (what) {
        case undefined:
          return [state(node, 1, right, 3000)]
        case 'late':
          return [state(node, 1, wrong, 3000), state(node, 2, right, end)]
        case 'left early':
          return [state(node, 1, wrong, 3000)]
        case 'oldest':
          return [state(node, 1, wrong, end)]
        case 'lacks the last':
          return [state(node, 1, mapOf(inOrder.filter((w) => w.node !== there.at(-1))), end)]
        case 'other':
          return [state(node, 1, new Map([['x', node]]), end)]
        case 'absent':
        case 'unread':
          return [
            {
              kind: 'state',
              id: `1.state.1.${node}`,
              node,
              state: what === 'absent' ? { kind: 'absent' } : notRead('it could not be hashed'),
              ...at(end),
            },
          ]
      }
    }),
  ]
}

function memberItems(there: readonly NodeName[], changes: GossipChanges): readonly GossipItem[] {
  const victim = victimOf(peers.filter((n) => there.includes(n.name)))?.name ?? ''
  const listOf = (phase: Phase, node: NodeName, ms: number): MembersItem => {
    const what = changes.members?.[phase]?.[node]
    const lacks = what === undefined || typeof what === 'string' ? [] : what
    const names = there.filter((n) => !lacks.includes(n) && (phase !== 'down' || n !== victim || what === 'ghost'))
    return {
      kind: 'members',
      id: `1.members.${phase}.${node}`,
      node,
      phase,
      peerId: idOf(node),
      // A list may name a peer by the beginning of its id.
      members: what === 'unread' ? notRead('connection lost') : thereIs(names.map((n) => idOf(n).slice(0, 24))),
      ...at(ms),
    }
  }
  const process = (pid: number) => thereIs({ pid, image: `${pid}.1`, startedAt: began })
  const step = (did: 'killed' | 'looked' | 'started', lives: boolean, ms: number): GossipItem => ({
    kind: 'victim',
    id: `1.victim.${did}.${victim}`,
    node: victim,
    did,
    running: lives ? process(501) : { kind: 'absent' },
    ...at(ms),
  })
  return [
    ...there.map((n) => listOf('before', n, 40_000)),
    step('killed', changes.victim === 'lives', 41_000),
    ...there.filter((n) => n !== victim).map((n) => listOf('down', n, 46_000)),
    step('looked', changes.victim === 'lives' || changes.victim === 'came back', 47_000),
    step('started', changes.victim !== 'stays dead', 48_000),
    ...there.map((n) => listOf('back', n, 52_000)),
  ]
}
