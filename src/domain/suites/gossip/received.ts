/** One node's own word about the messages, from the lines that it wrote: the same reading for the run and for `verify`. */
import { objectIn } from '../../json-path.ts'
import { longestRecord } from '../../received.ts'
import type { MessageFields } from './use.ts'

export interface Received {
  readonly id: string
  readonly payload: string | null
  readonly sha256: string | null
  readonly channel: string | null
  readonly atMs: number | null
}

/** By id, in the order of the lines. */
export function receivedIn(
  lines: readonly string[],
  fields: MessageFields,
): ReadonlyMap<string, readonly [Received, ...Received[]]> {
  const found = new Map<string, [Received, ...Received[]]>()
  for (const line of lines) {
    const one = receivedOf(line, fields)
    if (one === null) continue
    const before = found.get(one.id)
    if (before === undefined) found.set(one.id, [one])
    else before.push(one)
  }
  return found
}

function receivedOf(line: string, fields: MessageFields): Received | null {
  const object = line.length > longestRecord ? null : objectIn(line)
  const id = object?.[fields.id]
  if (object === null || typeof id !== 'string') return null
  const textOf = (field: string | null): string | null => {
    const value = field === null ? null : object[field]
    return typeof value === 'string' ? value : null
  }
  const at = fields.at === null ? null : object[fields.at]
  return {
    id,
    payload: textOf(fields.payload),
    sha256: textOf(fields.sha256),
    channel: textOf(fields.channel),
    atMs: typeof at === 'number' && Number.isFinite(at) ? at : null,
  }
}
