/** A person restarts the service. */
import { whenDialling, type LabDisturbance } from '../attack.ts'

export const restarted: LabDisturbance = {
  id: 'restarted',
  what: 'the service is restarted by a person while the node dials',
  node: 'saorsa-7',
  begin: (lab, node) => whenDialling(lab, node, 'systemctl restart testnet-peer'),
}
