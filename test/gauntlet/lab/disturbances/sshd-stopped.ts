/** The SSH service of a node stands still for some seconds. */
import { whenDialling, type LabDisturbance } from '../attack.ts'

export const sshdStopped: LabDisturbance = {
  id: 'sshd-stopped',
  what: 'sshd of a node stands still for 5 s while it dials',
  node: 'saorsa-7',
  begin: (lab, node) => whenDialling(lab, node, 'pids=$(pgrep sshd); kill -STOP $pids; sleep 5; kill -CONT $pids'),
}
