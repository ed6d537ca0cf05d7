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
  /** Of its box: RFC 4787 REQ-9, the only ports that there are, and the number that a seeded one draws from. */
  readonly hairpin?: boolean
  readonly portRange?: readonly [number, number]
  readonly seed?: number
  /** The number of the carrier's NAT that it stands behind, with or without a box of its own. */
  readonly behind?: number
  /** Both ways, Mbit/s. */
  readonly rateMbit?: number
  /** What its link drops, both ways. */
  readonly drops: readonly ('udp' | 'fragments')[]
  /** False: it is built and never started. */
  readonly powered: boolean
  /** One way, milliseconds, from the middle of the lab. */
  readonly delayMs: number
  readonly lossPercent: number
  readonly expectedRate?: number
}

/** One NAT for all that name it in `behind`; their links to it are 100.64.0.0/10 (RFC 6598). */
export interface Carrier {
  readonly name: string
  readonly number: number
  readonly box: BoxKind
  readonly hairpin: boolean
  /** Ports of each subscriber's own block (RFC 6888); absent: they share all. */
  readonly block?: number
}

export interface Topology {
  readonly name: string
  /** Every NAT mapping's lifetime is RFC 4787 REQ-5's 120 s divided by this. */
  readonly natTimeoutFactor: number
  readonly registryPort: number
  readonly ports: Readonly<Record<string, number>>
  readonly nodes: readonly TopologyNode[]
  readonly carriers: readonly Carrier[]
}

const kinds = Object.keys(boxKinds) as [BoxKind, ...BoxKind[]]
// One word and a number: so that no node of one lab can be mistaken for a node of another (layout.ts).
const numbered = z
  .string()
  .regex(/^[a-z]{1,16}-[1-9][0-9]{0,2}$/, 'must be a word, a hyphen and a number, such as saorsa-4')
const node = z.strictObject({
  name: numbered,
  region: z.string().regex(/^[A-Za-z0-9-]{1,16}$/, 'must be letters, digits and hyphens'),
  role: z.enum(roles),
  nat: z.enum(natKinds).default('none'),
  box: z.enum(['none', ...kinds]).optional(),
  runtime: z
    .union([z.literal('systemd'), z.strictObject({ docker: objectName }), z.strictObject({ netns: objectName })])
    .default('systemd'),
  nat_box: z.union([z.literal('host'), z.strictObject({ docker: objectName })]).optional(),
  hairpin: z.boolean().optional(),
  port_range: z
    .tuple([port, port])
    .refine(([first, last]) => first < last, 'must be two ports, the lower one first')
    .optional(),
  seed: z.number().int().min(0).max(0xffff_ffff).optional(),
  behind: numbered.optional(),
  rate_mbit: z.number().min(0.1).max(10_000).optional(),
  udp: z.enum(['passes', 'dropped']).default('passes'),
  fragments: z.enum(['pass', 'dropped']).default('pass'),
  power: z.enum(['on', 'off']).default('on'),
  delay_ms: z.number().min(0).max(2000).default(0),
  loss_percent: z.number().min(0).max(50).default(0),
  expected_rate: percentField.optional(),
})
const carrier = z.strictObject({
  name: numbered,
  nat: z.enum(kinds),
  hairpin: z.boolean().default(false),
  port_block: z.number().int().min(16).max(8192).optional(),
})
const schema = z.strictObject({
  name: z.string().regex(/^[a-z][a-z0-9-]{0,30}$/),
  nat_timeout_factor: z.number().min(1).max(120).default(10),
  registry_port: port.default(8080),
  ports: z.record(z.string().regex(/^[a-z][a-z0-9-]*$/), servicePort).default({}),
  carriers: z.array(carrier).max(8).default([]),
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
  const carriers = loaded.value.carriers.map((c): Carrier => ({
    name: c.name,
    number: numberIn(c.name),
    box: c.nat,
    hairpin: c.hairpin,
    ...(c.port_block === undefined ? {} : { block: c.port_block }),
  }))
  return { name, natTimeoutFactor, registryPort, ports, nodes: nodes.map(wish), carriers }
}

const numberIn = (name: string): number => Number(name.split('-')[1])

const crossChecks: CrossCheck = (raw, report) => {
  const listed = (key: string): readonly unknown[] => (isRecord(raw) && Array.isArray(raw[key]) ? raw[key] : [])
  const written = listed('nodes')
  const carriers = listed('carriers').map((c) => (isRecord(c) ? c['name'] : undefined))
  const names = [...written, ...listed('carriers')].map((n: unknown) =>
    isRecord(n) && typeof n['name'] === 'string' ? n['name'] : '',
  )
  const whose = (i: number) => (i < written.length ? ['nodes', i, 'name'] : ['carriers', i - written.length, 'name'])
  names.forEach((name, i) => {
    const number = numberIn(name)
    const twin = names.findIndex((other) => numberIn(other) === number)
    if (twin !== -1 && twin < i)
      report(whose(i), `has the same number as ${printable(names[twin])}: both would be 198.18.${number}.10`)
    if (number > 254) report(whose(i), 'has a number above 254, for which there is no address')
  })
  written.forEach((n: unknown, i) => {
    if (!isRecord(n)) return
    const { runtime, nat_box: box } = n
    const where = isRecord(runtime) ? Object.keys(runtime)[0] : 'systemd'
    const wanted = where === 'docker' ? 'a container: `{ docker: … }`' : where === 'netns' ? '`host`' : 'left out'
    const right = where === 'docker' ? isRecord(box) : where === 'netns' ? box === 'host' : box === undefined
    const { behind } = n
    if (behind !== undefined && !carriers.includes(behind))
      report(['nodes', i, 'behind'], 'names no carrier of this file')
    if (behind !== undefined && (where !== 'systemd' || 'delay_ms' in n || 'loss_percent' in n || 'rate_mbit' in n))
      report(['nodes', i, 'behind'], 'cannot be with a runtime, delay, loss or rate: the link is the carrier’s')
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
  ...(n.hairpin === undefined ? {} : { hairpin: n.hairpin }),
  ...(n.port_range === undefined ? {} : { portRange: n.port_range }),
  ...(n.seed === undefined ? {} : { seed: n.seed }),
  ...(n.behind === undefined ? {} : { behind: numberIn(n.behind) }),
  ...(n.rate_mbit === undefined ? {} : { rateMbit: n.rate_mbit }),
  drops: [
    ...(n.udp === 'dropped' ? (['udp'] as const) : []),
    ...(n.fragments === 'dropped' ? (['fragments'] as const) : []),
  ],
  powered: n.power === 'on',
})
