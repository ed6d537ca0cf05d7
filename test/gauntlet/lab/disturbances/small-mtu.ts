/** Packets of a node are smaller than usual, and so are fragmented. */
import type { LabDisturbance } from '../attack.ts'

export const smallMtu: LabDisturbance = {
  id: 'small-mtu',
  what: 'the link of a node takes 900 bytes: everything is in fragments',
  node: 'saorsa-7',
  begin: async (lab, node) => {
    const set = (bytes: number): Promise<string> =>
      lab.within(
        node,
        `ip link set dev "$(ip -o route get 198.18.1.10 | sed 's/.* dev \\([^ ]*\\).*/\\1/')" mtu ${bytes}`,
      )
    await set(900)
    return () => set(1500)
  },
}
