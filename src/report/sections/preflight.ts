/** What passed between nodes and bootstraps before any pair was tried. */
import { nodeSeen, pathSeen, type PathSeen, type Preflight } from '../../domain/preflight.ts'
import { paragraph, strong, table, type Inline, type Section } from '../section.ts'

/** Null: nothing was asked. */
export function preflightSection(preflight: Preflight | undefined): Section | null {
  if (preflight === undefined || preflight.nodes.length === 0) return null
  return {
    id: 'preflight',
    title: 'Before the pairs',
    blocks: [
      paragraph(
        'Our own prober, on ports of its own: what passed to each bootstrap node and to the host of the registry, and back.',
      ),
      table(
        [
          'from',
          'to',
          'IP',
          'small',
          'as the program needs',
          'fragments there',
          'and back',
          "service's port",
          'largest in one piece',
        ],
        preflight.paths.map(pathSeen).map(row),
      ),
      table(
        ['node', 'clock against ours', 'IPv6'],
        preflight.nodes
          .map(nodeSeen)
          .map(({ node, clock, ipv6 }) => [
            node,
            clock === null ? 'not read' : `${clock.offsetMs} ms ± ${clock.withinMs} ms`,
            ipv6 === null ? 'not read' : ipv6.length === 0 ? 'none' : ipv6.slice(0, 3).join(', '),
          ]),
      ),
    ],
  }
}

const row = (p: PathSeen): readonly Inline[] => [
  p.from,
  p.to,
  `v${p.family}`,
  said(p.small),
  p.needed === null
    ? '–'
    : [p.needed.there, p.needed.back].includes('lost')
      ? strong(`${p.needed.bytes} bytes: lost${p.needed.there === 'lost' ? '' : ' on the way back'}`)
      : `${p.needed.bytes} bytes: ${p.needed.there}`,
  p.large === 'unknown' ? said(p.large) : word(p.large, `${p.largeBytes} bytes`),
  said(p.largeBack),
  p.servicePort === 0 ? 'not asked' : word(p.service, `udp ${p.servicePort}`),
  p.mtu === null ? '–' : `${p.mtu} bytes`,
]

const said = (passing: PathSeen['small']): Inline => (passing === 'lost' ? strong('lost') : passing)
const word = (passing: PathSeen['small'], what: string): Inline =>
  passing === 'lost' ? strong(`${what}: lost`) : `${what}: ${passing}`
