/**
 * Topology → namespaces, links, addresses and NAT rules, as steps. A routed core without conntrack and without a way
 * out.
 */
import {
  boxNamespace,
  enter,
  hqAddresses,
  hqGateway,
  hqOf,
  interfaceName,
  nodeNamespace,
  privateAddress,
  privateGateway,
  publicAddress,
  publicGateway,
  routerOf,
  isBoxed,
  outerAddress,
  outerGateway,
  outsideAddress,
  ownAddress,
  type Layout,
} from './layout.ts'
import { carrierLinks, carrierSteps, dropSteps } from './carrier.ts'
import { innerBridge } from './inside.ts'
import { ipBatch, sysctl } from './net-step.ts'
import { conntrackTimes, mappingSeconds, natRuleset, wishedOf } from './nat.ts'
import type { Stages, Step } from './step.ts'
import type { Topology, TopologyNode } from './topology.ts'

export const namespacesOf = (t: Topology, l: Layout): string[] => [
  routerOf(l),
  hqOf(l),
  ...t.nodes.map((n) => nodeNamespace(l, n.name)),
  ...t.nodes.filter((n) => isBoxed(n)).map((n) => boxNamespace(l, n.name)),
  ...t.carriers.map((c) => boxNamespace(l, c.name)),
]

export const compileNetwork = (t: Topology, l: Layout): Stages => [
  [
    ipBatch(
      'make the namespaces',
      null,
      namespacesOf(t, l).map((name) => `netns add ${name}`),
    ),
  ],
  [ipBatch('lay the links', routerOf(l), links(t, l))],
  [
    ipBatch('address the orchestrator', hqOf(l), [
      'link set lo up',
      ...hqAddresses.map((a) => `addr add ${a}/24 dev eth0`),
      'link set eth0 up',
      `route add default via ${hqGateway}`,
    ]),
    sysctl('let the router route', routerOf(l), ['net.ipv4.ip_forward=1']),
    ...t.nodes.map((n) =>
      ipBatch(
        `address ${n.name}`,
        nodeNamespace(l, n.name),
        end('eth0', ownAddress(n), !isBoxed(n) ? outerGateway(n) : privateGateway(n)),
      ),
    ),
    ...t.nodes.flatMap((n) => box(t, l, n)),
    ...t.nodes.flatMap((n) => insideOf(l, n)),
    ...t.carriers.flatMap((c) => carrierSteps(t, l, c)),
    ...dropSteps(t, l),
  ],
  [...t.nodes.filter((n) => isBoxed(n)), ...t.carriers].map((n) =>
    sysctl(`time the mappings of ${n.name}'s box`, boxNamespace(l, n.name), timeouts(t)),
  ),
]

/** Every veth goes straight into its places; the router holds one end of each /24. */
function links(t: Topology, l: Layout): string[] {
  const far = (n: TopologyNode): string =>
    !isBoxed(n) ? `eth0 netns ${nodeNamespace(l, n.name)}` : `wan netns ${boxNamespace(l, n.name)}`
  return [
    'link set lo up',
    `link add hq type veth peer name eth0 netns ${hqOf(l)}`,
    `addr add ${hqGateway}/24 dev hq`,
    'link set hq up',
    ...t.carriers.flatMap((c) => carrierLinks(t, l, c, far)),
    ...t.nodes
      .filter((n) => n.behind === undefined)
      .flatMap((n) => [
        `link add ${interfaceName(n)} type veth peer name ${far(n)}`,
        `addr add ${publicGateway(n)}/24 dev ${interfaceName(n)}`,
        `link set ${interfaceName(n)} up`,
        ...(outsideAddress(n) === publicAddress(n)
          ? []
          : [`route add ${outsideAddress(n)}/32 via ${publicAddress(n)}`]),
      ]),
    ...t.nodes
      .filter((n) => isBoxed(n))
      .map(
        (n) =>
          `link add lan netns ${boxNamespace(l, n.name)} type veth peer name eth0 netns ${nodeNamespace(l, n.name)}`,
      ),
  ]
}

const end = (device: string, address: string, gateway: string): string[] => [
  'link set lo up',
  `addr add ${address}/24 dev ${device}`,
  `link set ${device} up`,
  `route add default via ${gateway}`,
]

function box(t: Topology, l: Layout, n: TopologyNode): Step[] {
  if (n.box === 'none' || !isBoxed(n)) return []
  const name = boxNamespace(l, n.name)
  const rules = natRuleset({
    kind: n.box,
    outside: outerAddress(n),
    inside: privateAddress(n),
    mappingSeconds: mappingSeconds(t.natTimeoutFactor),
    ...wishedOf(n),
  })
  return [
    ipBatch(`address ${n.name}'s box`, name, [
      ...end('wan', outerAddress(n), outerGateway(n)),
      `addr add ${privateGateway(n)}/24 dev lan`,
      'link set lan up',
    ]),
    { kind: 'run', why: `${n.name}'s box: ${n.box}`, argv: [...enter(name), 'nft', '-f', '-'], stdin: rules },
  ]
}

/** What a node that holds containers or a namespace has for as long as the lab stands; units.ts of the node lays the rest. */
function insideOf(l: Layout, n: TopologyNode): Step[] {
  if (n.place.kind === 'node') return []
  const name = nodeNamespace(l, n.name)
  return [
    sysctl(`let ${n.name} route`, name, ['net.ipv4.ip_forward=1']),
    ...(n.place.kind === 'docker'
      ? [
          ipBatch(`lay the inner network of ${n.name}`, name, [
            `link add ${innerBridge} type bridge`,
            `link set ${innerBridge} up`,
          ]),
        ]
      : []),
  ]
}

/** After the rules: these settings exist only once connection tracking is in use. */
const timeouts = (t: Topology): string[] => [
  'net.ipv4.ip_forward=1',
  ...conntrackTimes(mappingSeconds(t.natTimeoutFactor)),
]
