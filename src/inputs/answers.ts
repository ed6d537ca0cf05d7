/** The four interview answers, each with where it came from; or every answer that is missing or wrong, all at once. */
import { Failure } from '../domain/failure.ts'
import { criteriaKinds, focuses, proofKinds, type Answer, type Answers } from '../domain/plan.ts'
import type { Profile } from '../domain/profile.ts'
import type { ProjectConfig } from '../domain/project.ts'
import { hint } from './nearest.ts'
import { profileNamed, profileOfProject } from './project-checks.ts'
import { focusesOf, type QuestionId } from './questions.ts'
import { isActing } from '../domain/unsupported.ts'
import { printable } from '../domain/text.ts'

/** Empty text counts as not given: a form sends it for a field left alone. */
export type Given = Partial<Readonly<Record<QuestionId, string>>>

export interface AnswerSources {
  readonly parameters: Given
  readonly interview?: Given
  /** Every project that the repository's configuration can give; empty where there is none. */
  readonly configs: readonly ProjectConfig[]
  /** For runs nobody is asked about, such as a push. */
  readonly defaults?: Given
}

export interface Problem {
  readonly question: QuestionId
  readonly kind: 'missing' | 'invalid'
  readonly message: string
}

export type Resolved =
  | { readonly ok: true; readonly answers: Answers; readonly profile: Profile }
  | {
      readonly ok: false
      readonly problems: readonly Problem[]
      /** Where it is known already. */ readonly profile?: Profile
    }

/** A parameter beats the interview, that the configuration, that a default. */
export function resolveAnswers(sources: AnswerSources, profiles: readonly Profile[]): Resolved {
  const { configs } = sources
  const problems: Problem[] = []
  const only = configs.length === 1 ? configs[0] : undefined
  const projects = [...new Set(configs.length > 0 ? configs.map((c) => c.project) : profiles.map((p) => p.project))]
  const project = ask(
    'project',
    sources,
    only === undefined ? undefined : { project: only.project },
    projects,
    problems,
    configs.length > 0 ? 'a project of the configuration' : 'a known project',
  )
  const config = configs.find((c) => c.project === project?.value)
  const profile =
    project === undefined
      ? undefined
      : config === undefined
        ? profileOfProject(profiles, project.value)
        : profileNamed(profiles, config.profile)
  if (project !== undefined && profile === undefined)
    problems.push({
      question: 'project',
      kind: 'invalid',
      message: `no profile says how ${printable(project.value)} is tested`,
    })
  const own = config === undefined ? undefined : given(config)
  const focus = ask(
    'focus',
    sources,
    own,
    profile === undefined ? focuses : focusesOf(profile, config?.moduleTests),
    problems,
    profile === undefined ? 'a focus' : `a focus of ${printable(project?.value)}`,
  )
  const criteria = ask('criteria', sources, own, criteriaKinds, problems, 'a success criterion')
  const proof = ask('proof', sources, own, proofKinds, problems, 'a proof method')
  if (
    problems.length === 0 &&
    project !== undefined &&
    focus !== undefined &&
    criteria !== undefined &&
    proof !== undefined &&
    profile !== undefined
  )
    return { ok: true, profile, answers: { project, focus, criteria, proof } as Answers }
  return { ok: false, problems, ...(profile === undefined ? {} : { profile }) }
}

/** U013: for runs where nobody can be asked. `also`: what else is wrong with the request. */
export function answersFailure(problems: readonly Problem[], also: readonly string[] = []): Failure {
  const text = [...also, ...problems.map((p) => p.message)].join('\n')
  return new Failure({ code: 'U013', message: text })
}

function ask(
  question: QuestionId,
  sources: AnswerSources,
  config: Given | undefined,
  known: readonly string[],
  problems: Problem[],
  what: string,
): Answer<string> | undefined {
  const candidates: readonly (readonly [string | undefined, string])[] = [
    [sources.parameters[question], 'parameter'],
    [sources.interview?.[question], 'interview'],
    [config?.[question], 'vps-test.yaml'],
    [sources.defaults?.[question], 'default'],
  ]
  const found = candidates.find(([value]) => value !== undefined && value.trim() !== '')
  const choices = known.filter((value) => isActing(question, value)).join(', ')
  if (found === undefined) {
    problems.push({ question, kind: 'missing', message: `${question} is missing: one of ${choices}` })
    return undefined
  }
  const value = (found[0] ?? '').trim()
  if (known.includes(value)) return { value, from: found[1] }
  const near = hint(value, known)
  problems.push({
    question,
    kind: 'invalid',
    message: `${question} ${printable(value)} (${found[1]}) is not ${what}${near.startsWith('; did') ? near : ''}${near.startsWith('; did') ? ' There are' : '; there are'}: ${choices}`,
  })
  return undefined
}

function given({ project, answers: { focus, criteria, proof } }: ProjectConfig): Given {
  return {
    project,
    ...(focus === null ? {} : { focus }),
    ...(criteria === null ? {} : { criteria }),
    ...(proof === null ? {} : { proof }),
  }
}
