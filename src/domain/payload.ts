/**
 * Payloads that follow from a nonce alone, so that we know the hash a receiver must report without having sent a byte.
 */
import { createHash } from 'node:crypto'

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
