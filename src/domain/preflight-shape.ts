/** The shape of what was asked before any pair: it may come from a stranger. */
import type { NodeAnswer, PathAnswer, Preflight } from './preflight.ts'
import { anything, every, list, name, number, oneOf, orNull, text, time, type Check } from './shape.ts'
import { flowShape, readOf } from './suites/connectivity/evidence-shape.ts'

const node = every<NodeAnswer>({ node: name, askedAt: time, answeredAt: time, text: orNull(text) })
const path = every<PathAnswer>({
  from: name,
  to: name,
  family: oneOf(4, 6),
  event: anything,
  servicePort: number,
  delivered: readOf(list(flowShape)),
})

/** Paths go to few nodes: bootstraps and the registry. */
const mostTargets = 20

export const preflightShape = (mostNodes: number): Check =>
  every<Preflight>({ nodes: list(node, mostNodes), paths: list(path, 2 * mostTargets * mostNodes) })
