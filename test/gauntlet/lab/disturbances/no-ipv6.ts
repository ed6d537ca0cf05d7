/** A node knows no IPv6. */
import type { LabDisturbance } from '../attack.ts'

export const noIpv6: LabDisturbance = {
  id: 'no-ipv6',
  what: 'IPv6 is off on a node',
  node: 'saorsa-7',
  begin: async (lab, node) => {
    await lab.within(node, 'sysctl -qw net.ipv6.conf.all.disable_ipv6=1')
    return () => lab.within(node, 'sysctl -qw net.ipv6.conf.all.disable_ipv6=0')
  },
}
