/** What a receiver must report of a payload, without a byte having been sent: of a seed, or of a nonce alone. */
import { createHash } from 'node:crypto'
import { sha256 } from './canonical.ts'
import { volumeOnWire } from './framing.ts'
import type { Profile } from './profile.ts'
import { payloadOf, type TestSeed } from './test-seed.ts'

/** Empty where the program sends what it likes, or bytes of its own making. */
export function expectedSha256(
  payload: Pick<Profile['payload'], 'kind'>,
  seed: TestSeed,
  { id, nonce, bytes }: { readonly id: string; readonly nonce: string; readonly bytes: number },
): string {
  switch (payload.kind) {
    case 'given':
      return sha256(payloadOf(seed, id, bytes))
    case 'sha256-counter':
      return payloadSha256(nonce, bytes)
    case 'generated':
    case 'opaque':
      return ''
  }
}

/** Undefined where the payload is sent as it is. */
export const wireBytesOf = (payload: Profile['payload'], bytes: number): number | undefined =>
  payload.kind === 'generated' ? volumeOnWire(payload.framing, bytes, payload.chunkBytes) : undefined

/** SHA-256 of the first `bytes` bytes of SHA-256(nonce ‖ u64 big-endian counter), counter = 0, 1, 2 … */
export function payloadSha256(nonceHex: string, bytes: number): string {
  const nonce = Buffer.from(nonceHex, 'hex')
  const whole = createHash('sha256')
  const counter = Buffer.alloc(8)
  for (let offset = 0, i = 0n; offset < bytes; offset += 32, i++) {
    counter.writeBigUInt64BE(i)
    const block = createHash('sha256').update(nonce).update(counter).digest()
    whole.update(block.subarray(0, Math.min(32, bytes - offset)))
  }
  return whole.digest('hex')
}
