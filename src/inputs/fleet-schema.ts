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
  taggedUnion,
  percentField,
  port,
  projectName,
  servicePort,
  textField,
  userName,
} from './fields.ts'

const jump = z.strictObject({
  host: hostName.describe('Name or address of the jump host.'),
  port: port.default(22).describe('Its SSH port (default 22).'),
  user: userName.default('root').describe('Its user (default root).'),
  host_keys: z.array(hostKey).default([]).describe('Its pinned host keys, each `<type> <base64>`.'),
})

const proxy = taggedUnion({
  command: argv.describe('Program whose input and output are the connection; %h and %p are replaced.'),
  jump: jump.describe('Host through which SSH goes.'),
}).transform((p): Proxy =>
  p.jump === undefined
    ? { kind: 'command', argv: p.command ?? [] }
    : { kind: 'jump', host: p.jump.host, port: p.jump.port, user: p.jump.user, hostKeys: p.jump.host_keys },
)

const runtime = z
  .union([
    z.literal('systemd'),
    taggedUnion({
      docker: objectName.describe('In the network of this container.'),
      netns: objectName.describe('In this network namespace.'),
    }),
  ])
  .transform((r): Runtime =>
    r === 'systemd'
      ? { kind: 'systemd' }
      : r.docker === undefined
        ? { kind: 'netns', name: r.netns ?? '' }
        : { kind: 'docker', container: r.docker },
  )

const natBox = z
  .union([
    z.literal('host'),
    taggedUnion({
      orchestrator: argv.describe('On the machine of vps-test, entered by this command.'),
      docker: objectName.describe('In this container.'),
      netns: objectName.describe('In this network namespace.'),
    }),
  ])
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
  name: nodeName.describe('Name of the node.'),
  host: hostName.describe('Host name, which is tried first.'),
  ip: ip.describe('Address, which is tried second and compared with what the network shows.'),
  ssh_port: port.default(22).describe('SSH port (default 22).'),
  user: userName.default('root').describe('SSH user (default root).'),
  provider: textField.describe('Who runs the machine.'),
  region: textField.describe('Where the machine stands.'),
  role: z.enum(roles).describe('What the node is: registry, bootstrap, test or nat.'),
  nat: z.enum(natKinds).describe('The NAT that it is said to be behind; every test measures it.'),
  expected_rate: percentField
    .optional()
    .describe('Per cent that is expected of this NAT: shown beside the measured rate, never a gate.'),
  runtime: runtime
    .default({ kind: 'systemd' })
    .describe("Where the service runs: on the host, or in a container's or a namespace's network (default systemd)."),
  nat_box: natBox.optional().describe("Where the node's addresses are translated."),
  host_keys: z
    .array(hostKey)
    .default([])
    .describe('Pinned host keys, each `<type> <base64>`; nothing is sent to a node without one.'),
  proxy: proxy.optional().describe('How SSH reaches this node (default: as the fleet says).'),
  notes: textField.optional().describe('Anything a person should know.'),
})

export const fleetSchema = z
  .strictObject({
    name: identifier.describe('Name of the fleet.'),
    identity_file: textField
      .refine((t) => t.startsWith('/') || t.startsWith('~/'), 'must be an absolute path or start with ~/')
      .optional()
      .describe('Path of the SSH key for every node (default: the one that is given at the start).'),
    registry_url: httpUrl
      .optional()
      .describe('Base URL of the registry as the nodes see it (default: port 8080 of the registry node).'),
    ports: z
      .record(projectName, servicePort)
      .default({})
      .describe(
        "UDP port of each project's service, by the project's name; 0: the service binds one of its own choice. TCP port of its registry: the name with -registry behind it.",
      ),
    proxy: proxy.optional().describe('How SSH reaches the nodes: a command or a jump host (default: directly).'),
    lab: z
      .strictObject({
        nat_timeout_factor: z
          .number()
          .min(1)
          .default(1)
          .describe('By how much the lab shortens the lifetime of NAT mappings (default 1).'),
        shaping: z.enum(shapings).describe('How the lab makes delay and loss.'),
      })
      .optional(),
    nodes: z.array(node).min(1).max(200).describe('The machines.'),
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
