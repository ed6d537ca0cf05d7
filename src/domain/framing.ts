/** How a program frames the parts of a payload that it makes itself, so that their lengths on the wire are known. */

/**
 * `none`: each part as it is. `json-numbers`: `{"sequence":n,"data":[…],"checksum":"<64 hex>","timestamp":<10 digits>}`,
 * where byte i of part n is (n + i) mod 256.
 */
export const framings = ['none', 'json-numbers'] as const
export type Framing = (typeof framings)[number]

/** Of the parts in their order: the last one is the rest. */
export function payloadParts(bytes: number, chunkBytes: number): readonly number[] {
  const whole = Math.floor(bytes / chunkBytes)
  const rest = bytes % chunkBytes
  return [...Array<number>(whole).fill(chunkBytes), ...(rest === 0 ? [] : [rest])]
}

/** Of one part as it is sent. */
export function framedBytes(framing: Framing, sequence: number, bytes: number): number {
  if (framing === 'none') return bytes
  const fixed = `{"sequence":${sequence},"data":[],"checksum":"${'0'.repeat(64)}","timestamp":1000000000}`.length
  return fixed + digitsOf(sequence, bytes) + Math.max(0, bytes - 1)
}

/** Of a whole payload as it is sent. */
export const volumeOnWire = (framing: Framing, bytes: number, chunkBytes: number): number =>
  payloadParts(bytes, chunkBytes).reduce((n, part, i) => n + framedBytes(framing, i, part), 0)

/** Decimal digits of the numbers (first + i) mod 256. */
function digitsOf(first: number, count: number): number {
  const ofAll = 10 + 90 * 2 + 156 * 3
  let digits = Math.floor(count / 256) * ofAll
  for (let i = 0; i < count % 256; i++) digits += String((first + i) % 256).length
  return digits
}
