/**
 * The one list of what can be asked for and does not act in this version; a suite or a method that begins to act leaves
 * it.
 */
import type { Answers, CriteriaKind, Focus, ProofKind } from './answers.ts'
import { Failure } from './failure.ts'
import { focusesFor, takes, type Profile } from './profile.ts'
import type { ProjectConfig } from './project.ts'
import { channelCreation } from './suites/command/asked.ts'

export interface Unsupported {
  readonly what: string
  readonly why: string
  /** A test: a run that asked for it does not pass. */
  readonly test?: boolean
}

export interface Asked {
  readonly config: ProjectConfig
  readonly profile: Profile
  readonly answers: Answers
  readonly seed?: number | null
}

interface Row {
  /** As written in `vps-test.yaml`. */
  readonly what: string
  /** Where the parsed configuration holds it; everything below is without effect too. */
  readonly field: string
  readonly test: boolean
  readonly why: string
  readonly asked: (config: ProjectConfig) => boolean
}

const notYet = 'does not act in this version'

export const unsupportedFields: readonly Row[] = []

/** Answers that no run can honour: not offered, and refused before anything is touched. */
export const unsupportedAnswers: {
  readonly focus: Readonly<Partial<Record<Focus, string>>>
  readonly criteria: Readonly<Partial<Record<CriteriaKind, string>>>
  readonly proof: Readonly<Partial<Record<ProofKind, string>>>
} = {
  focus: {},
  criteria: {},
  proof: {},
}

export const isActing = (question: string, value: string): boolean =>
  !Object.hasOwn(unsupportedAnswers, question) ||
  !Object.hasOwn(unsupportedAnswers[question as keyof typeof unsupportedAnswers], value)

/** What acts in the place of an answer that does not. */
const instead = { focus: 'connectivity', criteria: 'threshold', proof: 'all-evidence' } as const

/** Throws a usage failure (U041) that names every answer which no run can honour. */
export function refuseUnsupported(answers: Answers): void {
  const questions = ['focus', 'criteria', 'proof'] as const
  const bad = questions.filter((q) => !isActing(q, answers[q].value))
  if (bad.length === 0) return
  const why = (q: (typeof questions)[number]): string | undefined =>
    (unsupportedAnswers[q] as Readonly<Record<string, string>>)[answers[q].value]
  throw new Failure({
    code: 'U041',
    message: bad.map((q) => `${q} ${answers[q].value} ${notYet}: ${why(q)}; ${instead[q]} does`).join('\n'),
    remedy: `vps-test start ${answers.project.value} ${questions.map((q) => (bad.includes(q) ? instead[q] : answers[q].value)).join(' ')}`,
  })
}

/** What a plan asks for and no run of this version does: named in the plan, the summary and the proof. */
export const unsupportedParts = ({ config, profile, answers, seed = null }: Asked): readonly Unsupported[] => [
  ...(seed === null
    ? []
    : [{ what: 'payloads that nobody foresees', why: `all draws follow from seed ${seed}`, test: false }]),
  ...unsupportedFields.filter((row) => row.asked(config)).map(({ what, why, test }) => ({ what, why, test })),
  ...(answers.focus.value === 'full-suite'
    ? focusesFor(profile, config.moduleTests)
        .filter((focus) => !isActing('focus', focus))
        .map((focus) => ({ what: `focus ${focus} of full-suite`, why: notYet, test: true }))
    : []),
  ...(config.tests.channelCreation.enabled && !commandSuites(profile).includes(channelCreation)
    ? [
        {
          what: 'tests.channel_creation',
          why: `profile ${profile.name} has no command of suite ${channelCreation}`,
          test: true,
        },
      ]
    : []),
  ...(config.moduleTests ?? [])
    .filter((name) => !profile.focuses.includes(name) && !commandSuites(profile).includes(name))
    .map((name) => ({ what: `test ${name} of the module`, why: notYet, test: answers.focus.value === 'full-suite' })),
  ...(config.bootstrap.nodes.length > 0 && !takes(profile, 'bootstraps')
    ? [
        {
          what: 'bootstrap.nodes',
          why: `has no effect: profile ${profile.name} gives its program no list`,
          test: false,
        },
      ]
    : []),
]

const commandSuites = ({ commands }: Pick<Profile, 'commands'>): readonly string[] => commands.map((c) => c.suite)

/** Why a run whose tests were not all done proves nothing of the rest; null when all were. */
export function undoneTests(parts: readonly Unsupported[]): string | null {
  const undone = parts.filter((p) => p.test === true).map((p) => p.what)
  return undone.length === 0 ? null : `asked for and not done: ${undone.join(', ')}`
}
