/** The fleet that a lab is, as a value and as the text of a fleet file: the same schema as every fleet. */
import type { Fleet, FleetNode, LabInfo } from '../domain/fleet.ts'
import { renderFleet } from '../inputs/fleet.ts'
import { boxNamespace, enter, isBoxed, labHostName, hqOf, pathsOf, publicAddress, type Layout } from './layout.ts'
import type { Topology, TopologyNode } from './topology.ts'

/** What only a running lab knows. */
export interface Running {
  readonly shaping: LabInfo['shaping']
  /** Pins by node name: the key each node was given, `<type> <base64>`. */
  readonly hostKeys: Readonly<Record<string, string>>
}

export function labFleet(t: Topology, l: Layout, running: Running): Fleet {
  const registry = t.nodes.find((n) => n.role === 'registry')
  return {
    name: t.name,
    ports: t.ports,
    identityFile: pathsOf(l).key,
    ...(registry === undefined ? {} : { registryUrl: `http://${publicAddress(registry)}:${t.registryPort}` }),
    lab: { natTimeoutFactor: t.natTimeoutFactor, shaping: running.shaping },
    nodes: t.nodes.map((n) => fleetNode(n, t, l, running)),
  }
}

/** Enters the namespace of the lab's orchestrator and speaks TCP from there; `%h` may be a lab name or an address. */
export const labProxyArgv = (l: Layout): string[] => [
  ...enter(hqOf(l)),
  'sh',
  pathsOf(l).reach,
  pathsOf(l).hosts,
  '%h',
  '%p',
]

function fleetNode(n: TopologyNode, t: Topology, l: Layout, running: Running): FleetNode {
  const pin = running.hostKeys[n.name]
  return {
    name: n.name,
    host: labHostName(n),
    ip: publicAddress(n),
    sshPort: 22,
    user: 'root',
    provider: 'Lab',
    region: n.region,
    role: n.role,
    nat: n.nat,
    ...(n.expectedRate === undefined ? {} : { expectedRate: n.expectedRate }),
    ...placeIn(n, t, l),
    hostKeys: pin === undefined ? [] : [pin],
    proxy: { kind: 'command', argv: labProxyArgv(l) },
  }
}

/** In the words of every fleet: where the service runs, and where its addresses are translated. */
function placeIn(n: TopologyNode, t: Topology, l: Layout): Pick<FleetNode, 'runtime' | 'natBox'> {
  switch (n.place.kind) {
    case 'docker':
      return {
        runtime: { kind: 'docker', container: n.place.container },
        natBox: { kind: 'docker', container: n.place.box },
      }
    case 'netns':
      return { runtime: { kind: 'netns', name: n.place.name }, natBox: { kind: 'host' } }
    case 'node':
      return {
        runtime: { kind: 'systemd' },
        ...natBoxOf(n, t, l),
      }
  }
}

/** Its own box, else the carrier's, which it shares. */
function natBoxOf(n: TopologyNode, t: Topology, l: Layout): Pick<FleetNode, 'natBox'> {
  const name = isBoxed(n) ? n.name : t.carriers.find((c) => c.number === n.behind)?.name
  return name === undefined ? {} : { natBox: { kind: 'orchestrator', enter: enter(boxNamespace(l, name)) } }
}

export const fleetYaml = (fleet: Fleet): string =>
  `# Written by \`vps-test lab up\`: true while the lab is up, gone with it.\n${renderFleet(fleet)}`
