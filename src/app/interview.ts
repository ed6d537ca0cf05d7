/**
 * The interview: parameters pre-fill, a terminal is asked for the rest, the summary is confirmed; without a terminal
 * every missing answer is named.
 */
import { askText, choose } from '../adapters/prompt.ts'
import { Failure } from '../domain/failure.ts'
import type { Answers } from '../domain/plan.ts'
import type { Profile } from '../domain/profile.ts'
import { answersFailure, resolveAnswers, type AnswerSources } from '../inputs/answers.ts'
import { questions } from '../inputs/questions.ts'
import { requestFields } from '../inputs/request-fields.ts'
import type { Context } from './context.ts'

export interface InterviewResult {
  readonly answers: Answers
  readonly profile: Profile
}

/** `faults`: what is wrong besides the answers, told in one breath with them. */
export async function interview(
  c: Context,
  sources: AnswerSources,
  profiles: readonly Profile[],
  faults: readonly string[] = [],
): Promise<InterviewResult> {
  const asked: Record<string, string> = {}
  for (;;) {
    const resolved = resolveAnswers({ ...sources, interview: asked }, profiles)
    if (resolved.ok && faults.length === 0) return resolved
    if (resolved.ok) throw answersFailure([], faults)
    const problem = resolved.problems[0]
    const missing = problem?.kind === 'missing'
    if (!c.terminal.interactive || !missing || faults.length > 0) throw answersFailure(resolved.problems, faults)
    const question = questions(profiles, resolved.profile).find((q) => q.id === problem.question)
    if (question === undefined) throw answersFailure(resolved.problems)
    const answer = await choose(question.text, question.options)
    if (answer === null) throw cancelled()
    asked[question.id] = answer
  }
}

/** The expression of criteria `custom`, where neither the request nor the configuration has one. */
export async function askExpression(c: Context): Promise<string> {
  if (!c.terminal.interactive)
    throw answersFailure([
      {
        question: 'criteria',
        kind: 'missing',
        message:
          'criteria custom needs an expression: --custom-criteria, or answers.custom_criteria in the configuration',
      },
    ])
  const expression = await askText(requestFields.customCriteria.ask, 'suites.connectivity.rate >= 0.95')
  if (expression === null) throw cancelled()
  return expression
}

export const cancelled = (): Failure => new Failure({ code: 'U043', message: 'cancelled; nothing was touched' })
