/** The network of a node behind a NAT carries no UDP for some seconds, as soon as the node is told to broadcast. */
import type { LabDisturbance } from '../attack.ts'

/** Longer than a message may take, and than the example keeps it for whoever comes back. */
const seconds = 45
const table = 'vps_gauntlet_outage'

export const outage: LabDisturbance = {
  id: 'outage',
  what: `the box of a node passes no UDP on for ${seconds} s in the middle of gossip`,
  node: 'saorsa-6',
  focus: 'gossip',
  begin: async (lab, node) => {
    let over = false
    const cut = (rules: string): Promise<string> => lab.box(node, ['nft', rules])
    const open = (): Promise<string> => cut(`add table inet ${table}; delete table inet ${table}`)
    const ran = (async () => {
      while (!over) {
        // A look that takes too long on a busy machine is made again.
        const said = await lab
          .on(
            node,
            'for i in $(seq 60); do pgrep -f "testnet-peer [b]roadcast" >/dev/null && { echo yes; exit; }; sleep 0.05; done; echo no',
          )
          .catch(() => 'no')
        if (said.trim() !== 'yes') continue
        await cut(
          `add table inet ${table}; add chain inet ${table} f { type filter hook forward priority -300; policy accept; }; add rule inet ${table} f meta l4proto udp drop`,
        )
        await new Promise((done) => setTimeout(done, seconds * 1000))
        await open()
        return
      }
    })()
    return async () => {
      over = true
      await ran
      await open()
    }
  },
}
