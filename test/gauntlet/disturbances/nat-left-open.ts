/** NATs were opened after they had been measured: what must relay goes end to end, and the last measurement shows it. */
import type { Disturbance } from '../attack.ts'
import { natOpened } from './nat-opened.ts'

export const natLeftOpen: Disturbance = {
  ...natOpened,
  id: 'nat-left-open',
  what: 'NATs were opened after they had been measured, and left open',
  run: ({ measurements, ...input }) => ({
    ...input,
    measurements: {
      ...measurements,
      after: measurements.after.map((m) => (m.mapping === 'none' ? m : { ...m, mapping: 'EIM', filtering: 'EIF' })),
    },
  }),
}
