/** A usual host firewall: SSH and the service's port are open, nothing else is. */
import type { LabDisturbance } from '../attack.ts'

export const firewall: LabDisturbance = {
  id: 'firewall',
  what: 'a usual host firewall, with SSH and the port of the service open',
  node: 'saorsa-7',
  begin: async (lab, node) => {
    await lab.within(
      node,
      `nft 'table inet host_firewall { chain in { type filter hook input priority 0; policy drop; ct state established,related accept; iif lo accept; tcp dport 22 accept; udp dport 9000 accept; }; }'`,
    )
    return () => lab.within(node, 'nft delete table inet host_firewall')
  },
}
