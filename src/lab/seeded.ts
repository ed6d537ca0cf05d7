/** A lab whose NATs hand out ports that follow from a number, so that a run on it can be repeated. */
import type { Topology, TopologyNode } from './topology.ts'

/** A symmetric NAT whose ports the kernel chooses becomes one that computes them; each box has a seed of its own. */
export const seededTopology = (topology: Topology, seed: number): Topology => ({
  ...topology,
  nodes: topology.nodes.map((n) => (computes(n) ? { ...n, ...boxOf(n), seed: (seed + n.number) >>> 0 } : n)),
})

const computes = ({ box }: TopologyNode): boolean =>
  box === 'symmetric' || box === 'symmetric-seeded' || box === 'address-dependent'

const boxOf = ({ box }: TopologyNode): Pick<TopologyNode, 'box'> => ({
  box: box === 'symmetric' ? 'symmetric-seeded' : box,
})
