/** What one look shows of a node and of its NAT box, put together; what was not read says why. */
import { notRead, type BoxView, type NodeReading, type Read } from '../domain/evidence.ts'
import type { NodeName } from '../domain/fleet.ts'
import type { PerNode } from '../instruments/per-node.ts'
import type { NodeLook } from '../instruments/witness.ts'
import { whyUnread } from './attempt.ts'

export const readingOf = (
  name: NodeName,
  looks: PerNode<NodeLook>,
  boxes: PerNode<Read<BoxView> | null>,
): NodeReading => ({
  counters: looks.done.get(name)?.counters ?? notRead(whyUnread(looks, name)),
  box: boxes.failed.has(name) ? notRead(whyUnread(boxes, name)) : (boxes.done.get(name) ?? null),
  clock: looks.done.get(name)?.clock ?? null,
  processes: looks.done.get(name)?.processes ?? notRead(whyUnread(looks, name)),
})
