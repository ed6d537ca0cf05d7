/** Our own prober is killed whenever it runs. */
import { whenDialling, type LabDisturbance } from '../attack.ts'

export const proberKilled: LabDisturbance = {
  id: 'prober-killed',
  what: 'the prober of a node is killed for 20 s',
  node: 'saorsa-6',
  begin: (lab, node) =>
    whenDialling(lab, node, 'for i in $(seq 400); do kill -9 $(pgrep vps-probe) 2>/dev/null; sleep 0.05; done'),
}
