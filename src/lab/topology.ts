/** The wish: which hosts, behind which NATs, how far apart. The running thing is a fleet (fleet.ts of the domain). */
import { LineCounter, parseDocument } from 'yaml'
import { z } from 'zod'
import { Failure, type Fault, type Place } from '../domain/failure.ts'
import type { NatKind, Role } from '../domain/fleet.ts'
import { boxKinds, type BoxKind } from './nat.ts'

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
const port = z.int().min(1).max(65535)
const node = z.strictObject({
  // One word and a number: so that no node of one lab can be mistaken for a node of another (layout.ts).
  name: z.string().regex(/^[a-z]{1,16}-[1-9][0-9]{0,2}$/, 'must be a word, a hyphen and a number, such as saorsa-4'),
  region: z.string().regex(/^[A-Za-z0-9-]{1,16}$/, 'must be letters, digits and hyphens'),
  role: z.enum(['registry', 'bootstrap', 'test', 'nat']),
  nat: z.enum(['none', 'full-cone', 'address-restricted', 'port-restricted', 'symmetric']).default('none'),
  box: z.enum(['none', ...kinds]).optional(),
  delay_ms: z.number().min(0).max(2000).default(0),
  loss_percent: z.number().min(0).max(50).default(0),
  expected_rate: z.number().min(0).max(100).optional(),
})
const schema = z.strictObject({
  name: z.string().regex(/^[a-z][a-z0-9-]{0,30}$/),
  nat_timeout_factor: z.number().min(1).max(120).default(10),
  registry_port: port.default(8080),
  ports: z.record(z.string().regex(/^[a-z][a-z0-9-]*$/), port).default({}),
  nodes: z.array(node).min(1).max(64),
})

/** Throws one usage {@link Failure} that lists every fault with its line. */
export function loadTopology(text: string, file = 'topology'): Topology {
  const lines = new LineCounter()
  const document = parseDocument(text, { lineCounter: lines, uniqueKeys: true })
  const at = (path: readonly PropertyKey[]): Place => {
    for (let depth = path.length; depth >= 0; depth--) {
      const found = document.getIn(path.slice(0, depth), true) as { range?: [number, number, number] } | undefined
      if (!found?.range) continue
      const pos = lines.linePos(found.range[0])
      return { file, path: path.map(String).join('.'), line: pos.line, column: pos.col }
    }
    return { file, path: path.map(String).join('.') }
  }
  if (document.errors.length > 0) {
    refuse(
      file,
      document.errors.map((e) => ({
        at: { file, path: '', line: e.linePos?.[0].line ?? 1, column: e.linePos?.[0].col ?? 1 },
        message: e.message.split('\n')[0] ?? 'not YAML',
      })),
    )
  }
  const parsed = schema.safeParse(document.toJS({ maxAliasCount: 0 }))
  if (!parsed.success)
    refuse(
      file,
      parsed.error.issues.map((i) => ({ at: at(i.path), message: i.message })),
    )
  const nodes = parsed.data.nodes.map(wish)
  const faults = nodes.flatMap((n, i) => {
    const twin = nodes.findIndex((o) => o.number === n.number)
    const found: Fault[] = []
    if (twin !== i)
      found.push({
        at: at(['nodes', i, 'name']),
        message: `has the same number as ${nodes[twin]?.name}: both would be 198.18.${n.number}.10`,
      })
    if (n.number > 254)
      found.push({ at: at(['nodes', i, 'name']), message: 'has a number above 254, for which there is no address' })
    return found
  })
  if (faults.length > 0) refuse(file, faults)
  const { name, nat_timeout_factor: natTimeoutFactor, registry_port: registryPort, ports } = parsed.data
  return { name, natTimeoutFactor, registryPort, ports, nodes }
}

const wish = (n: z.infer<typeof node>): TopologyNode => ({
  name: n.name,
  number: Number(n.name.split('-')[1]),
  region: n.region,
  role: n.role,
  nat: n.nat,
  box: n.box ?? n.nat,
  delayMs: n.delay_ms,
  lossPercent: n.loss_percent,
  ...(n.expected_rate === undefined ? {} : { expectedRate: n.expected_rate }),
})

function refuse(file: string, faults: readonly Fault[]): never {
  const lines = faults.map((f) => `  ${f.at.file}:${f.at.line ?? '?'} ${f.at.path}: ${f.message}`)
  throw new Failure({ kind: 'usage', code: 'U201', message: `${file} is not a topology:\n${lines.join('\n')}`, faults })
}
