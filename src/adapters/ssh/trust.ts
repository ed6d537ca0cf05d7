/** A first look at a node's host key, for enrolment: nothing is sent beyond the key exchange. */
import { Client } from 'ssh2'
import type { Fleet, FleetNode } from '../../domain/fleet.ts'
import { hostPort } from '../../domain/addresses.ts'
import { orAbort } from './deadline.ts'
import { reasonOf, refusedStart } from './failures.ts'
import { everyAlgorithm, fingerprint, hostKeyLine, hostKeyOf } from './hostkey.ts'
import { eachAddress, overWire } from './reach.ts'
import type { ReachOptions } from './reach.ts'
import type { Wire } from './wire.ts'

export interface SeenKey {
  /** `<type> <base64>`: what to pin. */
  readonly line: string
  /** `SHA256:…`, to compare with the provider's console. */
  readonly fingerprint: string
}

export interface TrustOptions extends ReachOptions {
  readonly signal: AbortSignal
}

/** The strongest key that the node offers now (a jump host must be pinned already). Failures: T004, T007, T010. */
export async function fetchHostKeys(node: FleetNode, fleet: Fleet, options: TrustOptions): Promise<readonly SeenKey[]> {
  const blob = await eachAddress(node, fleet, options, options.signal, (address, signal) =>
    overWire(node, fleet, address, options, signal, (wire) =>
      offeredKey(wire, node, hostPort(address, node.sshPort), signal),
    ),
  )
  const key = hostKeyOf(blob)
  if (key === undefined) throw refusedStart(node.name, node.host, 'its host key cannot be read')
  return [{ line: hostKeyLine(key), fingerprint: fingerprint(blob) }]
}

/** Connects until the verifier is asked, and refuses. */
async function offeredKey(wire: Wire, node: FleetNode, address: string, signal: AbortSignal): Promise<Buffer> {
  const seen = Promise.withResolvers<Buffer>()
  const client = new Client()
  const failed = (error: Error): void => seen.reject(refusedStart(node.name, address, reasonOf(error)))
  client.on('error', failed)
  client.on('close', () => failed(new Error('closed')))
  try {
    client.connect({
      sock: wire.stream,
      username: 'nobody',
      authHandler: [],
      algorithms: { serverHostKey: [...everyAlgorithm] },
      readyTimeout: 0,
      hostVerifier: (key: Buffer) => {
        seen.resolve(Buffer.from(key))
        return false
      },
    })
    return await orAbort(signal, seen.promise)
  } catch (error) {
    const complaint = signal.aborted ? undefined : await wire.complaint()
    throw complaint === undefined ? error : new Error(complaint)
  } finally {
    wire.destroy()
  }
}
