/** What a suite is before anything acts: how it plans, and how it judges what was seen (docs/decisions/0009). */
import type { Focus } from '../answers.ts'
import type { Counts } from '../counts.ts'
import type { RoundEvidence, RunningProof } from '../evidence.ts'
import type { Finding } from '../findings.ts'
import type { Fleet, FleetNode } from '../fleet.ts'
import type { ClockLook } from '../node-clock.ts'
import type { NotCovered } from '../not-covered.ts'
import type { Profile } from '../profile.ts'
import type { ProjectConfig } from '../project.ts'
import type { Reason } from '../reason.ts'
import type { RederiveContext, Rederivation } from '../rederive/context.ts'
import type { Check } from '../shape.ts'
import type { CommandFigures, CommandRun, CommandSample, CommandWork } from './command/run.ts'
import type { ConnectivityWork } from './connectivity/config.ts'
import type { ConnectivityFigures } from './connectivity/figures.ts'
import type { Judgement } from './connectivity/judge.ts'
import type { GossipFigures, GossipItem, GossipSample, GossipWork } from './gossip/work.ts'
import type { NatFigures, NatRound, NatSample, NatTraversalWork } from './nat-traversal/work.ts'
import type { ThroughputFigures, ThroughputRound, ThroughputSample, ThroughputWork } from './throughput/work.ts'
import type { SurvivalFigures, SurvivalItem, SurvivalSample, SurvivalWork } from './survival/work.ts'
import type { Group, GroupResult } from './group.ts'
import type { ObservedFigures, ObservedSample, ObservedWindow, ObservedWork } from './observed/window.ts'
import type { RunContext } from './run-context.ts'
import type { OnlyPairs } from './selected-pairs.ts'
import type { Sample } from './sample.ts'

/** Each suite's own types. A new suite is a new line here; the compiler then names every half that is missing. */
export interface SuiteTypes {
  readonly connectivity: SuiteType<ConnectivityWork, RoundEvidence, Judgement, ConnectivityFigures>
  readonly survival: SuiteType<SurvivalWork, SurvivalItem, SurvivalSample, SurvivalFigures>
  readonly gossip: SuiteType<GossipWork, GossipItem, GossipSample, GossipFigures>
  readonly 'nat-traversal': SuiteType<NatTraversalWork, NatRound, NatSample, NatFigures>
  readonly observed: SuiteType<ObservedWork, ObservedWindow, ObservedSample, ObservedFigures>
  readonly throughput: SuiteType<ThroughputWork, ThroughputRound, ThroughputSample, ThroughputFigures>
  readonly command: SuiteType<CommandWork, CommandRun, CommandSample, CommandFigures>
}
export type SuiteId = keyof SuiteTypes

/**
 * `work`: what is to be done, as plain data. `item`: one line of evidence. `sample`: what it is judged to be.
 * `figures`: what only its own section shows.
 */
interface SuiteType<Work, Item, S extends Sample, Figures> {
  readonly work: Work
  readonly item: Item
  readonly sample: S
  readonly figures: Figures
}

/** A suite's part of a plan: printed, confirmed, part of the digest. */
export interface PartOf<Id extends SuiteId> {
  readonly suite: Id
  readonly work: SuiteTypes[Id]['work']
  readonly attempts: number
  /** Rough, for a person who decides whether to wait. */
  readonly seconds: number
  /** `20 attempts in 10 rounds`. */
  readonly detail: string
  /** What criteria `threshold` means for it: `direct 99%, relay 100%`. */
  readonly thresholds: string
}
export type SuitePart = { readonly [Id in SuiteId]: PartOf<Id> }[SuiteId]

/** Lines of evidence by suite; a suite that the plan does not have has none. */
export type SuiteItems = { readonly [Id in SuiteId]?: readonly SuiteTypes[Id]['item'][] }

export interface Planning {
  readonly config: ProjectConfig
  readonly profile: Profile
  readonly fleet: Fleet
  /** Nodes that the plan uses, in the fleet's order; the registry, which is no peer, may be among them. */
  readonly nodes: readonly FleetNode[]
  readonly focus: Focus
  /** The focus asks for this suite; if not, only the configuration may. */
  readonly byFocus: boolean
  /** The pairs that it is limited to. */
  readonly only?: OnlyPairs
  /** What the run is to be drawn by; null: each run by its own. */
  readonly seed: number | null
}

export interface Judged<Id extends SuiteId> {
  /** Of the test proper. */
  readonly samples: readonly SuiteTypes[Id]['sample'][]
  /** What a checkpoint tried again; they add to no count. */
  readonly retries: readonly SuiteTypes[Id]['sample'][]
  readonly groups: readonly Group[]
  readonly figures: SuiteTypes[Id]['figures']
  /** What belongs to no sample. */
  readonly findings?: readonly Finding[]
  /** What no single group can say. */
  readonly reasons: readonly Reason[]
  readonly notCovered: readonly NotCovered[]
}

/** `why` nothing of it is to be done this time; `asked`: the configuration asks for it in so many words. */
export interface NotDone {
  readonly why: string
  readonly asked: boolean
}

export interface Suite<Id extends SuiteId> {
  readonly title: string
  /** Why it cannot measure this profile's program; null: it can. */
  unable(profile: Profile): string | null
  /** Null: the configuration asks for nothing of it. `why`: it is asked for, and nothing of it is to be done this time. */
  plan(on: Planning): Omit<PartOf<Id>, 'suite'> | NotDone | null
  /** One line of its evidence, and its work in a plan: from strangers too. */
  readonly item: Check
  readonly work: Check
  /** What its evidence says twice, for `verify`. */
  rederive(on: RederiveContext, work: SuiteTypes[Id]['work']): Rederivation<SuiteTypes[Id]['item']>
  /** What one line tells of nodes' own clocks. */
  clocks(item: SuiteTypes[Id]['item']): readonly ClockLook[]
  /** Processes of the service that the line says this suite started afresh. */
  starts?(item: SuiteTypes[Id]['item']): readonly RunningProof[]
  /** Pure: the same for the run and for `verify`. */
  judge(work: SuiteTypes[Id]['work'], run: RunContext): Judging<Id>
}

/** Takes lines of evidence one after the other, and keeps of each what judging needs: no readings, no raw text. */
export interface Judging<Id extends SuiteId> {
  add(item: SuiteTypes[Id]['item']): void
  end(): Judged<Id>
}

/** A suite's share of a verdict; nothing but `error` where its judge broke. */
export interface SuiteResult<Id extends SuiteId> {
  readonly samples: readonly SuiteTypes[Id]['sample'][]
  readonly retries: readonly SuiteTypes[Id]['sample'][]
  /** Of known failures: they are in no rate. */
  readonly known: readonly SuiteTypes[Id]['sample'][]
  readonly groups: readonly GroupResult[]
  readonly figures: SuiteTypes[Id]['figures'] | null
  readonly error: string | null
}
export type SuiteResults = { readonly [Id in SuiteId]?: SuiteResult<Id> }

/** As all readers see a suite that they know nothing of. */
export interface AnyResult {
  readonly suite: SuiteId
  readonly samples: readonly Sample[]
  readonly retries: readonly Sample[]
  readonly known: readonly Sample[]
  readonly groups: readonly GroupResult[]
}

export const resultsOf = (suites: SuiteResults): readonly AnyResult[] =>
  (Object.keys(suites) as SuiteId[]).flatMap((suite) => {
    const result = suites[suite]
    return result === undefined ? [] : [{ suite, ...result }]
  })

/** What the ledger keeps of a test. */
export const suiteCounts = (suites: SuiteResults): Counts =>
  Object.fromEntries(
    resultsOf(suites).map(({ suite, groups }) => [
      suite,
      Object.fromEntries(
        groups.map(({ name, attempts, successes, planned, tried, recovered }) => [
          name,
          { attempts, successes, planned, tried, recovered },
        ]),
      ),
    ]),
  )
