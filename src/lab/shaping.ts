/** Delay and loss, as steps: netem where the kernel has it, else packets wait in a queue for the delay helper. */
import type { LabInfo } from '../domain/fleet.ts'
import { boxNamespace, enter, interfaceName, isBoxed, nodeNamespace, routerOf, type Layout } from './layout.ts'
import type { Stages, Step } from './step.ts'
import type { Topology, TopologyNode } from './topology.ts'

/** Does this kernel have netem? Asked on the router's loopback, which nothing uses. */
export const netemProbe = (l: Layout): string[] => [
  'tc',
  '-n',
  routerOf(l),
  'qdisc',
  'add',
  'dev',
  'lo',
  'root',
  'netem',
  'delay',
  '0ms',
]

const shaped = (t: Topology): TopologyNode[] =>
  t.nodes.filter((n) => n.delayMs > 0 || n.lossPercent > 0 || n.rateMbit !== undefined)
const limited = (t: Topology): TopologyNode[] => t.nodes.filter((n) => n.rateMbit !== undefined)

export function compileShaping(t: Topology, l: Layout, mode: LabInfo['shaping']): Stages {
  switch (mode) {
    case 'none':
      return []
    case 'netem':
      return [
        [
          batch(
            'delay and loss towards the nodes',
            routerOf(l),
            shaped(t).map((n) => [interfaceName(n), n]),
          ),
          ...shaped(t).map((n) => fromNode(l, n)),
        ],
      ]
    // --queue-bypass: if the helper ever dies, packets pass undelayed instead of vanishing; `lab status` says so.
    case 'nfqueue':
      return [
        [
          {
            kind: 'run',
            why: 'queue what crosses the router',
            argv: [
              ...enter(routerOf(l)),
              'iptables',
              '-w',
              '-A',
              'FORWARD',
              '-j',
              'NFQUEUE',
              '--queue-num',
              '0',
              '--queue-bypass',
            ],
          },
          // The helper delays and loses; how much passes in a second is the kernel's to say.
          ...(limited(t).length === 0
            ? []
            : [
                batch(
                  'rates towards the nodes',
                  routerOf(l),
                  limited(t).map((n) => [interfaceName(n), n]),
                  tbf,
                ),
                ...limited(t).map((n) => fromNode(l, n, tbf)),
              ]),
        ],
      ]
  }
}

/** The delay helper's command line; a packet waits the delays of the two links it crosses. */
export const delayArgv = (t: Topology, l: Layout, helper: string): string[] => [
  ...enter(routerOf(l)),
  helper,
  '--queue',
  '0',
  ...shaped(t).flatMap((n) => ['--link', `${interfaceName(n)}=${n.delayMs},${n.lossPercent}`]),
]

/** The outgoing half: behind a NAT it is on the box, where the node cannot reach it. */
const fromNode = (l: Layout, n: TopologyNode, how = netem): Step =>
  !isBoxed(n)
    ? batch(`delay and loss from ${n.name}`, nodeNamespace(l, n.name), [['eth0', n]], how)
    : batch(`delay and loss from ${n.name}`, boxNamespace(l, n.name), [['wan', n]], how)

const netem = (n: TopologyNode): string =>
  `netem delay ${n.delayMs}ms loss ${n.lossPercent}%${n.rateMbit === undefined ? '' : ` rate ${n.rateMbit}mbit`} limit 10000`
/** A bucket of 20 ms at that rate, and never less than a few packets; what waits longer than 100 ms is dropped. */
const tbf = ({ rateMbit = 0 }: TopologyNode): string =>
  `tbf rate ${rateMbit}mbit burst ${Math.max(16_000, Math.round(rateMbit * 2500))} latency 100ms`

const batch = (
  why: string,
  namespace: string,
  devices: readonly (readonly [string, TopologyNode])[],
  how = netem,
): Step => ({
  kind: 'run',
  why,
  argv: ['tc', '-n', namespace, '-batch', '-'],
  stdin: devices.map(([device, n]) => `qdisc add dev ${device} root ${how(n)}\n`).join(''),
})
