/** What a test of gossip draws from its seed: who sends what, who writes what, and which node is killed. */
import { sha256 } from '../../canonical.ts'
import type { FleetNode, NodeName } from '../../fleet.ts'
import { drawn } from '../../test-seed.ts'
import type { GossipWork } from './work.ts'

const hex = (seed: string, label: string, bytes: number): string =>
  Buffer.from(drawn(seed, label, bytes)).toString('hex')

/** All ids of a test begin with it, so that one search finds them all; the rest of each is as unpredictable. */
export const idPrefix = (seed: string, test: number): string => hex(seed, `gossip ids ${test}`, 8)
export const channelOf = (seed: string, test: number): string => `ch-${hex(seed, `gossip channel ${test}`, 6)}`
export const keyPrefix = (seed: string, test: number): string => `k${hex(seed, `gossip keys ${test}`, 6)}`

export interface Message {
  readonly index: number
  /** Of its line of evidence. */
  readonly item: string
  /** 32 hex digits: what the program is told. */
  readonly id: string
  readonly payload: string
  readonly sha256: string
  readonly from: NodeName
}

/** Bytes of a payload, told as text; each message is of another length. */
const [shortest, longest] = [32, 160]

/** The sender goes round: every node, so every NAT, sends as often as any other. */
export function messagesOf(
  seed: string,
  test: number,
  { messages }: NonNullable<GossipWork['broadcast']>,
  peers: readonly NodeName[],
): readonly Message[] {
  return peers.length === 0
    ? []
    : Array.from({ length: messages }, (_, index) => {
        const item = `${test}.message.${index + 1}`
        const bytes = shortest + ((drawn(seed, `gossip length ${item}`, 1)[0] ?? 0) % (longest - shortest + 1))
        const payload = hex(seed, `gossip payload ${item}`, bytes)
        return {
          index,
          item,
          id: idPrefix(seed, test) + hex(seed, `gossip id ${item}`, 8),
          payload,
          sha256: sha256(payload),
          from: peers[index % peers.length] ?? '',
        }
      })
}

const newestFirst = 'newest-first'

export interface Write {
  readonly item: string
  readonly node: NodeName
  readonly key: string
  readonly value: string
  /** Milliseconds after the first; null: the program is told no time. */
  readonly later: number | null
}

/**
 * Each node writes a key of its own, and all of them two keys. Of one the write that is the newest by its time is made
 * first, so that whoever keeps what came last is wrong; of the other it is made last, so that whoever keeps what it has
 * is.
 */
export function writesOf(
  seed: string,
  test: number,
  { conflict }: NonNullable<GossipWork['map']>,
  peers: readonly NodeName[],
): readonly Write[] {
  const write = (node: NodeName, key: string, later: number | null): Write => {
    const item = `${test}.write.${key}.${node}`
    return { item, node, key: `${keyPrefix(seed, test)}/${key}`, value: hex(seed, `gossip value ${item}`, 12), later }
  }
  return [
    ...peers.map((node, i) => write(node, `own-${i + 1}`, conflict ? 0 : null)),
    ...(conflict ? peers.map((node, i) => write(node, newestFirst, 1000 * (peers.length - i))) : []),
    ...(conflict ? peers.map((node, i) => write(node, 'newest-last', 1000 * (i + 1))) : []),
  ]
}

/** Of the writes of one key: what is made before the rest, which is made at once, or behind it. */
export function inTurn(ofKey: readonly Write[]): readonly (readonly Write[])[] {
  const [newest] = ofKey.toSorted((a, b) => (b.later ?? 0) - (a.later ?? 0))
  const others = ofKey.filter((w) => w !== newest)
  if (newest === undefined) return []
  return newest.key.endsWith(newestFirst) ? [[newest], others] : [others, [newest]]
}

/** One that relays for nobody; the same for the plan, the run and the judge. Undefined: none can be spared. */
export function victimOf(peers: readonly FleetNode[]): FleetNode | undefined {
  const plain = peers.filter((n) => n.role !== 'bootstrap')
  return peers.length < 3 ? undefined : (plain.findLast((n) => n.role === 'test') ?? plain.at(-1))
}

/** As our command hashes what a node keeps: its lines sorted by their bytes. */
export const stateHash = (map: ReadonlyMap<string, string>): string =>
  sha256(
    [...map]
      .map(([key, value]) => `${key} ${value}\n`)
      .sort((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)))
      .join(''),
  )
