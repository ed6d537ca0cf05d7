/** Another program has the port of the service. */
import { quote } from '../../../../src/commands/quote.ts'
import type { LabDisturbance } from '../attack.ts'

export const portTaken: LabDisturbance = {
  id: 'port-taken',
  what: 'another program has the port of the service',
  node: 'saorsa-7',
  begin: async (lab, node) => {
    await lab.on(
      node,
      `systemctl stop testnet-peer
      systemd-run --quiet --collect --unit=vps-gauntlet-port ${lab.place(node).map(quote).join(' ')} perl -MSocket -e 'socket(S,PF_INET,SOCK_DGRAM,17); bind(S,sockaddr_in(9000,INADDR_ANY)) or exit 1; sleep 600'`,
    )
    return () => lab.on(node, 'systemctl stop vps-gauntlet-port || true')
  },
}
