/** The far end of a connection, as the caller's packet counters have it. */
import { valueOf, type NodeReading } from '../../evidence.ts'

/** `address:port` that got most from this local port; null: nothing was sent, or nobody counted. */
export function farEndOf(reading: NodeReading | undefined, localPort: number): string | null {
  const out = (valueOf(reading?.counters)?.out ?? []).filter((f) => f.localPort === localPort)
  const most = out.toSorted((a, b) => b.bytes - a.bytes)[0]
  return most === undefined ? null : `${most.remote}:${most.remotePort}`
}
