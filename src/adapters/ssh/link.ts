/** One authenticated SSH connection over a wire: the key exchange, the host key check, the end of it. */
import pLimit from 'p-limit'
import type { LimitFunction } from 'p-limit'
import { Client } from 'ssh2'
import type { CipherAlgorithm, ConnectConfig } from 'ssh2'
import type { Wire } from './wire.ts'
import { orAbort } from './deadline.ts'
import { changedKey, clean, reasonOf, protocol, refusedStart, refusedUser, secondFactor } from './failures.ts'
import { algorithmsFor, fingerprint, isPinned } from './hostkey.ts'
import type { HostKey } from './hostkey.ts'

export interface Link {
  readonly client: Client
  readonly address: string
  readonly user: string
  /** Why the connection is gone; undefined while it lives. */
  lost(): string | undefined
  readonly whenLost: Promise<string>
  /** Clean-up commands go one by one, so that they need one channel. */
  readonly tidy: LimitFunction
  destroy(why: string): void
}

/** Whom we talk to, and how they prove it. */
export interface Peer {
  readonly name: string
  readonly fleet: string
  readonly user: string
  readonly pinned: readonly HostKey[]
  readonly privateKey: string
}

/**
 * aes128-gcm is twice as fast as chacha20 here; ssh2's `prepend` does not move what it already lists, so the list is
 * whole.
 */
const ciphers: CipherAlgorithm[] = [
  'aes128-gcm@openssh.com',
  'aes256-gcm@openssh.com',
  'chacha20-poly1305@openssh.com',
  'aes128-ctr',
  'aes192-ctr',
  'aes256-ctr',
]

/** A silent peer is lost after 20 s: before most commands are late, so that one that may run twice does. */
const keepalive = { keepaliveInterval: 5000, keepaliveCountMax: 3 } as const

/**
 * Resolves when authenticated. Failures: T005, T007, T011, T012; a plain Error where this address just did not work.
 */
export async function openLink(wire: Wire, address: string, peer: Peer, signal: AbortSignal): Promise<Link> {
  const client = new Client()
  const gone = Promise.withResolvers<string>()
  const ready = Promise.withResolvers<void>()
  const seen: Seen = { key: undefined, pinned: false, agreed: false, partial: false, left: undefined }
  let reason: string | undefined
  const lose = (error: unknown): void => {
    reason ??= clean(reasonOf(error))
    gone.resolve(reason)
    ready.reject(error)
    wire.destroy()
  }
  ready.promise.catch(() => undefined)
  // Attached before connecting and kept for good.
  client.on('error', lose)
  client.on('end', () => lose(new Error('the node closed the connection')))
  client.on('close', () => lose(new Error('the connection closed')))
  client.on('handshake', () => {
    seen.agreed = true
  })
  client.on('ready', () => ready.resolve())
  const config: ConnectConfig = {
    sock: wire.stream,
    username: peer.user,
    // The key at once: no `none` request first, and never a password.
    authHandler: (left: readonly string[] | null, partial: boolean) => {
      if (left === null) return { type: 'publickey', username: peer.user, key: peer.privateKey }
      seen.left = left
      seen.partial = partial
      return false
    },
    algorithms: { cipher: ciphers, serverHostKey: algorithmsFor(peer.pinned) },
    hostVerifier: (key: Buffer) => {
      seen.key = key
      return (seen.pinned = isPinned(key, peer.pinned))
    },
    // Our own deadline comes by the signal.
    readyTimeout: 0,
    ...keepalive,
  }
  try {
    client.connect(config)
    await orAbort(signal, ready.promise)
  } catch (error) {
    lose(error)
    if (signal.aborted) throw error
    const complaint = await wire.complaint()
    throw complaint !== undefined && seen.key === undefined ? new Error(complaint) : judge(error, seen, address, peer)
  }
  return {
    client,
    address,
    user: peer.user,
    lost: () => reason,
    whenLost: gone.promise,
    tidy: pLimit(1),
    destroy: (why) => {
      client.end()
      lose(new Error(why))
    },
  }
}

interface Seen {
  key: Buffer | undefined
  pinned: boolean
  agreed: boolean
  /** The key was taken, and is not enough. */
  partial: boolean
  /** Methods by which the server would go on; undefined: it did not say. */
  left: readonly string[] | undefined
}

/** Who is to blame for a connection that did not come up. */
function judge(error: unknown, seen: Seen, address: string, peer: Peer): unknown {
  const pinned = peer.pinned.map((k) => fingerprint(k.blob))
  const message = reasonOf(error)
  const level = error instanceof Error ? (error as Error & { level?: string }).level : undefined
  if (seen.key !== undefined && !seen.pinned) return changedKey(peer.name, peer.fleet, pinned, fingerprint(seen.key))
  if (/no matching host key/.test(message))
    return changedKey(
      peer.name,
      peer.fleet,
      pinned,
      `no key of type ${[...new Set(peer.pinned.map((k) => k.type))].join(' or ')}`,
    )
  if (seen.partial) return secondFactor(peer.name, peer.user, address, seen.left ?? [])
  if (level === 'client-authentication')
    return refusedUser(
      peer.name,
      peer.user,
      address,
      seen.left === undefined || seen.left.includes('publickey')
        ? message
        : `it takes no keys, only ${seen.left.join(', ') || 'nothing'}`,
    )
  // The server's own goodbye after the key exchange: too many tries, account locked, and the like.
  if (seen.agreed && typeof (error as { code?: unknown }).code === 'number')
    return refusedUser(peer.name, peer.user, address, message)
  if (seen.key === undefined && !/^Handshake failed|^Invalid|^Bad|Protocol|algorithm/i.test(message))
    return refusedStart(peer.name, address, message)
  return level === 'handshake' || seen.key === undefined ? protocol(peer.name, address, message) : error
}
