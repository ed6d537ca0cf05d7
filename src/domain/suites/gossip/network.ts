/** Whether the network itself failed while messages were on their way, by packets of our own prober beside them. */
import type { NodeName } from '../../fleet.ts'
import type { GossipItem, NetworkItem } from './work.ts'

/** No message of a program that sends again is lost by a gap as short. */
const longestGapMs = 2000

/** By node: why what was not delivered there is nobody's fault. */
export function networkFaults(items: readonly GossipItem[]): ReadonlyMap<NodeName, string> {
  const own = items.filter((i): i is NetworkItem => i.kind === 'network')
  return new Map(
    own.flatMap(({ node, with: other, answered }) => {
      if (answered === null || answered.sent === 0) return []
      const { sent, lost, longestGapMs: gap } = answered
      return gap < longestGapMs && lost < sent
        ? []
        : [
            [
              node,
              `the network of ${node} failed meanwhile: of ${sent} packets of our own prober to ${other} ${lost} were not answered, for ${(gap / 1000).toFixed(1)} s on end`,
            ] as const,
          ]
    }),
  )
}
