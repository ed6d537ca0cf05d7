/** Gossip in action: messages, writes and a death of ours, and what each node has of them by its own files and lists. */
import { peersOf } from '../domain/fleet.ts'
import { networkPartners } from '../domain/suites/gossip/network.ts'
import { watchNetwork } from '../instruments/network-watch.ts'
import type { Runner } from './bench.ts'
import { broadcastAll } from './gossip/broadcast.ts'
import { agreeOnMap } from './gossip/map.ts'
import { killOne } from './gossip/members.ts'

/** Probers that nobody ends any more end by themselves. */
const longestSeconds = 1800

export const gossip: Runner<'gossip'> = {
  async run(bench, { broadcast, map, members }, keep) {
    const peers = peersOf(bench.world.fleet).filter((n) => bench.nodes.includes(n.name))
    if (peers.length === 0) return
    const { world, prober, test } = bench
    const network = await watchNetwork(world, {
      prober,
      partners: networkPartners(world.fleet, bench.nodes),
      seconds: longestSeconds,
    })
    try {
      if (broadcast !== null) await broadcastAll(bench, broadcast, peers, network.ports, keep)
      if (map !== null) await agreeOnMap(bench, map, peers, keep)
      // Last: nothing is told to a node that we killed.
      if (members !== null) await killOne(bench, members, peers, keep)
      for (const look of await network.end())
        await keep({ kind: 'network', id: `${test}.network.${look.node}.${look.with}`, ...look })
    } finally {
      network.stop()
    }
  },

  /** What a node has not got by the end of its time it has not got: there is nothing to be tried again. */
  again: () => Promise.resolve(),
}
