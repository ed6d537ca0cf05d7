/** The wish: which hosts, behind which NATs, how far apart. The running thing is a fleet (fleet.ts of the domain). */
import { z } from 'zod'
import { Failure } from '../domain/failure.ts'
import { natKinds, roles, type NatKind, type Role } from '../domain/fleet.ts'
import { faultText } from '../inputs/faults.ts'
import { isRecord, objectName, percentField, port, servicePort } from '../inputs/fields.ts'
import { loadYaml, type CrossCheck } from '../inputs/yaml.ts'
import { boxKinds, type BoxKind } from './nat.ts'
import { printable } from '../domain/text.ts'

/** Where the service runs on a node: in its own network, or behind a NAT that stands on the node itself. */
export type Place =
  | { readonly kind: 'node' }
  | { readonly kind: 'docker'; readonly container: string; readonly box: string }
  | { readonly kind: 'netns'; readonly name: string }

export interface TopologyNode {
  readonly name: string
  /** The host number: its addresses and its link are computed from it. */
  readonly number: number
  readonly region: string
  readonly role: Role
  /** What the fleet file will claim. */
  readonly nat: NatKind
  /** What is really built; differs from `nat` only in a topology that lies on purpose. */
  readonly box: BoxKind | 'none'
  readonly place: Place
  /** One way, milliseconds, from the middle of the lab. */
  readonly delayMs: number
  readonly lossPercent: number
  readonly expectedRate?: number
}

export interface Topology {
  readonly name: string
  /** Every NAT mapping's lifetime is RFC 4787 REQ-5's 120 s divided by this. */
  readonly natTimeoutFactor: number
  readonly registryPort: number
  readonly ports: Readonly<Record<string, number>>
  readonly nodes: readonly TopologyNode[]
}

const kinds = Object.keys(boxKinds) as [BoxKind, ...BoxKind[]]
const node = z.strictObject({
  // One word and a number: so that no node of one lab can be mistaken for a node of another (layout.ts).
  name: z.string().regex(/^[a-z]{1,16}-[1-9][0-9]{0,2}$/, 'must be a word, a hyphen and a number, such as saorsa-4'),
  region: z.string().regex(/^[A-Za-z0-9-]{1,16}$/, 'must be letters, digits and hyphens'),
  role: z.enum(roles),
  nat: z.enum(natKinds).default('none'),
  box: z.enum(['none', ...kinds]).optional(),
  runtime: z
    .union([z.literal('systemd'), z.strictObject({ docker: objectName }), z.strictObject({ netns: objectName })])
    .default('systemd'),
  nat_box: z.union([z.literal('host'), z.strictObject({ docker: objectName })]).optional(),
  delay_ms: z.number().min(0).max(2000).default(0),
  loss_percent: z.number().min(0).max(50).default(0),
  expected_rate: percentField.optional(),
})
const schema = z.strictObject({
  name: z.string().regex(/^[a-z][a-z0-9-]{0,30}$/),
  nat_timeout_factor: z.number().min(1).max(120).default(10),
  registry_port: port.default(8080),
  ports: z.record(z.string().regex(/^[a-z][a-z0-9-]*$/), servicePort).default({}),
  nodes: z.array(node).min(1).max(64),
})

/** Throws one usage {@link Failure} that lists every fault with its line. */
export function loadTopology(text: string, file = 'topology'): Topology {
  const loaded = loadYaml(text, file, schema, crossChecks)
  if (!loaded.ok)
    throw new Failure({
      code: 'U201',
      message: `${file} is not a topology:\n${loaded.faults.map((f) => `  ${faultText(f)}`).join('\n')}`,
      faults: loaded.faults,
    })
  const { name, nat_timeout_factor: natTimeoutFactor, registry_port: registryPort, ports, nodes } = loaded.value
  return { name, natTimeoutFactor, registryPort, ports, nodes: nodes.map(wish) }
}

const numberIn = (name: string): number => Number(name.split('-')[1])

const crossChecks: CrossCheck = (raw, report) => {
  const written = isRecord(raw) && Array.isArray(raw['nodes']) ? raw['nodes'] : []
  const names = written.map((n: unknown) => (isRecord(n) && typeof n['name'] === 'string' ? n['name'] : ''))
  names.forEach((name, i) => {
    const number = numberIn(name)
    const twin = names.findIndex((other) => numberIn(other) === number)
    if (twin !== -1 && twin < i)
      report(
        ['nodes', i, 'name'],
        `has the same number as ${printable(names[twin])}: both would be 198.18.${number}.10`,
      )
    if (number > 254) report(['nodes', i, 'name'], 'has a number above 254, for which there is no address')
  })
  written.forEach((n: unknown, i) => {
    if (!isRecord(n)) return
    const { runtime, nat_box: box } = n
    const where = isRecord(runtime) ? Object.keys(runtime)[0] : 'systemd'
    const wanted = where === 'docker' ? 'a container: `{ docker: … }`' : where === 'netns' ? '`host`' : 'left out'
    const right = where === 'docker' ? isRecord(box) : where === 'netns' ? box === 'host' : box === undefined
    if (!right) report(['nodes', i, 'nat_box'], `must be ${wanted} for this runtime`)
    if (where !== 'systemd' && (n['box'] ?? n['nat'] ?? 'none') === 'none')
      report(['nodes', i, 'nat'], 'must be a NAT: a container and a namespace stand behind one')
  })
}

const placeOf = (n: z.infer<typeof node>): Place => {
  if (n.runtime === 'systemd') return { kind: 'node' }
  if ('netns' in n.runtime) return { kind: 'netns', name: n.runtime.netns }
  const box = typeof n.nat_box === 'object' ? n.nat_box.docker : ''
  return { kind: 'docker', container: n.runtime.docker, box }
}

const wish = (n: z.infer<typeof node>): TopologyNode => ({
  name: n.name,
  number: numberIn(n.name),
  region: n.region,
  role: n.role,
  nat: n.nat,
  box: n.box ?? n.nat,
  place: placeOf(n),
  delayMs: n.delay_ms,
  lossPercent: n.loss_percent,
  ...(n.expected_rate === undefined ? {} : { expectedRate: n.expected_rate }),
})
