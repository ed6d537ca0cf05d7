/** A provider's NAT has a second address, and half of what it sends comes from there. */
import { thereIs, valueOf } from '../../../src/domain/evidence.ts'
import type { Disturbance } from '../attack.ts'

export const secondAddress: Disturbance = {
  id: 'second-address',
  what: "a provider's NAT has a second address, and half of what it sends comes from there",
  look: (reading) => {
    const counters = valueOf(reading.counters)
    return counters === null
      ? reading
      : {
          ...reading,
          counters: thereIs({
            ...counters,
            in: counters.in.flatMap((f) => {
              const [packets, bytes] = [f.packets >> 1, f.bytes >> 1]
              const other = { ...f, remote: f.remote.replace(/\d+$/, '77'), packets, bytes }
              return [{ ...f, packets: f.packets - packets, bytes: f.bytes - bytes }, ...(packets > 0 ? [other] : [])]
            }),
          }),
        }
  },
}
