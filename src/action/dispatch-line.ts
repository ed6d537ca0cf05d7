/** `modify`: the same dispatch as a line for the command line of GitHub, with every answer filled in. */
import { quote } from '../commands/quote.ts'
import type { Plan } from '../domain/plan.ts'
import { callFields, type RequestFieldName } from '../inputs/request-fields.ts'
import type { StartRequest } from '../inputs/request.ts'
import type { RunnerContext } from './job.ts'

/** Answers stand in their final form; a form refuses answers to questions that it does not have. */
export function dispatchLine(plan: Plan, r: StartRequest, facts: RunnerContext): string {
  const { project, focus, criteria, proof } = plan.answers
  const settled: Readonly<Partial<Record<RequestFieldName, string>>> = {
    project: project.value,
    focus: focus.value,
    criteria: criteria.value,
    ...(plan.expression === null ? {} : { customCriteria: plan.expression }),
    proof: proof.value,
    binarySource: r.binarySource ?? 'zigbuild',
    soak: plan.soak.length > 0 ? 'on' : 'off',
    confirm: 'proceed',
  }
  const given = callFields.flatMap(({ field, input, fixable }) => {
    const value = settled[field] ?? wordOf(r[field])
    return value === undefined || (fixable === true && facts.form?.includes(input) === false)
      ? []
      : ['-f', `${input}=${value}`]
  })
  return [
    'gh',
    'workflow',
    'run',
    facts.workflow,
    '--repo',
    facts.repository,
    ...(facts.ref === '' ? [] : ['--ref', facts.ref]),
    ...given,
  ]
    .map(quote)
    .join(' ')
}

/** A field as it is typed. */
function wordOf(value: StartRequest[RequestFieldName]): string | undefined {
  if (value === undefined || value === null) return undefined
  if (typeof value !== 'object') return String(value)
  if (!('tag' in value)) return value.join(',')
  const repository = value.repository === null ? '' : `${value.repository}@`
  return `${repository}${value.tag}${value.asset === null ? '' : `:${value.asset}`}`
}
