/** A whole plan, made from real inputs by the real assembler; tests name only what differs. */
import { assemblePlan } from '../../src/domain/assemble-plan.ts'
import type { Fleet, FleetNode } from '../../src/domain/fleet.ts'
import type { Plan } from '../../src/domain/plan.ts'
import type { ProjectConfig } from '../../src/domain/project.ts'
import { resolveAnswers } from '../../src/inputs/answers.ts'
import { parseProject } from '../../src/inputs/project.ts'
import { fileText, profiles } from '../inputs/read.ts'

export const nodeOf = (name: string, more: Partial<FleetNode> = {}): FleetNode => ({
  name,
  host: '198.18.0.9',
  ip: '198.18.0.9',
  sshPort: 22,
  user: 'root',
  provider: 'lab',
  region: 'here',
  role: 'test',
  nat: 'none',
  runtime: { kind: 'systemd' },
  hostKeys: [],
  ...more,
})

const base = parseProject(fileText('examples/testnet/vps-test.yaml'), 'vps-test.yaml', { profiles })
const resolved = resolveAnswers({ parameters: {}, configs: [base] }, profiles)
if (!resolved.ok) throw new Error('the example has all answers')
const { answers, profile } = resolved

export interface PlanWish {
  readonly project?: string
  readonly fleet?: Fleet
  readonly nodes?: readonly string[]
  readonly config?: Partial<ProjectConfig>
  readonly more?: Partial<Plan>
}

export function planOf({ project = 'p', fleet, nodes, config = {}, more = {} }: PlanWish = {}): Plan {
  const own = fleet ?? labFleet(nodes ?? ['registry', 'a', 'b'])
  const made = assemblePlan({
    answers: { ...answers, project: { value: project, from: 'parameter' } },
    config: {
      ...base,
      project,
      ...config,
      deploy: { ...base.deploy, nodes: 'all', serviceName: 'peer', installPath: '/opt/p', ...config.deploy },
    },
    // On a fleet without a registry the program uses none.
    profile: own.nodes.some((n) => n.role === 'registry') ? profile : { ...profile, registry: null },
    fleet: own,
    source: { kind: 'build', workspace: 'examples/testnet', revision: null },
    binaryBytes: null,
  })
  return { ...made, ...(nodes === undefined ? {} : { nodes }), ...more }
}

/** A lab of these nodes; one named `registry` is the registry. */
export const labFleet = (nodes: readonly string[], name = 'lab-x'): Fleet => ({
  name,
  ports: { 'ant-quic': 9000 },
  lab: { natTimeoutFactor: 4, shaping: 'none' },
  nodes: nodes.map((n) => nodeOf(n, n === 'registry' ? { role: 'registry' } : {})),
})
