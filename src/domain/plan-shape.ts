/** The shape of a plan, which may be a stranger's: each field of the type, so that what is read was checked. */
import {
  criteriaKinds,
  focuses,
  mostSeed,
  proofKinds,
  type Answers,
  type BinarySource,
  type Plan,
  type PlanStep,
} from './plan.ts'
import {
  natKinds,
  roles,
  shapings,
  type Fleet,
  type FleetNode,
  type LabInfo,
  type NatBox,
  type Proxy,
  type Runtime,
} from './fleet.ts'
import { buildShape } from './build-shape.ts'
import { profileShape } from './profile-shape.ts'
import { configShape } from './project-shape.ts'
import {
  between,
  every,
  fields,
  flag,
  list,
  name,
  number,
  oneOf,
  optional,
  orNull,
  record,
  text,
  union,
  type Check,
} from './shape.ts'
import { checkpointStates } from './states.ts'
import { suiteIds, suites } from './suites/registry.ts'
import { selectionShape } from './suites/selection.ts'
import type { PartOf, SuiteId } from './suites/suite.ts'
import type { Unsupported } from './unsupported.ts'

const words = list(text, 1000)

const node = every<FleetNode>({
  name,
  host: name,
  ip: name,
  sshPort: number,
  user: text,
  provider: text,
  region: text,
  role: oneOf(...roles),
  nat: oneOf(...natKinds),
  expectedRate: optional(number),
  runtime: union<Runtime>({ systemd: {}, docker: { container: text }, netns: { name: text } }),
  natBox: optional(
    union<NatBox>({ orchestrator: { enter: words }, docker: { container: text }, netns: { name: text }, host: {} }),
  ),
  hostKeys: words,
  proxy: optional(
    union<Proxy>({ command: { argv: words }, jump: { host: text, port: number, user: text, hostKeys: words } }),
  ),
  notes: optional(text),
})

const fleet = (nodes: number): Check =>
  every<Fleet>({
    name: text,
    reference: optional(text),
    ports: record(number),
    nodes: list(node, nodes),
    identityFile: optional(text),
    registryUrl: optional(text),
    lab: optional(every<LabInfo>({ natTimeoutFactor: number, shaping: oneOf(...shapings) })),
  })

const answer = (values: Check): Check => fields({ value: values, from: text })

/** A part of a plan: of a suite that is known here, with the work that this suite checks itself. */
const part: Check = (v) =>
  fields({ suite: oneOf(...suiteIds) })(v) ?? partFields((v as { readonly suite: SuiteId }).suite)(v)
const partFields = <Id extends SuiteId>(suite: Id): Check =>
  every<PartOf<Id>>({
    suite: oneOf(suite),
    work: suites[suite].work,
    attempts: number,
    seconds: number,
    detail: text,
    thresholds: text,
  })

/** `nodes`: how many a fleet may have. */
export const planShape = (nodes: number): Check =>
  every<Plan>({
    answers: every<Answers>({
      project: answer(text),
      focus: answer(oneOf(...focuses)),
      criteria: answer(oneOf(...criteriaKinds)),
      proof: answer(oneOf(...proofKinds)),
    }),
    seed: orNull(between(0, mostSeed)),
    expression: orNull(text),
    config: configShape,
    profile: profileShape,
    fleet: fleet(nodes),
    nodes: list(name, nodes),
    source: union<BinarySource>({
      build: { workspace: text, revision: orNull(text), native: optional(flag), fix: optional(flag) },
      file: { path: text, sha256: text },
      release: { repository: text, tag: text, asset: text },
      session: { session: text, path: text, build: buildShape },
    }),
    suites: list(part, suiteIds.length),
    only: orNull(selectionShape(suiteIds)),
    soak: list(oneOf(...checkpointStates), 100),
    unsupported: list(every<Unsupported>({ what: text, why: text, test: optional(flag) }), 1000),
    steps: list(every<PlanStep>({ id: text, title: text, detail: text, seconds: number }), 1000),
    estimate: every<Plan['estimate']>({ seconds: number, uploadBytes: orNull(number), attempts: number }),
  })
