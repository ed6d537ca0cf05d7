/** The kernel counts IPv4 in IPv6 notation. */
import { thereIs } from '../../../src/domain/evidence.ts'
import type { Disturbance } from '../attack.ts'

export const mappedAddresses: Disturbance = {
  id: 'mapped-addresses',
  what: 'the kernel counts IPv4 in IPv6 notation',
  look: (reading) =>
    reading.counters.kind === 'there'
      ? {
          ...reading,
          counters: thereIs({
            ...reading.counters.value,
            in: reading.counters.value.in.map((f) => ({ ...f, remote: `::ffff:${f.remote}` })),
          }),
        }
      : reading,
}
