/** Nothing can be counted on a node. */
import type { LabDisturbance } from '../attack.ts'

export const noWitness: LabDisturbance = {
  id: 'no-witness',
  what: 'the packet filter of a node cannot be used from the start',
  node: 'saorsa-6',
  begin: async (lab, node) => {
    await lab.on(node, 'mount --bind /bin/false "$(readlink -f "$(command -v nft)")"')
    return () => lab.on(node, 'umount "$(readlink -f "$(command -v nft)")"')
  },
}
