/** A node is switched off before the run. */
import type { LabDisturbance } from '../attack.ts'

export const powerOff: LabDisturbance = {
  id: 'power-off',
  what: 'a node is switched off before the run',
  node: 'saorsa-10',
  begin: async (lab, node) => {
    await lab.off(node)
    return () => lab.power(node)
  },
}
