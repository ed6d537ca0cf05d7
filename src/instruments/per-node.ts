/** The same work on many nodes at once: one node's failure never stops the others. */
import { Failure } from '../domain/failure.ts'
import type { NodeName } from '../domain/fleet.ts'
import { messageOf } from '../domain/text.ts'

export interface PerNode<T> {
  readonly done: ReadonlyMap<NodeName, T>
  readonly failed: ReadonlyMap<NodeName, Failure>
}

/** Anything that is not a {@link Failure} already is ours to answer for: harness. An aborted run aborts as a whole. */
export async function onEachNode<T>(
  nodes: readonly NodeName[],
  signal: AbortSignal,
  work: (node: NodeName) => Promise<T>,
): Promise<PerNode<T>> {
  const done = new Map<NodeName, T>()
  const failed = new Map<NodeName, Failure>()
  await Promise.all(
    nodes.map(async (node) => {
      try {
        done.set(node, await work(node))
      } catch (error) {
        failed.set(node, asFailure(error, node))
      }
    }),
  )
  signal.throwIfAborted()
  return { done: inOrder(nodes, done), failed: inOrder(nodes, failed) }
}

/** As asked for, not as answered: what is written down must not depend on who was faster. */
const inOrder = <T>(nodes: readonly NodeName[], found: ReadonlyMap<NodeName, T>): ReadonlyMap<NodeName, T> =>
  new Map([...found].toSorted(([a], [b]) => nodes.indexOf(a) - nodes.indexOf(b)))

export const asFailure = (error: unknown, node: NodeName): Failure =>
  error instanceof Failure
    ? error
    : new Failure(
        {
          code: 'H002',
          node,
          message: `${node}: ${messageOf(error)}`,
        },
        error,
      )
