/** When a node has a link, by its kernel's word. */
import { expect, test } from 'vitest'
import type { Counters, Flow } from '../../src/domain/evidence.ts'
import { isLinked } from '../../src/suites/gossip/linked.ts'

const flow = (remote: string, localPort = 9000, packets = 1): Flow => ({
  remote,
  remotePort: 9000,
  localPort,
  packets,
  bytes: 100 * packets,
})
const counters = (into: readonly Flow[], out: readonly Flow[]): Counters => ({
  in: into,
  out,
  sent: [],
  fragmentsIn: { packets: 0, bytes: 0 },
  overflow: false,
})
const [hub, other, registry] = ['198.18.2.10', '198.18.3.10', '198.18.1.10']

test.each([
  ['both ways with another node', [flow(hub)], [flow(hub)], true],
  ['nothing yet', [], [], false],
  ['heard and not answered', [flow(hub)], [], false],
  ['one way each with two nodes', [flow(hub)], [flow(other)], false],
  ["the registry's host alone", [flow(registry)], [flow(registry)], false],
  ['another port than that of the service', [flow(hub, 30_000)], [flow(hub, 30_000)], false],
  ['a flow without packets', [flow(hub, 9000, 0)], [flow(hub)], false],
  ['an address in the other notation', [flow(`::ffff:${hub}`)], [flow(hub)], true],
])('%s', (_what, into, out, linked) => expect(isLinked(counters(into, out), 9000, new Set([registry]))).toBe(linked))
