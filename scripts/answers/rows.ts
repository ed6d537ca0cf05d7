/** Every combination of the interview's answers, and what becomes of it before anything is touched. */
import { criteriaKinds, focuses, proofKinds } from '../../src/domain/answers.ts'
import { assemblePlan } from '../../src/domain/assemble-plan.ts'
import { Failure } from '../../src/domain/failure.ts'
import type { Fleet } from '../../src/domain/fleet.ts'
import type { Profile } from '../../src/domain/profile.ts'
import type { ProjectConfig } from '../../src/domain/project.ts'
import { resolveAnswers } from '../../src/inputs/answers.ts'
import { parseProject } from '../../src/inputs/project.ts'

export interface AnswerRow {
  readonly project: string
  readonly profile: string
  readonly focus: string
  readonly criteria: string
  readonly proof: string
  readonly answer:
    | {
        readonly kind: 'acts'
        readonly suites: readonly string[]
        /** Asked for and not done: such a run is never plainly passed. */
        readonly not: readonly string[]
      }
    | { readonly kind: 'refused'; readonly code: string; readonly why: string }
}

/** Each profile with each focus, criterion and method of proof; nothing is contacted. */
export const answerRows = (profiles: readonly Profile[], fleet: Fleet): readonly AnswerRow[] =>
  profiles.flatMap((profile) =>
    focuses.flatMap((focus) =>
      criteriaKinds.flatMap((criteria) =>
        proofKinds.map((proof): AnswerRow => ({
          project: profile.project,
          profile: profile.name,
          focus,
          criteria,
          proof,
          answer: answerTo({ profile, profiles, fleet, focus, criteria, proof }),
        })),
      ),
    ),
  )

interface Asked {
  readonly profile: Profile
  readonly profiles: readonly Profile[]
  readonly fleet: Fleet
  readonly focus: string
  readonly criteria: string
  readonly proof: string
}

function answerTo({ profile, profiles, fleet, focus, criteria, proof }: Asked): AnswerRow['answer'] {
  try {
    const config = configOf(profile, profiles, fleet, criteria)
    const resolved = resolveAnswers(
      { parameters: { project: profile.project, focus, criteria, proof }, configs: [config] },
      profiles,
    )
    if (!resolved.ok) return { kind: 'refused', code: 'U021', why: resolved.problems.map((p) => p.message).join('; ') }
    const plan = assemblePlan({
      answers: resolved.answers,
      config,
      profile: resolved.profile,
      fleet,
      source: { kind: 'build', workspace: '.', revision: null },
      binaryBytes: null,
    })
    return {
      kind: 'acts',
      suites: plan.suites.map((s) => s.suite),
      not: plan.unsupported.filter((u) => u.test === true).map((u) => `${u.what}: ${u.why}`),
    }
  } catch (error) {
    if (!(error instanceof Failure)) throw error
    return { kind: 'refused', code: error.facts.code, why: error.facts.message }
  }
}

/** The least that a repository can say of its project. */
const configOf = (profile: Profile, profiles: readonly Profile[], fleet: Fleet, criteria: string): ProjectConfig =>
  parseProject(
    `project: ${profile.project}
profile: ${profile.name}
binary: { name: ${profile.binary}, target: target/${profile.binary} }
deploy: { install_path: /opt/p, service_name: p }
tests: {}
${criteria === 'custom' ? `answers: { custom_criteria: "true" }\n` : ''}`,
    'vps-test.yaml',
    { profiles, fleet },
  )

/** One line for all proofs and criteria of which the same is to be said. */
export function asTable(rows: readonly AnswerRow[]): string {
  const lines = [...Map.groupBy(rows, (r) => JSON.stringify([r.profile, r.focus, r.answer]))].map(([, alike]) => {
    const [first] = alike
    if (first === undefined) return ''
    const { answer } = first
    const kinds = (of: (r: AnswerRow) => string, all: readonly string[]): string => {
      const seen = [...new Set(alike.map(of))]
      return seen.length === all.length ? 'any' : seen.join(', ')
    }
    const said =
      answer.kind === 'refused'
        ? `refused (${answer.code}): ${answer.why.replaceAll('\n', '; ')}`
        : `acts: ${answer.suites.join(', ')}${answer.not.length === 0 ? '' : `; never plainly passed, because of ${answer.not.join('; ')}`}`
    return `${first.project} (${first.profile}) · ${first.focus} · criteria ${kinds((r) => r.criteria, criteriaKinds)} · proof ${kinds((r) => r.proof, proofKinds)}: ${said}`
  })
  const acting = rows.filter((r) => r.answer.kind === 'acts').length
  return `${lines.join('\n')}\n${rows.length} combinations: ${acting} act, ${rows.length - acting} are refused before anything is touched\n`
}
