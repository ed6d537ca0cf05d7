/** `custom`: an expression over the whole result says yes or no; an error says neither. */
import type { Reason } from '../reason.ts'
import { againstBars, type Criterion, type WholeRun } from './criterion.ts'
import { checkExpression, placeText, mostRows, type CustomResult } from './expression.ts'
import { vocabularyOf, valuesOf } from './result-object.ts'

/** Floors and coverage stand as they do under every criterion: an expression weighs what was measured. */
export const custom: Criterion = {
  judge: (groups) => againstBars(groups, () => ({ percent: null, strict: false })),
  whole: (run) => {
    const { value, error } = valueOf(run)
    const result: CustomResult = { expression: run.expression, value, error }
    return { custom: result, reasons: reasonsOf(result) }
  },
}

function valueOf({ expression, parts, context, results, findings }: WholeRun): Omit<CustomResult, 'expression'> {
  const error = (text: string) => ({ value: null, error: text })
  if (expression === null) return error('the plan has no expression')
  if (findings.length > mostRows || context.nodes.length > mostRows)
    return error(`more than ${mostRows} findings or nodes`)
  const checked = checkExpression(expression, vocabularyOf(parts, context, results))
  if (!checked.ok) return error(placeText(checked.fault))
  const judged = checked.judge(valuesOf(results, findings, context))
  return judged.kind === 'value' ? { value: judged.value, error: null } : error(placeText(judged.fault))
}

function reasonsOf({ expression, value, error }: CustomResult): readonly Reason[] {
  if (value === true) return []
  return value === false
    ? [{ kind: 'failed', text: `the expression is not met: ${(expression ?? '').slice(0, 500)}` }]
    : [{ kind: 'inconclusive', text: `the expression could not be judged: ${error ?? 'no reason is known'}` }]
}
