/** What a fleet file may say, field by field; spec §2. */
import * as z from 'zod'
import {
  natKinds,
  roles,
  shapings,
  type Fleet,
  type FleetNode,
  type NatBox,
  type Proxy,
  type Runtime,
} from '../domain/fleet.ts'
import {
  argv,
  hostKey,
  hostName,
  httpUrl,
  identifier,
  ip,
  nodeName,
  objectName,
  oneOf,
  percent,
  port,
  projectName,
  text,
  userName,
} from './fields.ts'

const jump = z.strictObject({
  host: hostName,
  port: port.default(22),
  user: userName.default('root'),
  host_keys: z.array(hostKey).default([]),
})

const proxy = oneOf({ command: argv, jump }).transform((p): Proxy =>
  p.jump === undefined
    ? { kind: 'command', argv: p.command ?? [] }
    : { kind: 'jump', host: p.jump.host, port: p.jump.port, user: p.jump.user, hostKeys: p.jump.host_keys },
)

const runtime = z
  .union([z.literal('systemd'), oneOf({ docker: objectName, netns: objectName })])
  .transform((r): Runtime =>
    r === 'systemd'
      ? { kind: 'systemd' }
      : r.docker === undefined
        ? { kind: 'netns', name: r.netns ?? '' }
        : { kind: 'docker', container: r.docker },
  )

const natBox = z
  .union([z.literal('host'), oneOf({ orchestrator: argv, docker: objectName, netns: objectName })])
  .transform((b): NatBox =>
    b === 'host'
      ? { kind: 'host' }
      : b.orchestrator !== undefined
        ? { kind: 'orchestrator', enter: b.orchestrator }
        : b.docker !== undefined
          ? { kind: 'docker', container: b.docker }
          : { kind: 'netns', name: b.netns ?? '' },
  )

const node = z.strictObject({
  name: nodeName,
  host: hostName,
  ip,
  ssh_port: port.default(22),
  user: userName.default('root'),
  provider: text,
  region: text,
  role: z.enum(roles),
  nat: z.enum(natKinds),
  expected_rate: percent.optional(),
  runtime: runtime.default({ kind: 'systemd' }),
  nat_box: natBox.optional(),
  host_keys: z.array(hostKey).default([]),
  proxy: proxy.optional(),
  notes: text.optional(),
})

export const fleetSchema = z
  .strictObject({
    name: identifier,
    identity_file: text
      .refine((t) => t.startsWith('/') || t.startsWith('~/'), 'must be an absolute path or start with ~/')
      .optional(),
    registry_url: httpUrl.optional(),
    ports: z.record(projectName, port).default({}),
    proxy: proxy.optional(),
    lab: z.strictObject({ nat_timeout_factor: z.number().min(1).default(1), shaping: z.enum(shapings) }).optional(),
    nodes: z.array(node).min(1).max(200),
  })
  .transform(fleetOf)

interface Written {
  readonly name: string
  readonly identity_file?: string | undefined
  readonly registry_url?: string | undefined
  readonly ports: Readonly<Record<string, number>>
  readonly proxy?: Proxy | undefined
  readonly lab?: { readonly nat_timeout_factor: number; readonly shaping: (typeof shapings)[number] } | undefined
  readonly nodes: readonly z.output<typeof node>[]
}

function fleetOf(w: Written): Fleet {
  return {
    name: w.name,
    ports: w.ports,
    nodes: w.nodes.map((n) => nodeOf(n, n.proxy ?? w.proxy)),
    ...(w.identity_file === undefined ? {} : { identityFile: w.identity_file }),
    ...(w.registry_url === undefined ? {} : { registryUrl: w.registry_url }),
    ...(w.lab === undefined ? {} : { lab: { natTimeoutFactor: w.lab.nat_timeout_factor, shaping: w.lab.shaping } }),
  }
}

function nodeOf(n: z.output<typeof node>, through: Proxy | undefined): FleetNode {
  const { name, host, user, provider, region, role, nat, runtime: runs } = n
  return {
    name,
    host,
    ip: n.ip,
    sshPort: n.ssh_port,
    user,
    provider,
    region,
    role,
    nat,
    runtime: runs,
    hostKeys: n.host_keys,
    ...(n.expected_rate === undefined ? {} : { expectedRate: n.expected_rate }),
    ...(n.nat_box === undefined ? {} : { natBox: n.nat_box }),
    ...(through === undefined ? {} : { proxy: through }),
    ...(n.notes === undefined ? {} : { notes: n.notes }),
  }
}
