/** What a failed test, build or deploy has in it to find its cause by, as data: for the fix command, the proof and a person. */
import { stripHidden } from '../text.ts'
import { rankedCauses, type RankedCause } from './causes.ts'
import type { LeftOut, NodeSymptoms, Symptoms } from './symptoms.ts'

export type { LeftOut }

/** Of a node, what a reader needs; all that it told is kept beside. */
export interface NodeSummary extends Pick<NodeSymptoms, 'node' | 'role' | 'nat' | 'provider' | 'region' | 'file'> {
  /** `active running`; null: it was not asked, or did not answer. */
  readonly unit: string | null
  readonly restarts: number | null
  /** The program's own last lines. */
  readonly said: readonly string[]
}

export interface FailureDiagnosis extends Omit<Symptoms, 'nodes' | 'common'> {
  readonly format: 2
  /** The likeliest first. */
  readonly causes: readonly RankedCause[]
  readonly nodes: readonly NodeSummary[]
}

export function diagnosed({ nodes, common: _, ...of }: Symptoms): FailureDiagnosis {
  const causes = rankedCauses({ nodes, common: _, ...of })
  return { format: 2, causes, ...of, nodes: nodes.map(summaryOf) }
}

const summaryOf = ({ node, role, nat, provider, region, file, found }: NodeSymptoms): NodeSummary => ({
  node,
  role,
  nat,
  provider,
  region,
  file,
  unit: found?.machine.unit == null ? null : `${found.machine.unit.active} ${found.machine.unit.sub}`,
  restarts: found?.machine.unit?.restarts ?? null,
  said: (found?.said ?? []).slice(-8).map((l) => stripHidden(l, 300)),
})

/** Of a build or a deploy, or of a test that left nothing to read. */
export const symptomsOf = (of: Pick<Symptoms, 'stage' | 'why'> & Partial<Symptoms>): Symptoms => ({
  on: { project: 'project', session: 'session', fleet: 'fleet' },
  code: null,
  reasons: [],
  buildFaults: [],
  failing: [],
  hindered: [],
  counted: 0,
  uncounted: { infra: 0, harness: 0 },
  shared: [],
  common: [],
  since: [],
  findings: [],
  lines: [],
  leftOut: [],
  nodes: [],
  ...of,
})
