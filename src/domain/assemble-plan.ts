/**
 * Assembles the plan: numbered steps, time and bytes, from answers, configuration, profile and fleet; touches nothing.
 */
import { mostCaptures } from './captures/capture.ts'
import { isIPv6 } from './addresses.ts'
import { bootstrapsOf, registryOf, type Fleet, type NodeName } from './fleet.ts'
import { Failure } from './failure.ts'
import type { Answers, BinarySource, Plan, PlanStep } from './plan.ts'
import type { Profile } from './profile.ts'
import { withPorts } from './program.ts'
import type { ProjectConfig } from './project.ts'
import { refuseUnsupported, unsupportedParts, type Unsupported } from './unsupported.ts'
import { suitesFor, type SuiteAsked } from './suites/focus.ts'
import { suites } from './suites/registry.ts'
import { onlyOf, selectionText, type Selection } from './suites/selection.ts'
import type { Planning, SuitePart } from './suites/suite.ts'

export interface PlanInput {
  readonly answers: Answers
  /** Of criteria `custom`: beats the configuration's. */
  readonly expression?: string
  /** Absent: none. */
  readonly seed?: number | null
  readonly config: ProjectConfig
  readonly profile: Profile
  readonly fleet: Fleet
  readonly source: BinarySource
  /** Compressed size of the binary of an earlier run, where one is known. */
  readonly binaryBytes: number | null
  /** Absent or null: the whole test. */
  readonly only?: Selection | null
}

export function assemblePlan(input: PlanInput): Plan {
  const { answers, config, profile, fleet } = input
  refuseUnsupported(answers)
  refuseSeed(input)
  if (profile.registry !== null && registryOf(fleet) === undefined)
    throw new Failure({
      code: 'U049',
      message: `fleet ${fleet.name} has no registry, and ${profile.name} finds its peers through one`,
    })
  const nodes = nodesOf(fleet, config)
  refuseIPv6(fleet, nodes)
  const { parts, unable } = partsOf(input, nodes)
  const steps = stepsOf(nodes.length, parts, config, input)
  return {
    answers,
    seed: input.seed ?? null,
    expression: answers.criteria.value === 'custom' ? (input.expression ?? config.answers.expression) : null,
    config,
    profile: withPorts(profile, config.project, fleet),
    fleet,
    nodes,
    source: input.source,
    suites: parts,
    only: input.only ?? null,
    unsupported: [...unable, ...unsupportedParts({ config, profile, answers, seed: input.seed ?? null })],
    soak: config.soak.checkpoints,
    steps,
    estimate: {
      seconds: steps.reduce((n, s) => n + s.seconds, 0),
      attempts: parts.reduce((n, p) => n + p.attempts, 0),
      uploadBytes: input.binaryBytes === null ? null : input.binaryBytes * nodes.length,
    },
  }
}

/** Whoever knows the seed knows every payload before it is sent: a lab's program is our own. */
function refuseSeed({ seed = null, fleet }: PlanInput): void {
  if (seed !== null && fleet.lab === undefined)
    throw new Failure({
      code: 'U094',
      message: `fleet ${fleet.name} is no lab, and payloads that follow from a known seed prove nothing of it`,
    })
}

/** NATs, controls and packet counters are measured by IPv4 only: no lab shows the rest. */
function refuseIPv6(fleet: Fleet, nodes: readonly NodeName[]): void {
  const found = fleet.nodes.filter((n) => nodes.includes(n.name) && isIPv6(n.ip))
  if (found.length === 0) return
  throw new Failure({
    code: 'U078',
    message: `fleet ${fleet.name}: a node is tested by its IPv4 address, and ${found.map((n) => `${n.name} (${n.ip})`).join(', ')} ${found.length === 1 ? 'has' : 'have'} an IPv6 address`,
  })
}

interface Parts {
  readonly parts: readonly SuitePart[]
  /** Asked for, and not possible with this program: such a run does not pass. */
  readonly unable: readonly Unsupported[]
}

/** What the focus and the configuration ask for; refused where nothing of it is possible. */
function partsOf(input: PlanInput, names: readonly NodeName[]): Parts {
  const { answers, config, profile, fleet } = input
  const nodes = fleet.nodes.filter((n) => names.includes(n.name))
  const focus = answers.focus.value
  const seed = input.seed ?? null
  const planned = suitesFor(focus, profile).map((asked) => {
    const selected = onlyOf(input.only ?? null, asked.id)
    return selected === null ? null : planOne(asked, { config, profile, fleet, nodes, focus, seed, ...selected })
  })
  const parts = planned.filter((p) => p !== null && 'work' in p)
  const unable = planned.filter((p) => p !== null && 'why' in p)
  if (parts.length > 0) return { parts, unable }
  if (unable.length === 0)
    throw new Failure({
      code: 'U048',
      message: `the configuration asks for no suite of focus ${answers.focus.value}: nothing is left to be tested`,
    })
  throw new Failure({
    code: 'U040',
    message: `focus ${answers.focus.value} measures nothing of ${profile.name}: ${unable.map((p) => p.why).join('; ')}`,
  })
}

/** The suite's part, or why it cannot measure the program; null: the configuration asks for nothing of it. */
function planOne({ id, byFocus }: SuiteAsked, on: Omit<Planning, 'byFocus'>): SuitePart | Unsupported | null {
  const part = suites[id].plan({ ...on, byFocus })
  if (part === null) return null
  const why = suites[id].unable(on.profile)
  const what = `suite ${suites[id].title}`
  if (why !== null) return { what, why, test: true }
  return 'why' in part ? { what, why: part.why, test: part.asked } : ({ suite: id, ...part } as SuitePart)
}

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

/** Seconds are rough, for a person who decides whether to wait: measured on the lab, see docs/figures.md. */
function stepsOf(
  nodes: number,
  parts: readonly SuitePart[],
  config: ProjectConfig,
  input: PlanInput,
): readonly PlanStep[] {
  const step = (id: string, title: string, detail: string, seconds: number): PlanStep => ({
    id,
    title,
    detail,
    seconds,
  })
  return [
    step('1', 'SETUP', `connect to ${nodes} nodes, check disk, clock and tools, take the leases`, 3),
    input.source.kind === 'build'
      ? step('2', 'BUILD', config.binary.build.join(' '), 20)
      : step(
          '2',
          'BUILD',
          input.source.kind === 'session'
            ? `take the program of session ${input.source.session} as it is`
            : `take the ${input.source.kind} as it is`,
          2,
        ),
    step(
      '3',
      'DEPLOY',
      `registry, one gatekeeper, the rest, bootstrap nodes last; wait up to ${config.bootstrap.waitForRegistrationSeconds} s for registration`,
      12,
    ),
    step(
      '4',
      'TEST',
      [
        'measure every NAT',
        'run the controls',
        ...(input.only == null
          ? []
          : [`only ${selectionText(input.only)} of session ${input.only.session}, so that it cannot pass`]),
        ...parts.map((p) => p.detail),
        ...(config.tests.capture
          ? [
              `if it fails, its failing pairs (${mostCaptures} at most) once more, outside of the rates, with the headers of their packets kept and no payload`,
            ]
          : []),
      ].join(', '),
      parts.reduce((n, p) => n + p.seconds, 12),
    ),
    step('5', 'PROOF', 'collect logs and registry answers, seal the evidence, judge it, write the proof', 3),
  ]
}
