/** A download is whole or it is an error. */
import type { OutputBuffer } from './collect.ts'
import type { Ending } from './exec.ts'
import { unreadable } from './failures.ts'

/** The bytes, if the command ended with 0 and nothing was cut; otherwise I042 with the reason. */
export function completeResult(node: string, why: string, ending: Ending, into: OutputBuffer): Uint8Array {
  if (ending.signal !== null) throw unreadable(node, why, `ended by ${ending.signal}`)
  if (ending.code !== 0)
    throw unreadable(node, why, `exit code ${ending.code}: ${into.err().toString('utf8') || 'it said nothing'}`)
  if (into.truncated()) throw unreadable(node, why, `more than the ${into.out().length} bytes allowed`)
  return into.out()
}
