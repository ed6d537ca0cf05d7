/** Four thousand flows with strangers are counted beside. */
import { thereIs } from '../../../src/domain/evidence.ts'
import type { Disturbance } from '../attack.ts'

export const manyStrangers: Disturbance = {
  id: 'many-strangers',
  what: 'four thousand flows with strangers are counted beside',
  look: (reading) =>
    reading.counters.kind === 'there'
      ? {
          ...reading,
          counters: thereIs({
            ...reading.counters.value,
            in: [
              ...reading.counters.value.in,
              ...Array.from({ length: 400 }, (_, k) => ({
                remote: `203.0.113.${k % 250}`,
                remotePort: 1000 + k,
                localPort: 53,
                packets: 1,
                bytes: 90,
              })),
            ],
          }),
        }
      : reading,
}
