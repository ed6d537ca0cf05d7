/** The login files of a node greet everybody. */
import type { LabDisturbance } from '../attack.ts'

export const greeting: LabDisturbance = {
  id: 'greeting',
  what: 'the login files of a node print a greeting',
  node: 'saorsa-7',
  begin: async (lab, node) => {
    await lab.on(
      node,
      `cp /root/.bashrc /root/.bashrc.kept 2>/dev/null || true; echo 'echo welcome to this node' >/root/.bashrc`,
    )
    return () => lab.on(node, 'rm /root/.bashrc; mv /root/.bashrc.kept /root/.bashrc 2>/dev/null || true')
  },
}
