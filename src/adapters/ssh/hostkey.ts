/** Host keys as values: parsing a pinned line, fingerprints, comparison (pure). */
import { createHash, timingSafeEqual } from 'node:crypto'
import type { ServerHostKeyAlgorithm } from 'ssh2'

export interface HostKey {
  /** The key's own type, read from inside the blob: `ssh-ed25519`. */
  readonly type: string
  /** The raw public key, as it travels in the key exchange. */
  readonly blob: Buffer
}

/**
 * Reads `<type> <base64> [comment]`; undefined where it is no such line, or where the type named is not the type
 * inside.
 */
export function parseHostKey(line: string): HostKey | undefined {
  const [type, base64] = line.trim().split(/\s+/)
  if (type === undefined || base64 === undefined || !/^[A-Za-z0-9+/]+={0,2}$/.test(base64)) return undefined
  const key = hostKeyOf(Buffer.from(base64, 'base64'))
  return key?.type === type ? key : undefined
}

/** A key from its raw bytes (RFC 4253 §6.6: a length-prefixed type name comes first). */
export function hostKeyOf(blob: Buffer): HostKey | undefined {
  if (blob.length < 4) return undefined
  const end = 4 + blob.readUInt32BE(0)
  const type = blob.subarray(4, end).toString('latin1')
  return end < blob.length && /^[a-z0-9@.-]{1,64}$/.test(type) ? { type, blob } : undefined
}

/** The line to pin: `<type> <base64>`. */
export const hostKeyLine = (key: HostKey): string => `${key.type} ${key.blob.toString('base64')}`

/** As `ssh-keygen -l` prints it: `SHA256:` and unpadded base64. */
export const fingerprint = (blob: Buffer): string =>
  `SHA256:${createHash('sha256').update(blob).digest('base64').replace(/=+$/, '')}`

/** Compares with every pinned key in constant time; all are always looked at. */
export function isPinned(offered: Buffer, pinned: readonly HostKey[]): boolean {
  let found = false
  for (const key of pinned) if (key.blob.length === offered.length && timingSafeEqual(key.blob, offered)) found = true
  return found
}

/** Signature algorithms by which a server can prove a key type, strongest first. Other types cannot be pinned. */
const algorithms: Readonly<Record<string, readonly ServerHostKeyAlgorithm[]>> = {
  'ssh-ed25519': ['ssh-ed25519'],
  'ecdsa-sha2-nistp256': ['ecdsa-sha2-nistp256'],
  'ecdsa-sha2-nistp384': ['ecdsa-sha2-nistp384'],
  'ecdsa-sha2-nistp521': ['ecdsa-sha2-nistp521'],
  'ssh-rsa': ['rsa-sha2-512', 'rsa-sha2-256'],
}

/** What to offer in the key exchange so that the server shows a key of a pinned type. */
export const algorithmsFor = (pinned: readonly HostKey[]): ServerHostKeyAlgorithm[] => {
  const types = new Set(pinned.map((k) => k.type))
  return Object.entries(algorithms).flatMap(([type, names]) => (types.has(type) ? names : []))
}

/** For a first look at a server: everything that can be pinned, strongest first. */
export const everyAlgorithm: readonly ServerHostKeyAlgorithm[] = Object.values(algorithms).flat()
