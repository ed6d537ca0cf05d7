/** Where the receiver's own word about a payload is read. */
import type { Command } from '../../commands/command.ts'
import type { ReceiverRecord } from '../../domain/evidence.ts'
import type { NodeName } from '../../domain/fleet.ts'
import type { Plan } from '../../domain/plan.ts'
import type { NodeHttp } from '../../ports.ts'

export type Reader =
  | { readonly kind: 'none' }
  /** Runs in the same exec as the packet counters, so that both are of one moment. */
  | {
      readonly kind: 'on-node'
      command(plan: Plan, nonces: readonly string[]): Command
      parse(lines: readonly string[], nonce: string): ReceiverRecord | null
    }
  /** Asked right after the counters, from the node's own point of view. */
  | {
      readonly kind: 'over-http'
      ask(world: NodeHttp, node: NodeName, nonce: string): Promise<ReceiverRecord | null>
    }

/** Values that one record of the program holds, by our names. */
export type Found = Readonly<Record<'nonce' | 'bytes' | 'sha256' | 'from' | 'missing' | 'completedMs', unknown>>

const number = (value: unknown): number | null => (typeof value === 'number' && Number.isFinite(value) ? value : null)

/** A value of another kind matches no payload. */
export const recordOf = (found: Found, nonce: string, raw: string): ReceiverRecord => ({
  nonce,
  raw: raw.slice(0, 2000),
  bytes: number(found.bytes) ?? -1,
  sha256: String(found.sha256 ?? ''),
  from: typeof found.from === 'string' ? found.from : null,
  missing: number(found.missing) ?? -1,
  completedMs: number(found.completedMs),
})
