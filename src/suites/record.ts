/** Finds the receiver's own line about one nonce; the profile's data names its fields. */
import type { ReceiverRecord } from '../domain/evidence.ts'
import type { Profile } from '../domain/profile.ts'
import { events } from '../instruments/prober.ts'

export function readRecord(profile: Profile, lines: readonly string[], nonce: string): ReceiverRecord | null {
  if (profile.record.kind === 'none') return null
  const { fields } = profile.record
  for (const line of lines) {
    const e = events(line)[0]
    if (e?.[fields.nonce] !== nonce) continue
    const number = (key: string): number | null => (Number.isFinite(e[key]) ? (e[key] as number) : null)
    return {
      nonce,
      raw: line.slice(0, 2000),
      bytes: number(fields.bytes) ?? -1,
      sha256: String(e[fields.sha256] ?? ''),
      from: typeof e[fields.from] === 'string' ? (e[fields.from] as string) : null,
      missing: number(fields.missing) ?? -1,
      completedMs: number(fields.completedMs),
    }
  }
  return null
}
