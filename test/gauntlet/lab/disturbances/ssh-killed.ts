/** Every SSH connection of a node is cut. */
import { whenDialling, type LabDisturbance } from '../attack.ts'

export const sshKilled: LabDisturbance = {
  id: 'ssh-killed',
  what: 'every SSH connection to a node is cut while it dials',
  node: 'saorsa-6',
  begin: (lab, node) => whenDialling(lab, node, 'kill -9 $(pgrep -f "sshd.*@")'),
}
