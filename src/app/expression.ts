/** The expression of a plan is read before anything is touched: a fault names its place and the likely word. */
import { criteriaContext } from '../domain/criteria/planned-context.ts'
import { checkExpression, placeText, type Vocabulary } from '../domain/criteria/expression.ts'
import { vocabularyOf } from '../domain/criteria/result-object.ts'
import { Failure } from '../domain/failure.ts'
import type { Plan } from '../domain/plan.ts'
import { nearest } from '../inputs/nearest.ts'

/** Throws a usage failure (U097) that points into the expression. */
export function refuseExpression(plan: Plan): void {
  const { expression } = plan
  if (expression === null) return
  const shape = vocabularyOf(plan.suites, criteriaContext(plan))
  const checked = checkExpression(expression, shape)
  if (checked.ok) return
  const { fault } = checked
  const word = /(\w+)$/.exec(fault.message)?.[1] ?? fault.at
  const near = nearest(
    word,
    wordsOf(shape).filter((w) => w !== word),
  )
  throw new Failure({
    code: 'U097',
    message: `criteria custom: ${placeText(fault)}${near === undefined ? '' : `; did you mean "${near}"?`}`,
    remedy: `vps-test plan ${plan.answers.project.value} --custom-criteria 'rate >= 0.95'`,
  })
}

const wordsOf = ({ numbers, flags, objects, lists }: Vocabulary): readonly string[] => [
  ...new Set([
    ...numbers,
    ...flags,
    ...keysIn(objects),
    ...Object.entries(lists).flatMap(([name, of]) => [name, ...of]),
  ]),
]

const keysIn = (value: unknown): readonly string[] =>
  typeof value === 'object' && value !== null
    ? Object.entries(value).flatMap(([key, of]: [string, unknown]) => [key, ...keysIn(of)])
    : []
