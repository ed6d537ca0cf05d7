/** A file system forbids to execute what is on it. */
import type { LabDisturbance } from '../attack.ts'

export const noexec: LabDisturbance = {
  id: 'noexec',
  what: '/opt of a node forbids to execute',
  node: 'saorsa-7',
  begin: async (lab, node) => {
    await lab.on(node, 'mount --bind /opt /opt && mount -o remount,bind,noexec /opt')
    return () => lab.on(node, 'umount /opt')
  },
}
