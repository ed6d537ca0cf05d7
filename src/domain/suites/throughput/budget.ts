/** How many bytes a test of throughput moves, and why a transfer may be smaller than asked for. */
import type { Profile } from '../../profile.ts'

/** Payloads of one test together: what a test of a fleet may cost its owner in traffic. */
const mostBytes = 1_000_000_000
const mb = 1_000_000
/** Our own datagrams flow so long, at twice the rate that is asked for. */
const linkSeconds = 2

export interface Budget {
  /** Of each transfer. */
  readonly bytes: number
  readonly linkBytes: number
  /** Null: as large as asked for. */
  readonly shortened: string | null
  /** Payloads of all transfers, and at most so much of our own: each link before and after, over two legs. */
  readonly payloadBytes: number
  readonly ownBytes: number
}

export function budgetOf(
  { minMbps, testSizeMb }: { readonly minMbps: number; readonly testSizeMb: number },
  { throughput }: Pick<Profile, 'throughput'>,
  pairs: number,
): Budget {
  const most = throughput?.maxMb ?? testSizeMb
  const share = Math.max(1, Math.floor(mostBytes / mb / Math.max(1, pairs)))
  const size = Math.min(testSizeMb, most, share)
  const linkBytes = Math.ceil((minMbps * 2 * 1_000_000 * linkSeconds) / 8)
  return {
    bytes: Math.round(size * mb),
    linkBytes,
    shortened:
      size === testSizeMb
        ? null
        : size === most
          ? `the program takes no more than ${most} MB at once`
          : `all transfers together may have ${mostBytes / mb} MB`,
    payloadBytes: Math.round(size * mb) * pairs,
    ownBytes: linkBytes * 4 * pairs,
  }
}

/** A payload of exactly so many bytes. */
export const withPayload = <P extends Pick<Profile, 'payload'>>(profile: P, bytes: number): P =>
  profile.payload.kind === 'opaque'
    ? profile
    : { ...profile, payload: { ...profile.payload, minBytes: bytes, maxBytes: bytes } }
