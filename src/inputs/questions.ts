/** The four questions of the interview with their options, as data (spec §3). */
import { focuses, type CriteriaKind, type Focus, type ProofKind } from '../domain/plan.ts'
import { focusesFor, type Profile } from '../domain/profile.ts'
import { isMeasurable } from '../domain/suites/focus.ts'
import { isActing } from '../domain/unsupported.ts'
import { requestFields } from './request-fields.ts'

export type QuestionId = 'project' | 'focus' | 'criteria' | 'proof'

export interface Option {
  readonly value: string
  readonly description: string
}

export interface Question {
  readonly id: QuestionId
  readonly header: string
  readonly text: string
  readonly options: readonly Option[]
}

export const questionIds: readonly QuestionId[] = ['project', 'focus', 'criteria', 'proof']

export const focusDescriptions: Readonly<Record<Focus, string>> = {
  connectivity: 'Connection matrix (direct, NAT, relay)',
  'nat-traversal': 'NAT hole-punching across different NAT types',
  gossip: 'Message broadcast and CRDT sync',
  throughput: 'Data transfer performance',
  'full-suite': 'All tests in sequence',
}

export const criteriaDescriptions: Readonly<Record<CriteriaKind, string>> = {
  'all-pass': '100% of tests must pass',
  threshold: 'Meet configured success thresholds (e.g., 85% NAT)',
  improvement: 'Better than previous run',
  custom: "I'll specify custom criteria",
}

export const proofDescriptions: Readonly<Record<ProofKind, string>> = {
  logs: 'Gather and analyze logs from all VPS nodes',
  metrics: 'Check dashboard metrics and Prometheus data',
  'manual-verify': "I'll manually verify after tests complete",
  'all-evidence': 'Collect logs, metrics, and connection reports',
}

/** With a profile chosen, only the focuses that it has are offered. */
export const questions = (profiles: readonly Profile[], chosen?: Profile): readonly Question[] => [
  { id: 'project', header: 'Project', text: requestFields.project.ask, options: projectOptions(profiles) },
  {
    id: 'focus',
    header: 'Test focus',
    text: requestFields.focus.ask,
    options: acting('focus', focusDescriptions).filter(
      (o) => chosen === undefined || focusesOf(chosen).includes(o.value),
    ),
  },
  {
    id: 'criteria',
    header: 'Success criteria',
    text: requestFields.criteria.ask,
    options: acting('criteria', criteriaDescriptions),
  },
  {
    id: 'proof',
    header: 'Proof method',
    text: requestFields.proof.ask,
    options: acting('proof', proofDescriptions),
  },
]

export const confirmation = {
  header: 'Confirm',
  text: 'Confirm test plan and proceed?',
  options: [
    { value: 'proceed', description: 'Yes, start the test loop' },
    { value: 'modify', description: 'No, I want to change something' },
    { value: 'cancel', description: 'Cancel and exit' },
  ],
} as const

/** In the interview's own order. */
export const focusesOf = (profile: Profile, moduleTests: readonly string[] | null = null): readonly string[] =>
  focuses.filter((f) => focusesFor(profile, moduleTests).includes(f))

function projectOptions(profiles: readonly Profile[]): readonly Option[] {
  const first = new Map<string, Profile>()
  for (const p of profiles) if (!first.has(p.project) && p.onlyWhenNamed !== true) first.set(p.project, p)
  return [...first.values()].map((p) => ({
    value: p.project,
    description: isMeasurable(p) ? p.title : `${p.title} (planned: cannot be tested yet)`,
  }))
}

/** Only what a run can honour is offered. */
const acting = (question: QuestionId, descriptions: Readonly<Record<string, string>>): readonly Option[] =>
  Object.entries(descriptions)
    .filter(([value]) => isActing(question, value))
    .map(([value, description]) => ({ value, description }))
