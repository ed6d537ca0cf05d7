/** Assembles the plan: numbered steps, time and bytes, from answers, configuration, profile and fleet; touches nothing. */
import { bootstrapsOf, peersOf, registryOf, type Fleet, type NodeName } from './fleet.ts'
import { plannedPairs, relayPairsOf, repetitionsFor } from './suites/connectivity/coverage.ts'
import { Failure } from './failure.ts'
import type { Answers, BinarySource, Plan, PlanStep } from './plan.ts'
import type { Profile } from './profile.ts'
import { servicePortOf } from './program.ts'
import type { Criteria, ProjectConfig } from './project.ts'
import { refuseUnsupported, unsupportedParts } from './unsupported.ts'
import { waitingSeconds } from './suites/connectivity/cooloff.ts'
import { timetable, type Round } from './suites/connectivity/timetable.ts'

export interface PlanInput {
  readonly answers: Answers
  readonly config: ProjectConfig
  readonly profile: Profile
  readonly fleet: Fleet
  readonly source: BinarySource
  /** Compressed size of the binary of an earlier run, where one is known. */
  readonly binaryBytes: number | null
}

export function assemblePlan(input: PlanInput): Plan {
  const { answers, config, profile, fleet } = input
  if (!profile.acting || profile.dial.kind === 'observed') {
    throw new Failure({
      code: 'U040',
      message: `profile ${profile.name} does not act in this version: ${profile.title} cannot be tested yet`,
    })
  }
  refuseUnsupported(answers)
  if (!config.tests.connectivity.enabled)
    throw new Failure({
      code: 'U048',
      message:
        'tests.connectivity.enabled is false, and no other suite acts in this version: nothing is left to be tested',
    })
  const nodes = nodesOf(fleet, config)
  const peers = peersOf(fleet).filter((n) => nodes.includes(n.name))
  const targets =
    answers.criteria.value === 'all-pass'
      ? allPass(config.tests.connectivity.criteria)
      : config.tests.connectivity.criteria
  const pairs = plannedPairs(peers, [])
  const rounds = timetable({
    peers: peers.map((n) => n.name),
    relayPairs: relayPairsOf(pairs),
    relayNodes: bootstrapsOf(fleet).map((n) => n.name),
    repetitions: repetitionsFor(pairs, targets.sampleFloor),
  })
  const attempts = rounds.flat().length
  const steps = stepsOf(nodes.length, rounds, input)
  return {
    answers,
    config,
    profile: { ...profile, servicePort: servicePortOf(profile, config.project, fleet) },
    fleet,
    nodes,
    source: input.source,
    targets,
    unsupported: unsupportedParts({ config, profile, answers }),
    soak: [
      ...(config.soak.wait1hr ? ['WAIT_1HR' as const] : []),
      ...(config.soak.wait6hr ? ['WAIT_6HR' as const] : []),
    ],
    steps,
    estimate: {
      seconds: steps.reduce((n, s) => n + s.seconds, 0),
      attempts,
      uploadBytes: input.binaryBytes === null ? null : input.binaryBytes * nodes.length,
    },
  }
}

const allPass = (c: Criteria): Criteria => ({ ...c, direct: 100, natTraversed: 100, relay: 100 })

/** The configured nodes, and always the registry; a bootstrap node is added where none was named. */
function nodesOf(fleet: Fleet, config: ProjectConfig): readonly NodeName[] {
  const wanted = config.deploy.nodes === 'all' ? fleet.nodes.map((n) => n.name) : config.deploy.nodes
  const registry = registryOf(fleet)?.name
  const bootstrap = bootstrapsOf(fleet).some((n) => wanted.includes(n.name))
    ? []
    : bootstrapsOf(fleet)
        .slice(0, 1)
        .map((n) => n.name)
  const all = new Set([...(registry === undefined ? [] : [registry]), ...wanted, ...bootstrap])
  return fleet.nodes.map((n) => n.name).filter((n) => all.has(n))
}

/** One round of dials and readings, measured on the lab. */
const roundSeconds = 2.5

/** Seconds are rough, for a person who decides whether to wait: measured on the lab, see docs/figures.md. */
function stepsOf(nodes: number, rounds: readonly Round[], { config, source }: PlanInput): readonly PlanStep[] {
  const step = (id: string, title: string, detail: string, seconds: number): PlanStep => ({
    id,
    title,
    detail,
    seconds,
  })
  const cooloff = config.tests.connectivity.cooloffSeconds
  const waiting = Math.ceil(waitingSeconds(rounds, roundSeconds, cooloff))
  const rest = waiting === 0 ? '' : `, ${waiting} s of waiting so that the same two peers rest ${cooloff} s`
  return [
    step('1', 'SETUP', `connect to ${nodes} nodes, check disk, clock and tools, take the leases`, 3),
    source.kind === 'build'
      ? step('2', 'BUILD', config.binary.build.join(' '), 20)
      : step('2', 'BUILD', `take the ${source.kind} as it is`, 2),
    step(
      '3',
      'DEPLOY',
      `registry, one gatekeeper, the rest, bootstrap nodes last; wait up to ${config.bootstrap.waitForRegistrationSeconds} s for registration`,
      12,
    ),
    step(
      '4',
      'TEST',
      `measure every NAT, run the controls, ${rounds.flat().length} attempts in ${rounds.length} rounds${rest}`,
      12 + Math.ceil(rounds.length * roundSeconds + waiting),
    ),
    step('5', 'PROOF', 'collect logs and registry answers, seal the evidence, judge it, write the proof', 3),
  ]
}
