/** Datagrams were fragmented, and their trailing parts carry no ports. */
import { thereIs } from '../../../src/domain/evidence.ts'
import type { Disturbance } from '../attack.ts'

export const fragments: Disturbance = {
  id: 'fragments',
  what: 'datagrams were fragmented, and their trailing parts carry no ports',
  look: (reading) => {
    if (reading.counters.kind !== 'there') return reading
    const { value } = reading.counters
    const parts = value.in.map((f) => Math.floor(f.bytes * 0.8))
    return {
      ...reading,
      counters: thereIs({
        ...value,
        in: value.in.map((f, i) => ({ ...f, bytes: f.bytes - (parts[i] ?? 0) })),
        fragmentsIn: { packets: parts.length * 4, bytes: parts.reduce((n, b) => n + b, 0) },
      }),
    }
  },
}
