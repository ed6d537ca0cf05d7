/** A run of a plan before it began: what it may come to hold can be named. */
import { peersOf } from '../fleet.ts'
import type { Plan } from '../plan.ts'
import { promisesOf } from '../promises.ts'
import type { RunContext } from '../suites/run-context.ts'

export const criteriaContext = ({ fleet, nodes, profile }: Plan): RunContext => ({
  fleet,
  nodes: fleet.nodes.filter((n) => nodes.includes(n.name)),
  peers: peersOf(fleet).filter((n) => nodes.includes(n.name)),
  excluded: [],
  measurements: [],
  promises: promisesOf(profile),
  deployed: {},
  running: { before: [], after: [], startedAgain: [] },
  serviceUids: new Map(),
  barred: new Map(),
  obstacle: () => null,
  ipv6: new Map(),
  unsettledNats: new Map(),
  checkpoint: false,
})
