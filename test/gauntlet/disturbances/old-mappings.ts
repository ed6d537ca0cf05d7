/** A NAT box still remembers what was an hour ago. */
import { thereIs } from '../../../src/domain/evidence.ts'
import type { Disturbance } from '../attack.ts'

export const oldMappings: Disturbance = {
  id: 'old-mappings',
  what: 'a NAT box still remembers what was an hour ago',
  look: (reading) =>
    reading.box?.kind === 'there'
      ? {
          ...reading,
          box: thereIs({
            ...reading.box.value,
            mappings: [
              ...reading.box.value.mappings,
              ...reading.box.value.mappings.map((m) => ({
                ...m,
                insidePort: m.insidePort + 1,
                outsidePort: m.outsidePort + 5000,
              })),
            ],
          }),
        }
      : reading,
}
