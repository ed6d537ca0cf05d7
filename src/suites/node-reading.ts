/** What one look shows of a node and of its NAT box, put together; what was not read says why. */
import { notRead, type BoxView, type NodeReading, type Read } from '../domain/evidence.ts'
import type { NodeName } from '../domain/fleet.ts'
import type { PerNode } from '../instruments/per-node.ts'
import type { NodeLook } from '../instruments/witness.ts'
import { whyUnread } from './attempt.ts'

/** `uncleared`: nodes whose counters did not begin at zero, and why: what they show may have come before. */
export function readingOf(
  name: NodeName,
  looks: PerNode<NodeLook>,
  boxes: PerNode<Read<BoxView> | null>,
  uncleared: ReadonlyMap<NodeName, string> = new Map(),
): NodeReading {
  const why = uncleared.get(name)
  const box = boxes.failed.has(name) ? notRead(whyUnread(boxes, name)) : (boxes.done.get(name) ?? null)
  return {
    counters: why === undefined ? (looks.done.get(name)?.counters ?? notRead(whyUnread(looks, name))) : notBegun(why),
    box: why === undefined || box === null ? box : notBegun(why),
    clock: looks.done.get(name)?.clock ?? null,
    processes: looks.done.get(name)?.processes ?? notRead(whyUnread(looks, name)),
  }
}

export const notBegun = (why: string): Read<never> => notRead(`the counters did not begin at zero: ${why}`)
