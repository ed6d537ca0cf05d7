/** One secret of each test, from which all that its subject must not foresee is drawn; its end reveals it. */
import { createCipheriv, createHmac } from 'node:crypto'
import { sha256 } from './canonical.ts'

/** 32 random bytes as hex; known to the orchestrator alone until the test is sealed. */
export type TestSeed = string

export const seedBytes = 32
export const isTestSeed = (value: unknown): value is TestSeed =>
  typeof value === 'string' && /^[0-9a-f]{64}$/.test(value)

/** Of a run that can be repeated: its draws are no secret. */
export const repeatableSeed = (run: number, test: number): TestSeed => sha256(`vps-test run ${run}\ntest ${test}\n`)

/** What the ledger keeps of the seed when a test begins: whoever draws again after the end checks that it is the same. */
export const seedCommitment = (seed: TestSeed): string => sha256(`vps-test seed\n${seed}\n`)

/** The first `bytes` bytes of the stream of this label: AES-256-CTR over zeros, under HMAC-SHA256(seed, label). */
export function drawn(seed: TestSeed, label: string, bytes: number): Uint8Array {
  const key = createHmac('sha256', Buffer.from(seed, 'hex')).update(label, 'utf8').digest()
  return new Uint8Array(createCipheriv('aes-256-ctr', key, Buffer.alloc(16)).update(Buffer.alloc(bytes)))
}

/** A whole number in `[low, high]`. */
export function drawnInt(seed: TestSeed, label: string, low: number, high: number): number {
  return low + (Buffer.from(drawn(seed, label, 6)).readUIntBE(0, 6) % (high - low + 1))
}

/** The `n`th local port of a node in one series of dials. */
export const portOf = (
  seed: TestSeed,
  of: string,
  node: string,
  n: number,
  [low, high]: readonly [number, number],
): number => drawnInt(seed, `port ${of} ${node} ${n}`, low, high)

/** What an attempt draws, by its id: its nonce as hex, the length of its payload, and the payload itself. */
export const nonceOf = (seed: TestSeed, attempt: string): string =>
  Buffer.from(drawn(seed, `nonce ${attempt}`, 16)).toString('hex')
export const lengthOf = (seed: TestSeed, attempt: string, low: number, high: number): number =>
  drawnInt(seed, `length ${attempt}`, low, high)
export const payloadOf = (seed: TestSeed, attempt: string, bytes: number): Uint8Array =>
  drawn(seed, `payload ${attempt}`, bytes)
