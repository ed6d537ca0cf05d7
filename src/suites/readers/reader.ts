/** Where the receiver's own word about a payload is read. */
import type { Command } from '../../commands/command.ts'
import type { ReceiverRecord } from '../../domain/evidence.ts'
import type { NodeName } from '../../domain/fleet.ts'
import type { ProgramPlan } from '../../domain/plan.ts'
import type { Expected } from '../../domain/received-events.ts'
import type { NodeHttp } from '../../ports.ts'

export type Reader =
  | { readonly kind: 'none' }
  /** Runs in the same exec as the packet counters, so that both are of one moment. */
  | {
      readonly kind: 'on-node'
      /** By what its lines are found; null: this dial left nothing to look for. */
      key(about: Expected): string | null
      command(plan: ProgramPlan, keys: readonly string[]): Command
      parse(lines: readonly string[], about: Expected): ReceiverRecord | null
    }
  /** Asked right after the counters, from the node's own point of view. */
  | {
      readonly kind: 'over-http'
      ask(world: NodeHttp, node: NodeName, about: Expected): Promise<ReceiverRecord | null>
    }

/** The first line that is a record. */
export function firstRecord(
  lines: readonly string[],
  read: (line: string) => ReceiverRecord | null,
): ReceiverRecord | null {
  for (const line of lines) {
    const record = read(line)
    if (record !== null) return record
  }
  return null
}
