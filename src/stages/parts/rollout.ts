/** One binary on its way to a fleet: who has it, who was left out, and the waves in which nodes are switched to it. */
import type { Exclusion } from '../../domain/events/facts.ts'
import { failureFacts, type Failure } from '../../domain/failure.ts'
import type { FleetNode, NodeName } from '../../domain/fleet.ts'
import type { Quorum } from '../../domain/quorum.ts'
import { onEachNode, type PerNode } from '../../instruments/per-node.ts'
import type { Execution, Nodes, SessionFolder } from '../../ports.ts'
import { fireLeftOut } from './left-out.ts'
import { receiveOn, switchOn, type Deployed, type NodeJob } from './deploy-node.ts'

export interface Rollout {
  /** Nodes that got the binary and run it. */
  readonly done: ReadonlyMap<NodeName, Deployed>
  readonly excluded: readonly Exclusion[]
  /** Nodes that were not left out. */
  remaining(): readonly NodeName[]
  exclude(exclusion: Exclusion): void
  /** Changes nothing that runs, so all nodes receive at once. */
  receiveEverywhere(): Promise<void>
  /** Answers with the fault of the program, where the registry does not run with it. */
  switchRegistry(): Promise<Failure | null>
  /** One peer after the other until one runs: a program that fails on the first is not put on the rest. */
  switchGatekeeper(): Promise<Failure | null>
  /** All other peers at once; bootstrap nodes last, or before them where a node joins by these when it starts. */
  switchRest(): Promise<void>
}

export function rolloutOf(
  world: Execution & Nodes & SessionFolder,
  roster: readonly FleetNode[],
  leases: PerNode<number>,
  planned: readonly NodeJob[],
  {
    plan,
    before,
    joinsByList,
  }: {
    readonly plan: Quorum
    /** How many were left out before. */
    readonly before: number
    /** Nodes are told a list of bootstrap nodes when they start, and may dial it then only. */
    readonly joinsByList: boolean
  },
): Rollout {
  const jobs = new Map(planned.map((job) => [job.node.name, job]))
  const sent = new Map<NodeName, number>()
  const done = new Map<NodeName, Deployed>()
  const excluded: Exclusion[] = []
  const exclude = (exclusion: Exclusion): void => {
    fireLeftOut(world, plan, 'DEPLOY', [exclusion], before + excluded.length)
    excluded.push(exclusion)
  }
  leases.failed.forEach((failure, node) => exclude(exclusionOf(node, failure)))

  const leaveOut = (failed: ReadonlyMap<NodeName, Failure>): void =>
    failed.forEach((failure, node) => {
      jobs.delete(node)
      exclude(exclusionOf(node, failure))
    })
  /** Switches those of the nodes that are to be deployed and have received; answers with what failed. */
  const wave = async (nodes: readonly FleetNode[]): Promise<readonly Failure[]> => {
    const result = await onEachNode(
      nodes.map((n) => n.name).filter((name) => jobs.has(name)),
      world.signal,
      (name) => switchOn(world, jobs.get(name) as NodeJob, sent.get(name) ?? 0),
    )
    result.done.forEach((deployed, node) => done.set(node, deployed))
    leaveOut(result.failed)
    return [...result.failed.values()]
  }
  const ofRole = (...roles: readonly FleetNode['role'][]): readonly FleetNode[] =>
    roster.filter((n) => roles.includes(n.role))
  /** Not switched yet; those behind no NAT first. */
  const peers = (): readonly FleetNode[] =>
    ofRole('test', 'nat')
      .filter((n) => jobs.has(n.name) && !done.has(n.name))
      .toSorted((a, b) => Number(a.nat !== 'none') - Number(b.nat !== 'none'))

  const bootstraps = (): readonly FleetNode[] => ofRole('bootstrap').filter((n) => !done.has(n.name))

  return {
    done,
    excluded,
    remaining: () => roster.map((n) => n.name).filter((name) => !excluded.some((e) => e.node === name)),
    exclude,
    receiveEverywhere: async () => {
      const received = await onEachNode([...jobs.keys()], world.signal, (name) =>
        receiveOn(world, jobs.get(name) as NodeJob),
      )
      received.done.forEach((bytes, node) => sent.set(node, bytes))
      leaveOut(received.failed)
    },
    switchRegistry: async () => (await wave(ofRole('registry'))).find(isOfProduct) ?? null,
    switchGatekeeper: async () => {
      for (const peer of [...(joinsByList ? bootstraps().filter((n) => jobs.has(n.name)) : []), ...peers()]) {
        const failures = await wave([peer])
        if (failures.length === 0) return null
        const broken = failures.find(isOfProduct)
        if (broken !== undefined) return broken
      }
      return null
    },
    switchRest: async () => {
      if (joinsByList) await wave(bootstraps())
      await wave(peers())
      await wave(bootstraps())
    },
  }
}

const isOfProduct = (failure: Failure): boolean => failure.kind === 'product'

const exclusionOf = (node: NodeName, failure: Failure): Exclusion => ({
  node,
  stage: 'DEPLOY',
  ...failureFacts(failure),
  message: failure.message.slice(0, 400),
})
