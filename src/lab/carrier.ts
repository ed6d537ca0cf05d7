/** A carrier's NAT before several nodes, and links that drop what some networks drop. */
import {
  boxNamespace,
  enter,
  interfaceName,
  outerAddress,
  outerGateway,
  publicAddress,
  publicGateway,
  routerOf,
  type Layout,
} from './layout.ts'
import { mappingSeconds, natRuleset, type Subscriber } from './nat.ts'
import { ipBatch } from './net-step.ts'
import type { Step } from './step.ts'
import type { Carrier, Topology, TopologyNode } from './topology.ts'

/** A block begins above the ports that anybody knows. */
const firstBlock = 2048

const behind = (t: Topology, c: Carrier): readonly TopologyNode[] => t.nodes.filter((n) => n.behind === c.number)

/**
 * Lines for the router: its own link, and those between the carrier and its subscribers, each of which keeps the address
 * at which SSH finds it.
 */
export const carrierLinks = (t: Topology, l: Layout, c: Carrier, far: (n: TopologyNode) => string): string[] => [
  `link add ${interfaceName(c)} type veth peer name wan netns ${boxNamespace(l, c.name)}`,
  `addr add ${publicGateway(c)}/24 dev ${interfaceName(c)}`,
  `link set ${interfaceName(c)} up`,
  ...behind(t, c).flatMap((n) => [
    `link add ${interfaceName(n)} netns ${boxNamespace(l, c.name)} type veth peer name ${far(n)}`,
    `route add ${publicAddress(n)}/32 via ${publicAddress(c)}`,
  ]),
]

export function carrierSteps(t: Topology, l: Layout, c: Carrier): Step[] {
  const name = boxNamespace(l, c.name)
  const subscribers = behind(t, c).map((n, i): Subscriber => ({
    inside: outerAddress(n),
    reached: publicAddress(n),
    ...(c.block === undefined
      ? {}
      : { ports: [firstBlock + i * c.block, firstBlock + (i + 1) * c.block - 1] as const }),
  }))
  const rules = natRuleset({
    kind: c.box,
    outside: publicAddress(c),
    inside: '100.64.0.10',
    mappingSeconds: mappingSeconds(t.natTimeoutFactor),
    hairpin: c.hairpin,
    subscribers,
  })
  return [
    ipBatch(`address the carrier ${c.name}`, name, [
      'link set lo up',
      `addr add ${publicAddress(c)}/24 dev wan`,
      ...behind(t, c).map((n) => `addr add ${publicAddress(n)}/32 dev wan`),
      'link set wan up',
      `route add default via ${publicGateway(c)} src ${publicAddress(c)}`,
      ...behind(t, c).flatMap((n) => [
        `addr add ${outerGateway(n)}/24 dev ${interfaceName(n)}`,
        `link set ${interfaceName(n)} up`,
      ]),
    ]),
    { kind: 'run', why: `the carrier ${c.name}: ${c.box}`, argv: [...enter(name), 'nft', '-f', '-'], stdin: rules },
  ]
}

/** At the router, which tracks no connections and hence puts no fragments together. */
export function dropSteps(t: Topology, l: Layout): Step[] {
  const what = { udp: 'meta l4proto udp', fragments: 'ip frag-off & 0x3fff != 0' } as const
  const rules = t.nodes.flatMap((n) =>
    n.drops.flatMap((drop) =>
      ['saddr', 'daddr'].map((end) => `    ip ${end} 198.18.${n.behind ?? n.number}.0/24 ${what[drop]} drop`),
    ),
  )
  if (rules.length === 0) return []
  const table = [
    'table ip lab {',
    '  chain forward {',
    '    type filter hook forward priority -300; policy accept;',
    ...rules,
    '  }',
    '}',
    '',
  ]
  return [
    {
      kind: 'run',
      why: 'drop what links drop',
      argv: [...enter(routerOf(l)), 'nft', '-f', '-'],
      stdin: table.join('\n'),
    },
  ]
}
