/** Who is a member by each node's own list: all of them, all but the one that we killed, and all again. */
import type { NodeName } from '../../fleet.ts'
import { obstacleBetween, type RunContext } from '../run-context.ts'
import type { SampleOutcome } from '../sample.ts'
import { networkOf, type Network } from './network.ts'
import type { GossipItem, GossipSample, GossipWork, MembersItem, Phase, VictimItem } from './work.ts'

export const membershipGroups: Readonly<Record<Phase, string>> = {
  before: 'membership',
  down: 'membership after a death',
  back: 'membership after a return',
}

export interface MembershipOf {
  readonly there: readonly NodeName[]
  /** Null: no node can be spared. */
  readonly victim: NodeName | null
}

/** A list that names a peer by the beginning of its id names it: 64 bits are nobody's by chance. */
const shortestId = 16

export function judgeMembership(
  items: readonly GossipItem[],
  { withinSeconds }: NonNullable<GossipWork['members']>,
  of: MembershipOf,
  run: Pick<RunContext, 'barred' | 'obstacle'>,
): readonly GossipSample[] {
  const phases: readonly Phase[] = of.victim === null ? ['before'] : ['before', 'down', 'back']
  const lists = items.filter((i): i is MembersItem => i.kind === 'members')
  const scene: Scene = {
    ...of,
    lists,
    peerIds: new Map(lists.flatMap((l) => (l.peerId === null ? [] : [[l.node, l.peerId] as const]))),
    run,
    network: networkOf(items),
    doubt: doubtOf(items.filter((i): i is VictimItem => i.kind === 'victim')),
    withinSeconds,
  }
  return phases.flatMap((phase) =>
    of.there
      .filter((node) => phase !== 'down' || node !== of.victim)
      .map((node) => sampleOf(node, phase, `members.${phase}.${node}`, scene)),
  )
}

interface Scene extends MembershipOf {
  readonly lists: readonly MembersItem[]
  readonly peerIds: ReadonlyMap<NodeName, string>
  readonly run: Pick<RunContext, 'barred' | 'obstacle'>
  readonly network: Network
  /** By phase: why our own doing cannot be relied on. */
  readonly doubt: (phase: Phase) => string | null
  readonly withinSeconds: number
}

/** The kernel must agree that it was dead all the time, and that it lives again. */
const doubtOf =
  (steps: readonly VictimItem[]) =>
  (phase: Phase): string | null => {
    const by = (did: VictimItem['did']) => steps.find((s) => s.did === did)?.running
    if (phase === 'before') return null
    if (phase === 'back')
      return by('started')?.kind === 'there' ? null : 'the node that was killed could not be started again'
    const [killed, looked] = [by('killed'), by('looked')]
    if (killed?.kind !== 'absent') return 'the node could not be killed'
    return looked?.kind === 'absent' ? null : 'the node that was killed did not stay so until the lists were read'
  }

function sampleOf(node: NodeName, phase: Phase, id: string, scene: Scene): GossipSample {
  const [outcome, words] = outcomeOf(node, phase, scene)
  return {
    id,
    group: membershipGroups[phase],
    subject: { kind: 'node', node },
    outcome,
    grade: null,
    sentence: `${node}: ${words}`,
    findings: [],
    tookMs: null,
  }
}

function outcomeOf(node: NodeName, phase: Phase, scene: Scene): readonly [SampleOutcome, string] {
  const { run, network, victim, there, withinSeconds } = scene
  const bar = run.barred.get(node)
  if (bar !== undefined) return ['unwitnessed', bar]
  const doubt = scene.doubt(phase)
  if (doubt !== null) return ['infra', doubt]
  const last = scene.lists.findLast((l) => l.node === node && l.phase === phase)
  if (last === undefined || last.members.kind !== 'there')
    return [
      'infra',
      `its members could not be read: ${last?.members.kind === 'not-read' ? last.members.why : 'it was not asked'}`,
    ]
  const members = last.members.value
  const has = (name: NodeName): boolean => isListed(members, scene.peerIds.get(name))
  const wanted = there.filter((n) => n !== node && (phase !== 'down' || n !== victim) && scene.peerIds.has(n))
  const missing = wanted.filter((n) => !has(n))
  const ghost = phase === 'down' && victim !== null && has(victim)
  if (missing.length === 0 && !ghost)
    return ['success', `its list has ${phase === 'down' ? `all but ${String(victim)}, which we killed` : 'every node'}`]
  const concerned = [node, ...missing]
  const down = network.failed(concerned, last.startedAt - withinSeconds * 1000, last.endedAt)
  if (down !== null) return ['infra', down]
  const cut = missing.flatMap((n) => obstacleBetween(run, node, n) ?? [])
  if (!ghost && cut.length === missing.length)
    return ['infra', `its list lacks ${missing.join(', ')}: ${[...new Set(cut)].join('; ')}`]
  const { outcome, words } = network.blame(
    concerned,
    ghost
      ? `its list has ${String(victim)} still, ${withinSeconds} s after we killed it`
      : `its list lacks ${missing.join(', ')}, ${withinSeconds} s ${phase === 'back' ? `after ${String(victim)} was started again` : 'after it was asked first'}`,
  )
  return [outcome, words]
}

export const isListed = (members: readonly string[], peerId: string | undefined): boolean =>
  peerId !== undefined &&
  members.some((m) => m.length >= shortestId && peerId.toLowerCase().startsWith(m.toLowerCase()))
