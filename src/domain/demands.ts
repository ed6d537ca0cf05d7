/** What a plan demands: two plans of one project can be told apart by it, the profile that it brings included. */
import { canonical } from './canonical.ts'
import { knownName } from './known-failures.ts'
import type { Plan } from './plan.ts'
import { profileDemands, type Demands } from './profile-demands.ts'
import type { CustomTest } from './project.ts'
import type { ConnectivityWork, Targets } from './suites/connectivity/config.ts'
import type { PartOf, SuiteId } from './suites/suite.ts'

export type { Demands }

const ofPart: { readonly [Id in SuiteId]: (work: PartOf<Id>['work'], allPass: boolean) => Demands } = {
  observed: ({ targets, window }, allPass) => ({
    ...ofTargets(targets, allPass),
    'bytes each way': window.minBytes,
    'seconds both ways': window.sustainedSeconds,
  }),
  survival: ({ pairs, target }, allPass) => ({ connections: pairs.length, target: allPass ? 100 : target }),
  gossip: ({ broadcast, map, members }, allPass) => ({
    ...(broadcast === null
      ? {}
      : {
          'target of broadcast': allPass ? 100 : broadcast.target,
          messages: broadcast.messages,
          'receipt within seconds': -broadcast.withinSeconds,
        }),
    // Less time is stricter.
    ...(map === null
      ? {}
      : { 'agreement within seconds': -map.maxSyncSeconds, 'conflicting writes': map.conflict ? 1 : 0 }),
    ...(members === null ? {} : { 'members within seconds': -members.withinSeconds }),
  }),
  connectivity: (work, allPass) => ({ ...ofTargets(work.targets, allPass), ...ofDials(work) }),
  'nat-traversal': (work, allPass) => ({
    ...ofTargets(work.targets, allPass),
    ...ofDials(work),
    'NAT types': work.types.length,
  }),
  throughput: ({ minMbps, bytes }) => ({ 'Mbit/s': minMbps, bytes }),
  command: ({ commands }) => ({
    commands: commands.length,
    ...Object.fromEntries(commands.map((c) => [c.name, canonical(askedOf(c))])),
  }),
}

/** Less time for a dial is stricter, and more rest before it: a NAT may have forgotten. */
const ofDials = ({ timeoutSeconds, cooloffSeconds, sampling }: Omit<ConnectivityWork, 'targets'>) => ({
  'pairs are drawn beyond nodes': sampling.beyondNodes,
  'timeout, seconds': -timeoutSeconds,
  'cool-off, seconds': cooloffSeconds,
})

const askedOf = ({ command, successPattern, timeoutSeconds, expectedExit }: CustomTest) => ({
  command,
  successPattern,
  timeoutSeconds,
  expectedExit,
})

const ofTargets = (targets: Targets, allPass: boolean): Demands => ({
  'target of direct': allPass ? 100 : targets.direct,
  'target of nat_traversed': allPass ? 100 : targets.natTraversed,
  'target of relay': allPass ? 100 : targets.relay,
  'sample floor': targets.sampleFloor,
  coverage: targets.coverage,
  strict: targets.strict && !allPass ? 1 : 0,
})

type Demanding = Pick<Plan, 'answers' | 'nodes' | 'suites' | 'profile' | 'config' | 'expression'>

export const demandsOf = ({ answers, nodes, suites, profile, config, expression }: Demanding): Demands => ({
  nodes: nodes.length,
  ...(expression === null ? {} : { expression }),
  ...ofSoak(config.soak),
  ...within(leftOut, Object.fromEntries(config.knownFailures.map((k) => [`${knownName(k)} until ${k.until}`, 0]))),
  ...within('profile', profileDemands(profile)),
  ...Object.assign({}, ...suites.map((part) => named(part, answers.criteria.value === 'all-pass'))),
})

/** Less growth is stricter, and samples that follow sooner see more. */
const ofSoak = (soak: Plan['config']['soak']): Demands => ({
  'soak: tolerance': -soak.regressionTolerance,
  'soak: minutes between samples': -soak.checkIntervalMinutes,
  ...(soak.maxGrowthMbPerHour === null ? {} : { 'soak: growth of memory': -soak.maxGrowthMbPerHour }),
  ...(soak.maxGrowthFilesPerHour === null ? {} : { 'soak: growth of files': -soak.maxGrowthFilesPerHour }),
})

const named = <Id extends SuiteId>(part: PartOf<Id>, allPass: boolean): Demands =>
  within(part.suite, { attempts: part.attempts, ...ofPart[part.suite](part.work, allPass) })

const within = (what: string, demands: Demands): Demands =>
  Object.fromEntries(Object.entries(demands).map(([name, value]) => [`${what}: ${name}`, value]))

/** What a list of known failures leaves out: more of it is less that is demanded. */
const leftOut = 'known failure'

/** `connectivity: target of relay 0, was 100`, `profile: node is another`; empty where nothing is demanded less. */
export const weakerThan = (now: Demands, base: Demands): readonly string[] =>
  [...Object.entries(base), ...leaves(now, base)].flatMap(([name, was]) => {
    const is = now[name]
    if (name.startsWith(`${leftOut}: `)) return Object.hasOwn(base, name) ? [] : [`${name} is left out`]
    if (is === undefined) return [`${name} not asked for${typeof was === 'number' ? `, was ${was}` : ''}`]
    if (typeof was === 'string' || typeof is === 'string') return is === was ? [] : [`${name} is another`]
    return is >= was ? [] : [`${name} ${is}, was ${was}`]
  })

const leaves = (now: Demands, base: Demands) =>
  Object.entries(now).filter(([name]) => name.startsWith(`${leftOut}: `) && !Object.hasOwn(base, name))
