/**
 * Fills a profile's argument templates; every placeholder becomes part of one word, so nothing can grow a second one.
 */
import { hostPort } from './addresses.ts'
import { Failure } from './failure.ts'
import type { RunningProof } from './evidence.ts'
import { bootstrapsOf, registryOf, type Fleet, type NodeName } from './fleet.ts'
import type { Plan } from './plan.ts'
import type { PlannedProfile, Profile } from './profile.ts'

/** What each template may ask for: the schema's list, and what whoever fills it must have. */
export const placeholders = {
  registry: ['registryUrl', 'registryIp', 'registryPort', 'servicePort', 'dataDir', 'bootstraps'],
  node: ['registryUrl', 'registryIp', 'servicePort', 'dataDir', 'bootstraps'],
  dial: [
    'registryUrl',
    'peerId',
    'address',
    'localPort',
    'bytes',
    'nonce',
    'timeoutMs',
    'timeoutSeconds',
    'bootstraps',
    'freshDir',
  ],
  file: ['dataDir'],
  record: ['nonce'],
  kept: ['dataDir', 'nonce'],
  message: ['servicePort', 'dataDir', 'id', 'channel', 'payload'],
  write: ['servicePort', 'dataDir', 'key', 'value', 'at'],
  members: ['servicePort', 'dataDir'],
  keep: ['registryUrl', 'peerId', 'localPort', 'timeoutMs', 'timeoutSeconds', 'bootstraps'],
  deliver: ['localPort', 'nonce', 'timeoutMs', 'timeoutSeconds'],
} as const
export type Template = keyof typeof placeholders

/** Every placeholder that the template may hold has a value, or it does not compile. */
export const fillTemplate = <T extends Template>(
  _template: T,
  words: readonly string[],
  values: Readonly<Record<(typeof placeholders)[T][number], string>>,
): readonly string[] => fillArguments(words, values)

export function fillArguments(
  template: readonly string[],
  values: Readonly<Record<string, string>>,
): readonly string[] {
  return template.map((word) =>
    word.replaceAll(/\{([A-Za-z]+)\}/g, (_, name: string) => {
      const value = Object.hasOwn(values, name) ? values[name] : undefined
      if (value === undefined)
        throw new Failure({
          code: 'H003',
          message: `the profile asks for {${name}}, which is not known here`,
        })
      return value
    }),
  )
}

/**
 * The registry as nodes reach it: the configuration's, the fleet's, else the registry node's address. In a lab always
 * the lab's own, unless the project has one on a port of its own.
 */
export function registryUrlOf(fleet: Fleet, plan: Pick<Plan, 'config' | 'profile'>): string {
  const at = (port: number): string => `http://${hostPort(registryOf(fleet)?.ip ?? '127.0.0.1', port)}`
  const apart = fleet.ports[registryKey(plan.config.project)]
  const shared = (apart === undefined ? undefined : at(apart)) ?? fleet.registryUrl
  const own = fleet.lab === undefined ? (plan.config.bootstrap.registry ?? shared) : shared
  return own ?? at(plan.profile.registry?.httpPort ?? 8080)
}

/** Of a fleet's ports: the registry of a project that shares its nodes with others. */
const registryKey = (project: string): string => `${project}-registry`

/** A profile on a fleet: ports that the fleet names for this project stand in the place of the profile's own. */
export const withPorts = (profile: Profile, project: string, fleet: Fleet): PlannedProfile => ({
  ...profile,
  servicePort: servicePortOf(profile, project, fleet),
  registry: registryWithPort(profile, project, fleet),
})

function registryWithPort({ name, registry }: Profile, project: string, fleet: Fleet): Profile['registry'] {
  const apart = fleet.ports[registryKey(project)]
  if (registry === null || apart === undefined) return registry
  if (registry.args !== null && !registry.args.some((word) => word.includes('{registryPort}')))
    throw new Failure({
      code: 'U104',
      message: `fleet ${fleet.name} gives the registry of ${project} port ${apart}, and the profile ${name} does not hand it on: its registry.args need {registryPort} where the port stands`,
    })
  return { ...registry, httpPort: apart }
}

/**
 * `host:port` of the bootstrap nodes, separated by commas: the configuration's, else the fleet's. In a lab always the
 * lab's own.
 */
export function bootstrapsFor(fleet: Fleet, { config, profile }: Pick<Plan, 'config' | 'profile'>): string {
  const own = fleet.lab === undefined ? config.bootstrap.nodes : []
  return (own.length > 0 ? own : bootstrapsOf(fleet).map(({ ip }) => hostPort(ip, profile.servicePort))).join(',')
}

/**
 * The service's port as a number: a key of the fleet's ports, what the fleet says of the project, else the profile's
 * own.
 */
export function servicePortOf({ servicePort }: Profile, project: string, { name, ports }: Fleet): number {
  const port = typeof servicePort === 'string' ? ports[servicePort] : (ports[project] ?? servicePort)
  if (port !== undefined) return port
  throw new Failure({
    code: 'U047',
    message: `fleet ${name} names no port ${String(servicePort)}, by which the profile finds its service: add it to "ports" of the fleet file`,
  })
}

/** Services that bind a port of their own choice (planned: 0), and the one UDP port that each was seen to have. */
export const boundPorts = (planned: number, running: readonly RunningProof[]): ReadonlyMap<NodeName, number> =>
  new Map(
    running.flatMap(({ node, udpPorts: [port, ...others] }) =>
      planned !== 0 || port === undefined || others.length > 0 ? [] : [[node, port] as const],
    ),
  )
