/** The payload that follows from a nonce: known answers, computed apart from this code. */
import { createHash } from 'node:crypto'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { payloadSha256 } from '../../src/domain/payload.ts'

/** As the description says it: blocks of SHA-256(nonce ‖ u64 big-endian counter), cut to length. */
function payload(nonce: Buffer, bytes: number): Buffer {
  const blocks: Buffer[] = []
  for (let i = 0; i * 32 < bytes; i++) {
    const counter = Buffer.alloc(8)
    counter.writeUInt32BE(i, 4)
    blocks.push(
      createHash('sha256')
        .update(Buffer.concat([nonce, counter]))
        .digest(),
    )
  }
  return Buffer.concat(blocks).subarray(0, bytes)
}

test.each([
  ['00112233445566778899aabbccddeeff', 0, 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855'],
  ['00112233445566778899aabbccddeeff', 1, '8de0b3c47f112c59745f717a626932264c422a7563954872e237b223af4ad643'],
  ['00112233445566778899aabbccddeeff', 32, '9b1cb80cb371e3e16e0ed29f3b390f87a91eac8219a1c66d060b99517ca28a7d'],
  ['00112233445566778899aabbccddeeff', 33, 'c823fdb6d09897f50115e683ab086badb0c397e1daa19dd770a2e28352bfdc21'],
  ['00112233445566778899aabbccddeeff', 65536, '4631a9e31b86727674c1f471a6267da2cfc820b7c08df425126749e1f0a57943'],
])('%s, %d bytes', (nonce, bytes, hash) => {
  expect(payloadSha256(nonce, bytes)).toBe(hash)
})

test('any nonce, any length', () => {
  fc.assert(
    fc.property(fc.uint8Array({ minLength: 1, maxLength: 32 }), fc.nat(70_000), (nonce, bytes) => {
      expect(payloadSha256(Buffer.from(nonce).toString('hex'), bytes)).toBe(
        createHash('sha256')
          .update(payload(Buffer.from(nonce), bytes))
          .digest('hex'),
      )
    }),
    { numRuns: 60 },
  )
})

test('another nonce, or one byte more, is another payload', () => {
  const all = ['00', '01', '0000'].flatMap((n) => [31, 32, 33].map((b) => payloadSha256(n, b)))
  expect(new Set(all).size).toBe(all.length)
})
