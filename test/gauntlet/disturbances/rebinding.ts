/** A NAT gives the caller another port in the middle of a payload. */
import { thereIs, valueOf, type Flow } from '../../../src/domain/evidence.ts'
import type { Disturbance } from '../attack.ts'

const moved = 3000
const halves = (f: Flow): readonly Flow[] => {
  const [packets, bytes] = [f.packets >> 1, f.bytes >> 1]
  return f.packets < 2
    ? [f]
    : [
        { ...f, packets: f.packets - packets, bytes: f.bytes - bytes },
        { ...f, remotePort: f.remotePort + moved, packets, bytes },
      ]
}

export const rebinding: Disturbance = {
  id: 'rebinding',
  what: 'a NAT gives the caller another port in the middle of a payload',
  look: (reading) => {
    const [counters, box] = [valueOf(reading.counters), valueOf(reading.box)]
    return {
      ...reading,
      counters: counters === null ? reading.counters : thereIs({ ...counters, in: counters.in.flatMap(halves) }),
      box:
        box === null
          ? reading.box
          : thereIs({
              ...box,
              mappings: box.mappings.flatMap((m) => [m, { ...m, outsidePort: m.outsidePort + moved }]),
            }),
    }
  },
}
