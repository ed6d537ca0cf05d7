/** Path class from counters alone: the one leg that carried a payload, while no other one could have. */
import { normalAddress } from '../../addresses.ts'
import type { Sum } from '../../evidence.ts'
import type { NodeName } from '../../fleet.ts'
import type { PairViews } from './flows.ts'

export type Path =
  | { readonly kind: 'end-to-end' }
  | { readonly kind: 'relayed'; readonly via: NodeName }
  | { readonly kind: 'none' }
  /** More than one way may have carried it, or none that is seen. */
  | { readonly kind: 'ambiguous'; readonly why: string }
  | { readonly kind: 'unwitnessed'; readonly why: string }

/** More than any handshake takes, with signatures of four kilobytes and lost datagrams sent again. */
export const handshakeReach = 64 * 1024

/** The part of a payload that may have gone another way before the way is in doubt. */
const besidesShare = 1 / 4

/**
 * Claims are not a parameter, so that nobody can be tempted. `bytes`: the payload drawn for this attempt; 0 where the
 * program sends what it likes.
 */
export function pathClass(seen: PairViews, bytes: number): Path {
  if (seen.gaps.length > 0) return { kind: 'unwitnessed', why: seen.gaps.join(' and ') }
  const straight = carries(seen.sent, bytes) && carries(seen.delivered, bytes) && seen.returned.packets > 0
  // Without a payload of ours a relay's introductions look like relaying: nothing tells them apart.
  const ends = (bytes > 0 ? seen.relays : []).filter(
    (r) => carries(r.sent, bytes) && carries(r.delivered, bytes) && r.returned.packets > 0,
  )
  const relays = ends.filter((r) => carries(r.relayIn, bytes) && carries(r.relayOut, bytes))
  const unread = ends.find((r) => r.relayIn === null || r.relayOut === null)
  if (unread !== undefined)
    return { kind: 'unwitnessed', why: `the counters of ${unread.via}, a relay, could not be read` }
  const ways = [...(straight ? ['end to end'] : []), ...relays.map((r) => `through ${r.via}`)]
  if (ways.length > 1)
    return {
      kind: 'ambiguous',
      why: `as much as the payload went ${ways.join(' and ')}: nothing tells which carried it`,
    }
  if (!straight && relays.length === 0) return nothingCarried(seen, bytes)
  const [relay] = relays
  const beside = relay === undefined ? seen.besides : relay.besides
  if (bytes > 0 && beside.bytes >= bytes * besidesShare)
    return {
      kind: 'ambiguous',
      why: `the payload of ${bytes} bytes went ${ways.join()}, and ${beside.bytes} bytes left the caller another way`,
    }
  if (relay !== undefined) return { kind: 'relayed', via: relay.via }
  return seen.delivered.bytes < bytes + seen.shared.bytes
    ? {
        kind: 'ambiguous',
        why: 'other dials from the same address at the same moment cannot be told apart from this one',
      }
    : { kind: 'end-to-end' }
}

function nothingCarried(seen: PairViews, bytes: number): Path {
  if (carries(seen.strangers, bytes > 0 ? bytes : handshakeReach))
    return {
      kind: 'unwitnessed',
      why: `${seen.strangers.bytes} bytes came by IPv6 from addresses that no node is known to have`,
    }
  const legs = [{ sent: seen.sent, delivered: seen.delivered }, ...seen.relays]
  const hidden = legs.some(
    (l) =>
      carries(l.sent, bytes) &&
      l.delivered.packets > 0 &&
      l.delivered.bytes + seen.fragments.bytes >= Math.max(bytes, 1),
  )
  return seen.fragments.packets > 0 && hidden
    ? { kind: 'unwitnessed', why: `${seen.fragments.packets} trailing fragments belong to no flow that was counted` }
    : { kind: 'none' }
}

const carries = (leg: Sum | null, bytes: number): boolean => leg !== null && leg.packets > 0 && leg.bytes >= bytes

/** Whether the sender that a receiver names is at the end of this path; null: it names none. */
export function namesPath(from: string | null, path: Path, seen: PairViews): boolean | null {
  const named = from === null ? '' : from.trim()
  if (named === '') return null
  const addresses =
    path.kind === 'relayed' ? seen.relays.find((r) => r.via === path.via)?.addresses : seen.callerAddresses
  return addresses?.has(normalAddress(hostOf(named))) ?? false
}

/** `host:port`, `[v6]:port`, or an address alone. */
function hostOf(text: string): string {
  const bracketed = /^\[([^\]]*)\](?::\d+)?$/.exec(text)
  if (bracketed !== null) return bracketed[1] ?? ''
  return /^[^:]*:\d+$/.test(text) ? text.slice(0, text.lastIndexOf(':')) : text
}
