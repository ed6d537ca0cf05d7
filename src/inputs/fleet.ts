/** A fleet file read into a {@link Fleet}, and a fleet written as a file again. */
import { stringify } from 'yaml'
import type { Fleet, FleetNode, NatBox, Proxy, Runtime } from '../domain/fleet.ts'
import { usageFailure } from './faults.ts'
import { isRecord } from './fields.ts'
import { fleetSchema } from './fleet-schema.ts'
import { loadYaml, type CrossCheck, type Report } from './yaml.ts'
import { printable, stripHidden } from '../domain/text.ts'

/** Throws a usage failure (U010) that lists every fault of the file. */
export function parseFleet(text: string, file: string): Fleet {
  const loaded = loadYaml(text, file, fleetSchema, crossChecks)
  if (!loaded.ok) throw usageFailure(loaded.faults)
  return loaded.value
}

/** What no single field can see. It gets unchecked values: the schema's faults are told beside these. */
const crossChecks: CrossCheck = (raw, report) => {
  const nodes = isRecord(raw) && Array.isArray(raw['nodes']) ? raw['nodes'].map((n) => (isRecord(n) ? n : {})) : []
  if (nodes.length === 0) return
  unique(nodes, report, 'name', 'name')
  const addresses = new Map<string, string>()
  nodes.forEach((node, i) => {
    const own = ['host', 'ip'].flatMap((key) =>
      typeof node[key] === 'string' ? [{ key, address: canonicalAddress(node[key]) }] : [],
    )
    for (const { key, address } of own) {
      const other = addresses.get(address)
      if (other !== undefined) report(['nodes', i, key], `${printable(node[key])} is already the address of ${other}`)
    }
    for (const { address } of own)
      if (!addresses.has(address))
        addresses.set(address, typeof node['name'] === 'string' ? stripHidden(node['name'], 64) : `nodes[${i}]`)
    if (node['role'] === 'nat' && node['nat'] === 'none')
      report(['nodes', i, 'nat'], 'a node of role nat must have a NAT other than none')
  })
  const registries = nodes.flatMap((n, i) => (n['role'] === 'registry' ? [i] : []))
  for (const i of registries.slice(1))
    report(['nodes', i, 'role'], `only one node may have the role registry; nodes[${registries[0]}] has it already`)
  if (!nodes.some((n) => n['role'] === 'bootstrap'))
    report(['nodes'], 'at least one node must have the role bootstrap; there is none')
}

function unique(nodes: readonly Record<string, unknown>[], report: Report, key: string, what: string): void {
  const seen = new Map<string, number>()
  nodes.forEach((node, i) => {
    const value = node[key]
    if (typeof value !== 'string') return
    const first = seen.get(value)
    if (first === undefined) seen.set(value, i)
    else report(['nodes', i, key], `${what} ${printable(value)} is already used by nodes[${first}]`)
  })
}

/** One address, one text: case, a trailing dot and IPv6 shorthand do not make it another. */
function canonicalAddress(address: string): string {
  const plain = address.toLowerCase().replace(/\.$/, '')
  return plain.includes(':') ? (URL.parse(`http://[${plain}]/`)?.hostname ?? plain) : plain
}

/** The YAML text that {@link parseFleet} reads back into the same fleet. */
export function renderFleet(fleet: Fleet): string {
  const shared = sharedProxy(fleet)
  const written = {
    name: fleet.name,
    ...(fleet.identityFile === undefined ? {} : { identity_file: fleet.identityFile }),
    ...(fleet.registryUrl === undefined ? {} : { registry_url: fleet.registryUrl }),
    ports: fleet.ports,
    ...(shared === undefined ? {} : { proxy: proxyText(shared) }),
    ...(fleet.lab === undefined
      ? {}
      : { lab: { nat_timeout_factor: fleet.lab.natTimeoutFactor, shaping: fleet.lab.shaping } }),
    nodes: fleet.nodes.map((n) => nodeText(n, shared === undefined)),
  }
  return stringify(written, { lineWidth: 0, aliasDuplicateObjects: false })
}

const nodeText = (n: FleetNode, ownProxy: boolean): object => ({
  name: n.name,
  host: n.host,
  ip: n.ip,
  ...(n.sshPort === 22 ? {} : { ssh_port: n.sshPort }),
  ...(n.user === 'root' ? {} : { user: n.user }),
  provider: n.provider,
  region: n.region,
  role: n.role,
  nat: n.nat,
  ...(n.expectedRate === undefined ? {} : { expected_rate: n.expectedRate }),
  runtime: runtimeText(n.runtime),
  ...(n.natBox === undefined ? {} : { nat_box: natBoxText(n.natBox) }),
  host_keys: n.hostKeys,
  ...(n.proxy === undefined || !ownProxy ? {} : { proxy: proxyText(n.proxy) }),
  ...(n.notes === undefined ? {} : { notes: n.notes }),
})

const runtimeText = (r: Runtime): unknown =>
  r.kind === 'systemd' ? 'systemd' : r.kind === 'docker' ? { docker: r.container } : { netns: r.name }

function natBoxText(b: NatBox): unknown {
  switch (b.kind) {
    case 'host':
      return 'host'
    case 'orchestrator':
      return { orchestrator: b.enter }
    case 'docker':
      return { docker: b.container }
    case 'netns':
      return { netns: b.name }
  }
}

const proxyText = (p: Proxy): object =>
  p.kind === 'command'
    ? { command: p.argv }
    : { jump: { host: p.host, port: p.port, user: p.user, host_keys: p.hostKeys } }

/** Written once at the top where every node goes the same way. */
function sharedProxy(fleet: Fleet): Proxy | undefined {
  const first = fleet.nodes[0]?.proxy
  const text = JSON.stringify(first)
  return first !== undefined && fleet.nodes.every((n) => JSON.stringify(n.proxy) === text) ? first : undefined
}
