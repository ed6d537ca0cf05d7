/** Whether counters can be a kernel's: whole numbers, no packet without its header, each row once. */
import type { Counters, NodeReading, Sum } from '../evidence.ts'
import { valueOf } from '../evidence.ts'

/** An IPv4 header; every packet that is counted has one at least. */
const headerBytes = 20

export function countersFaults(counters: Counters): readonly string[] {
  return [
    ...rowsFaults('in', counters.in),
    ...rowsFaults('out', counters.out),
    ...rowsFaults('sent', counters.sent),
    ...sumFaults('fragments', counters.fragmentsIn),
  ]
}

interface Row extends Sum {
  readonly localPort: number
  readonly remotePort?: number
}

function rowsFaults(direction: string, rows: readonly Row[]): readonly string[] {
  const seen = new Set<string>()
  for (const row of rows) {
    const key = JSON.stringify({ ...row, packets: undefined, bytes: undefined })
    const faults = sumFaults(direction, row)
    if (faults.length > 0) return faults
    if (!port(row.localPort) || !port(row.remotePort ?? 0)) return [`${direction}: ${key} has no port`]
    if (seen.has(key)) return [`${direction}: ${key} stands twice in one table`]
    seen.add(key)
  }
  return []
}

function sumFaults(what: string, { packets, bytes }: Sum): readonly string[] {
  if (!count(packets) || !count(bytes)) return [`${what}: ${packets} packets of ${bytes} bytes are no count`]
  if (bytes < packets * headerBytes) return [`${what}: ${packets} packets have more than ${bytes} bytes`]
  return packets === 0 && bytes > 0 ? [`${what}: ${bytes} bytes without a packet`] : []
}

export function readingFaults({ counters, box }: NodeReading): readonly string[] {
  const [own, outer] = [valueOf(counters), valueOf(box)]
  return [
    ...(own === null ? [] : countersFaults(own)),
    ...(outer === null ? [] : countersFaults(outer.counters).map((f) => `NAT box: ${f}`)),
  ]
}

const count = (n: number): boolean => Number.isSafeInteger(n) && n >= 0
const port = (n: number): boolean => Number.isInteger(n) && n >= 0 && n <= 65_535
