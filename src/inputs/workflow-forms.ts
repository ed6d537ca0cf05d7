/**
 * The rows of a request as inputs of workflows, in YAML: questions of a form, inputs of a call, what a job is given.
 */
import { stringify } from 'yaml'
import { callFields, formFields, type RequestField } from './request-fields.ts'

type Row = (typeof callFields)[number]

/** One scalar that every YAML reader takes for this text, wherever it stands. */
export const yamlText = (text: string): string => {
  const block = stringify(text, { lineWidth: 0, singleQuote: true, version: '1.1' }).trimEnd()
  return block === text && /[[\]{},]/.test(text) ? JSON.stringify(text) : block
}

const formDefault = (row: RequestField): string => row.formDefault ?? row.menu?.[0] ?? row.default

/** What a repository's own form has in the place of a row's values. */
export type Own = Readonly<Record<string, { readonly default?: string; readonly menu?: readonly string[] }>>

/** `inputs` of `workflow_dispatch`, one line a question. */
export const formInputs = (own: Own = {}): string =>
  formFields
    .map((row) => {
      const menu = own[row.input]?.menu ?? row.menu
      const type = menu === undefined ? 'string' : `choice, options: [${menu.map(yamlText).join(', ')}]`
      const value = own[row.input]?.default ?? formDefault(row)
      return `      ${row.input}: { description: ${JSON.stringify(row.ask)}, type: ${type}, default: ${yamlText(value)} }\n`
    })
    .join('')

/** `inputs` of `workflow_call`: what a caller leaves out is as if its form had been left alone. */
export const callInputs = (): string =>
  callFields
    .map((row) => {
      const value = row.unsaid === 'default' ? row.unsaid : row.default
      return `      ${row.input}: { description: ${JSON.stringify(row.ask)}, type: string, default: ${yamlText(value)} }\n`
    })
    .join('')

/** What the job that plans gives to the Action; a push comes without any input. */
export const planInputs = (own: Own = {}): string =>
  callFields
    .map((row) => `          ${row.input}: ${expressionOf(row, own[row.input]?.default ?? row.default)}\n`)
    .join('')

const expressionOf = ({ input, unsaid }: Row, value: string): string =>
  unsaid !== undefined
    ? `\${{ inputs.${input} != '${unsaid}' && inputs.${input} || '' }}`
    : value === ''
      ? `\${{ inputs.${input} }}`
      : `\${{ inputs.${input} || '${value}' }}`
