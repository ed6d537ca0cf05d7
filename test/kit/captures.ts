/** Captures for tests: packets between two nodes as a prober tells them, and the pair that they are of. */
import type { CapturedEnd, CapturedPeer, PacketHeaders, PairCapture } from '../../src/domain/captures/capture.ts'
import { thereIs, type RoundEvidence } from '../../src/domain/evidence.ts'

/** `from` and `to`: `address:port`. */
export function packet(way: 'in' | 'out', from: string, to: string, more: Partial<PacketHeaders> = {}): PacketHeaders {
  const [[src, sport], [dst, dport]] = [from, to].map((end) => {
    const [address = '', port = '0'] = end.split(':')
    return [address, Number(port)] as const
  }) as [readonly [string, number], readonly [string, number]]
  const us = more.us ?? 1_000_000
  return { us, way, dev: 'eth0', ip: 4, proto: 17, src, dst, sport, dport, bytes: 1200, ttl: 64, id: 7, ...more }
}

export const repeated = (n: number, one: PacketHeaders, everyUs = 500_000): readonly PacketHeaders[] =>
  Array.from({ length: n }, (_, i) => ({ ...one, us: one.us + i * everyUs }))

export const capturedEnd = (
  node: string,
  peers: readonly CapturedPeer[],
  packets: readonly PacketHeaders[],
  counts: { readonly beyond?: number; readonly dropped?: number | null } = {},
): CapturedEnd => ({ node, peers, seen: thereIs({ packets, beyond: 0, others: 3, dropped: 0, ...counts }) })

export const pairCapture = (
  ends: readonly [CapturedEnd, CapturedEnd],
  round: RoundEvidence | null = null,
  startedAt = Date.UTC(2026, 0, 31, 8, 7, 0),
): PairCapture => ({
  suite: 'connectivity',
  pair: { from: ends[0].node, to: ends[1].node },
  startedAt,
  endedAt: startedAt + 12_000,
  round,
  ends,
})
