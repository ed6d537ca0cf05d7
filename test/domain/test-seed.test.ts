// One seed a test: streams by label are distinct, repeat exactly, and the commitment binds the seed.
import { createHash } from 'node:crypto'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  drawn,
  drawnInt,
  isTestSeed,
  lengthOf,
  nonceOf,
  payloadOf,
  seedCommitment,
} from '../../src/domain/test-seed.ts'

const seed = '00112233445566778899aabbccddeeff'.repeat(2)
const hex = fc.stringMatching(/^[0-9a-f]{64}$/)

describe('the seed of a test', () => {
  test('a stream is AES-256-CTR under HMAC-SHA256 of its label, so that anybody can draw it again', () => {
    expect(nonceOf(seed, '1.1.a.b')).toBe('b9236a10b7abc7a887b1dd2fa9bd4580')
    expect(lengthOf(seed, '1.1.a.b', 6000, 30_000)).toBe(27_592)
    expect(
      createHash('sha256')
        .update(payloadOf(seed, '1.1.a.b', 8000))
        .digest('hex'),
    ).toBe('d50eb4c62a7c57436ca2bd55377ea2d82569d884eb082f648fc29ee127a15590')
    expect(seedCommitment(seed)).toBe('da47663e7f4c4f9d05bbdaac42c8778ccfa1c53c72aa9e96cce08cca5d6615d3')
  })

  test('a longer draw begins with the shorter one, other labels and other seeds give other bytes', () => {
    fc.assert(
      fc.property(hex, hex, fc.string(), fc.string(), fc.nat(200), (a, b, x, y, n) => {
        expect(drawn(a, x, n + 50).subarray(0, n)).toEqual(drawn(a, x, n))
        if (x !== y) expect(drawn(a, x, 32)).not.toEqual(drawn(a, y, 32))
        if (a !== b) {
          expect(drawn(a, x, 32)).not.toEqual(drawn(b, x, 32))
          expect(seedCommitment(a)).not.toBe(seedCommitment(b))
        }
      }),
    )
  })

  test('an attempt has a payload that its nonce does not tell', () => {
    const nonce = nonceOf(seed, '1.1.a.b')
    expect(Buffer.from(payloadOf(seed, '1.1.a.b', 64)).toString('hex')).not.toContain(nonce)
    expect(payloadOf(seed, '1.1.a.b', 64)).not.toEqual(drawn(nonce.repeat(2), 'payload 1.1.a.b', 64))
  })

  test('a number lies within its bounds', () => {
    fc.assert(
      fc.property(hex, fc.string(), fc.nat(1000), fc.nat(1000), (s, label, low, more) => {
        const n = drawnInt(s, label, low, low + more)
        expect(n).toBeGreaterThanOrEqual(low)
        expect(n).toBeLessThanOrEqual(low + more)
      }),
    )
  })

  test.each(['', 'ab', seed.toUpperCase(), `${seed}0`, 7, null])('%j is no seed', (value) => {
    expect(isTestSeed(value)).toBe(false)
  })
})
