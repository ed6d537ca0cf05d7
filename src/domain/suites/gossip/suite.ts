/** Gossip before anything acts: broadcasts, a map that must come to agree, and members, each judged node by node. */
import { peersOf } from '../../fleet.ts'
import type { NotCovered } from '../../not-covered.ts'
import type { Reason } from '../../reason.ts'
import { spread } from '../../statistics.ts'
import { atOnce } from '../at-once.ts'
import type { Group, Terms } from '../group.ts'
import type { RunContext } from '../run-context.ts'
import { counts, sampleKey } from '../sample.ts'
import type { Judged, Planning, Suite } from '../suite.ts'
import { broadcastGroup, judgeBroadcast } from './broadcast.ts'
import { convergenceGroup, judgeConvergence } from './convergence.ts'
import { victimOf } from './draws.ts'
import { gossipItem, gossipWork } from './evidence-shape.ts'
import { judgeMembership, membershipGroups } from './membership.ts'
import { rederiveGossip } from './rederive.ts'
import type { GossipItem, GossipSample, GossipWork } from './work.ts'

export const gossip: Suite<'gossip'> = {
  title: 'gossip',
  unable: ({ name, gossip: use }) =>
    use === null ? `profile ${name} says nothing of broadcasts, of a shared map or of members ("gossip")` : null,
  plan,
  item: gossipItem,
  work: gossipWork,
  rederive: rederiveGossip,
  clocks: (item) => (item.kind === 'records' && item.clock !== null ? [{ node: item.node, clock: item.clock }] : []),
  judge: atOnce(judge),
}

/** Every node must come to the one map, and to the right members. */
const each: Terms = { target: 100, sampleFloor: 1, coverage: 80, strict: false }
const broadcastTerms = (target: number): Terms => ({ target, sampleFloor: 10, coverage: 80, strict: false })

/** Measured on the lab, roughly: one round of messages of all nodes, one look at all nodes. */
const [roundSeconds, lookSeconds] = [0.5, 1]

function plan({ config, profile, fleet, nodes, byFocus: asked }: Planning): ReturnType<Suite<'gossip'>['plan']> {
  const { messageDelivery, crdtConsistency } = config.tests
  if (!asked && !messageDelivery.enabled && !crdtConsistency.enabled) return null
  const peers = peersOf(fleet).filter((n) => nodes.includes(n))
  const use = profile.gossip
  const { messageCount: messages, successRate: target } = messageDelivery
  const work: GossipWork = {
    broadcast:
      use?.broadcast == null || !(asked || messageDelivery.enabled)
        ? null
        : { messages, target, withinSeconds: use.broadcast.withinSeconds, fields: use.broadcast.record.fields },
    map:
      use?.map == null || !(asked || crdtConsistency.enabled)
        ? null
        : {
            maxSyncSeconds: crdtConsistency.maxSyncSeconds,
            conflict: use.map.write.some((word) => word.includes('{at}')),
          },
    members: use?.members == null || !asked ? null : { withinSeconds: use.members.withinSeconds },
    unable: [
      ...(messageDelivery.enabled && use?.broadcast == null ? ['tests.message_delivery'] : []),
      ...(crdtConsistency.enabled && use?.map == null ? ['tests.crdt_consistency'] : []),
    ],
  }
  const rounds = work.broadcast === null ? 0 : Math.ceil(messages / Math.max(1, peers.length))
  return {
    work,
    attempts: samplesOf(work, peers.length),
    seconds: Math.ceil(
      rounds * roundSeconds +
        (work.broadcast === null ? 0 : 3) +
        (work.map === null ? 0 : 2 * lookSeconds + 2) +
        (work.members === null ? 0 : 2 * work.members.withinSeconds + 3 * lookSeconds),
    ),
    detail: detailOf(work, peers.length),
    thresholds: work.broadcast === null ? 'every node 100%' : `broadcast ${target}%, map and members every node`,
  }
}

const samplesOf = ({ broadcast, map, members }: GossipWork, peers: number): number =>
  (broadcast?.messages ?? 0) * Math.max(0, peers - 1) +
  (map === null ? 0 : peers) +
  (members === null ? 0 : 3 * peers - 1)

/** Bytes of payload that each node gets of a broadcast; the program's own talk comes on top. */
const payloadBytes = 96

function detailOf({ broadcast, map, members }: GossipWork, peers: number): string {
  const parts = [
    ...(broadcast === null
      ? []
      : [
          `${broadcast.messages} broadcasts to ${Math.max(0, peers - 1)} nodes each (about ${Math.ceil((broadcast.messages * payloadBytes) / 1024)} KiB to each node)`,
        ]),
    ...(map === null ? [] : [`a map written by ${peers} nodes${map.conflict ? ', two keys by all of them' : ''}`]),
    ...(members === null ? [] : ['members before and after one node is killed']),
  ]
  return parts.length === 0 ? 'nothing that the profile offers' : parts.join(', ')
}

function judge(items: readonly GossipItem[], work: GossipWork, run: RunContext): Judged<'gossip'> {
  const { broadcast, map, members } = work
  const out = new Set(run.excluded.map((e) => e.node))
  const present = run.peers.filter((n) => !out.has(n.name))
  const there = present.map((n) => n.name)
  const victim = victimOf(present)?.name ?? null
  const { kept, strays } = sortOut(items, there)
  const told = broadcast === null ? null : judgeBroadcast(kept, broadcast, there, run)
  const agreed = map === null ? [] : judgeConvergence(kept, map, there, run)
  const listed = members === null ? [] : judgeMembership(kept, members, { there, victim }, run)
  const samples = [...(told?.samples ?? []), ...agreed, ...listed]
  const groups = groupsOf(work, run.peers.length, victim !== null)
  return {
    samples,
    retries: [],
    groups,
    figures: {
      delivery: told?.delivery ?? [],
      latency: spread(samples.flatMap((s) => (s.group === broadcastGroup ? (s.tookMs ?? []) : []))),
      offsets: told?.offsets ?? [],
      agreement: spread(agreed.flatMap((s) => s.tookMs ?? [])),
      victim: members === null ? null : victim,
    },
    reasons: [
      ...strays,
      ...work.unable.map((what): Reason => ({
        kind: 'inconclusive',
        text: `${what} is asked for, and the profile cannot do it`,
      })),
    ],
    notCovered: [...uncovered(samples, groups, run), ...(members !== null && victim === null ? [noVictim] : [])],
  }
}

const noVictim: NotCovered = {
  kind: 'other',
  what: 'membership after a death',
  why: 'the fleet has no node that could be killed and relays for nobody',
}

function groupsOf({ broadcast, map, members }: GossipWork, peers: number, victim: boolean): readonly Group[] {
  const nodes = (name: string, planned = peers): Group => ({ name, of: 'node', planned, terms: each, secondsEach: 2 })
  const senders = Math.min(peers, broadcast?.messages ?? 0)
  return [
    ...(broadcast === null
      ? []
      : [
          {
            name: broadcastGroup,
            of: 'pair',
            planned: senders * Math.max(0, peers - 1),
            terms: broadcastTerms(broadcast.target),
            secondsEach: roundSeconds,
          } as const,
        ]),
    ...(map === null ? [] : [nodes(convergenceGroup)]),
    ...(members === null ? [] : [nodes(membershipGroups.before)]),
    ...(members === null || !victim ? [] : [nodes(membershipGroups.down, peers - 1), nodes(membershipGroups.back)]),
  ]
}

/** A line of a node that was not there, or one whose id stands twice, belongs to nobody. */
function sortOut(
  items: readonly GossipItem[],
  there: readonly string[],
): { readonly kept: readonly GossipItem[]; readonly strays: readonly Reason[] } {
  const ids = new Set<string>()
  const strays: Reason[] = []
  const kept = items.filter((item) => {
    const copy = ids.has(item.id)
    ids.add(item.id)
    const known = there.includes(item.node)
    if (copy) strays.push({ kind: 'inconclusive', text: `gossip: ${item.id} occurs twice in the evidence` })
    else if (!known)
      strays.push({ kind: 'inconclusive', text: `gossip: ${item.id}: ${item.node} is no node of the test` })
    return !copy && known
  })
  return { kept, strays }
}

/** Nodes that were left out, and what kept the others from counting. */
function uncovered(
  samples: readonly GossipSample[],
  groups: readonly Group[],
  { peers, excluded }: RunContext,
): readonly NotCovered[] {
  const counted = new Set(samples.filter(counts).map(sampleKey))
  return groups
    .filter((g) => g.of === 'node')
    .flatMap(({ name: group }) =>
      peers.flatMap(({ name: node }): readonly NotCovered[] => {
        const subject = { kind: 'node', node } as const
        const key = sampleKey({ group, subject })
        const own = samples.find((s) => sampleKey(s) === key)
        const out = excluded.find((e) => e.node === node)
        if (counted.has(key) || (own === undefined && out === undefined)) return []
        return [
          {
            kind: 'subject',
            suite: 'gossip',
            group,
            subject,
            why: out === undefined ? (own?.sentence ?? '') : `${node} was left out: ${out.why}`,
          },
        ]
      }),
    )
}
