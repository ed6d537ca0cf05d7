/** What a plan demands, as numbers of which more is stricter: two plans of one project can be told apart by them. */
import type { Plan } from './plan.ts'
import type { Targets } from './suites/connectivity/config.ts'
import type { PartOf, SuiteId } from './suites/suite.ts'

/** By name; a demand that a plan does not make is not there. */
export type Demands = Readonly<Record<string, number>>

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
      : { 'target of broadcast': allPass ? 100 : broadcast.target, messages: broadcast.messages }),
    // Less time is stricter.
    ...(map === null
      ? {}
      : { 'agreement within seconds': -map.maxSyncSeconds, 'conflicting writes': map.conflict ? 1 : 0 }),
    ...(members === null ? {} : { 'members within seconds': -members.withinSeconds }),
  }),
  connectivity: ({ targets }, allPass) => ofTargets(targets, allPass),
  'nat-traversal': ({ targets, types }, allPass) => ({ ...ofTargets(targets, allPass), 'NAT types': types.length }),
  throughput: ({ minMbps, bytes }) => ({ 'Mbit/s': minMbps, bytes }),
  command: ({ commands }) => ({ commands: commands.length }),
}

const ofTargets = (targets: Targets, allPass: boolean): Demands => ({
  'target of direct': allPass ? 100 : targets.direct,
  'target of nat_traversed': allPass ? 100 : targets.natTraversed,
  'target of relay': allPass ? 100 : targets.relay,
  'sample floor': targets.sampleFloor,
  coverage: targets.coverage,
  strict: targets.strict && !allPass ? 1 : 0,
})

export const demandsOf = ({ answers, nodes, suites }: Pick<Plan, 'answers' | 'nodes' | 'suites'>): Demands => ({
  nodes: nodes.length,
  ...Object.fromEntries(suites.flatMap((part) => Object.entries(named(part, answers.criteria.value === 'all-pass')))),
})

const named = <Id extends SuiteId>(part: PartOf<Id>, allPass: boolean): Demands =>
  Object.fromEntries(
    Object.entries(ofPart[part.suite](part.work, allPass)).map(([name, value]) => [`${part.suite}: ${name}`, value]),
  )

/** `connectivity: target of relay 0, was 100`; empty where nothing is demanded less. */
export const weakerThan = (now: Demands, base: Demands): readonly string[] =>
  Object.entries(base).flatMap(([name, was]) => {
    const is = now[name]
    return is !== undefined && is >= was ? [] : [`${name} ${is ?? 'not asked for'}, was ${was}`]
  })
