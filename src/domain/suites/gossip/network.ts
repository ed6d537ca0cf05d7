/** Whether the network itself carried anything while the program gossiped, by packets of our own prober beside it. */
import { bootstrapsOf, type Fleet, type NodeName } from '../../fleet.ts'
import type { GossipItem, NetworkItem } from './work.ts'

/** No message of a program that sends again is lost by a gap as short. */
const longestGapMs = 2000
/** Between our clock and the moment from which the prober counts. */
const slackMs = 1000

export interface Network {
  /** Why what was not delivered to or from these nodes between two moments is nobody's fault; null: it was carried. */
  failed(nodes: readonly NodeName[], fromMs: number, toMs: number): string | null
  /** What it is where these networks carried everything: a failure, unless nothing tells whether they did. */
  blame(nodes: readonly NodeName[], words: string): Blame
}

interface Blame {
  readonly outcome: 'failed' | 'unwitnessed'
  readonly words: string
}

export function networkOf(items: readonly GossipItem[]): Network {
  const own = Map.groupBy(
    items.filter((i): i is NetworkItem => i.kind === 'network'),
    (i) => i.node,
  )
  return {
    failed: (nodes, fromMs, toMs) =>
      nodes
        .flatMap((node) => own.get(node) ?? [])
        .map((item) => faultIn(item, fromMs - slackMs, toMs + slackMs))
        .find((why) => why !== null) ?? null,
    blame: (nodes, words) => {
      const unseen = nodes.find((node) => !(own.get(node) ?? []).some(isSeen))
      return unseen === undefined
        ? { outcome: 'failed', words }
        : {
            outcome: 'unwitnessed',
            words: `${words}; whether the network of ${unseen} carried anything meanwhile was not seen`,
          }
    },
  }
}

const isSeen = ({ answered }: NetworkItem): boolean => answered.kind === 'there' && answered.value.sent > 0

function faultIn({ node, with: other, answered, startedAt }: NetworkItem, from: number, to: number): string | null {
  if (answered.kind !== 'there') return null
  const { sent, lost, gaps } = answered.value
  const gap = gaps.find(
    (g) => g.toMs - g.fromMs >= longestGapMs && startedAt + g.fromMs <= to && startedAt + g.toMs >= from,
  )
  return gap === undefined
    ? null
    : `the network of ${node} failed meanwhile: of ${sent} packets of our own prober to ${other} ${lost} were not answered, for ${((gap.toMs - gap.fromMs) / 1000).toFixed(1)} s on end`
}

/**
 * Whom each node asks meanwhile: the nodes by way of which gossip goes, or where it is the only one, the registry's host;
 * of these whoever nothing translates.
 */
export function networkPartners(
  fleet: Fleet,
  there: readonly NodeName[],
): ReadonlyMap<NodeName, readonly [NodeName, ...NodeName[]]> {
  const open = (name: NodeName): boolean => fleet.nodes.some((n) => n.name === name && n.nat === 'none')
  const hubs = bootstrapsOf(fleet).map((n) => n.name)
  const registries = fleet.nodes.filter((n) => n.role === 'registry').map((n) => n.name)
  return new Map(
    there.flatMap((node): readonly [NodeName, readonly [NodeName, ...NodeName[]]][] => {
      const [own, host] = [hubs, registries].map((all) => all.filter((n) => n !== node && there.includes(n) && open(n)))
      const [first, ...more] = own === undefined || own.length === 0 ? (host ?? []) : own
      return first === undefined || registries.includes(node) ? [] : [[node, [first, ...more]]]
    }),
  )
}
