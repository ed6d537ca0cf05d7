/** The network of a lab without its machines: namespaces, links and NATs for as long as somebody looks at them. */
import { createHash } from 'node:crypto'
import { cgroupOf, makeCgroups } from './cgroup.ts'
import { labFleet } from './fleet-file.ts'
import { labDown, type RunningLab } from './lab.ts'
import { enter, layoutOf, nodeNamespace } from './layout.ts'
import { mark } from './marker.ts'
import { compileNetwork } from './network.ts'
import type { LabOptions } from './node.ts'
import { perform } from './perform.ts'
import type { Topology } from './topology.ts'

/** Takes away what was there under this id, and its own at the end, whatever comes of `look`. */
export async function withNetwork<T>(
  o: LabOptions & { readonly topology: Topology },
  look: (made: RunningLab) => Promise<T>,
): Promise<T> {
  const { topology, signal } = o
  const l = layoutOf(o.id, o.stateDir)
  await labDown(o)
  try {
    const digest = createHash('sha256').update('network only').digest('hex')
    await mark(l, { phase: 'starting', digest, topology })
    await makeCgroups(l, ['work'])
    await perform(compileNetwork(topology, l), { cgroup: `${cgroupOf(l)}/work`, signal })
    const fleet = labFleet(topology, l, { shaping: 'none', hostKeys: {} })
    return await look({ fleet, enter: (node) => enter(nodeNamespace(l, node)), shaped: false, within: 'network' })
  } finally {
    await labDown({ ...o, signal: AbortSignal.timeout(60_000) })
  }
}
