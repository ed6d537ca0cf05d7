/** Whether a link could have carried what is asked of the program: a slow link is no slow program. */
import { valueOf } from '../../evidence.ts'
import type { LinkLeg, LinkLook } from './work.ts'

/** Of all legs the slowest, megabits a second; null: it was not seen. */
export function linkMbps(look: LinkLook | undefined): number | null {
  if (look === undefined || look.legs.length === 0) return null
  const rates = look.legs.map(legMbps)
  return rates.some((r) => r === null) ? null : Math.min(...rates.filter((r) => r !== null))
}

/** Where nothing of ours came through, something else than its rate is in the way. */
function legMbps({ pouredBytes, drained }: LinkLeg): number | null {
  const seen = valueOf(drained)
  if (valueOf(pouredBytes) === null || seen === null || seen.packets < 2 || seen.micros <= 0) return null
  return (seen.bytes * 8) / seen.micros
}

export type LinkSays =
  | { readonly kind: 'fast' }
  | { readonly kind: 'slow'; readonly mbps: number }
  | { readonly kind: 'unseen' }

/** Fast both times, or nobody can blame the program; slow at one time is enough to excuse it. */
export function linkSays(before: number | null, after: number | null, minMbps: number): LinkSays {
  const slow = [before, after].filter((m) => m !== null && m < minMbps)
  if (slow.length > 0) return { kind: 'slow', mbps: Math.min(...slow.filter((m) => m !== null)) }
  return before === null || after === null ? { kind: 'unseen' } : { kind: 'fast' }
}
