/** What a node sends leaves it at less than half of what is asked of the program. */
import type { LabDisturbance } from '../attack.ts'

export const slowUplink: LabDisturbance = {
  id: 'slow-uplink',
  what: 'the uplink of a node carries 600 kbit/s',
  node: 'saorsa-7',
  focus: 'throughput',
  begin: async (lab, node) => {
    const device = (
      await lab.on(node, "ip -o route show default | sed -n 's/.* dev \\([^ ]*\\).*/\\1/p' | head -n 1")
    ).trim()
    await lab.on(node, `tc qdisc replace dev ${device} root tbf rate 600kbit burst 4kb latency 400ms`)
    return () => lab.on(node, `tc qdisc del dev ${device} root || true`)
  },
}
