/** `modify`: the same start as a line to be edited, with nothing left out. */
import { quote } from '../commands/quote.ts'
import type { Plan } from '../domain/plan.ts'
import { fieldRows, flagOf, type requestFields } from '../inputs/request-fields.ts'

type Camel<S extends string> = S extends `${infer A}-${infer B}` ? `${A}${Capitalize<Camel<B>>}` : S
type FlagOf<Row> = Row extends { readonly flag: `--${infer Name} <${string}>` } ? Camel<Name> : never
/** The flags of a request's fields, as the parser of the command line names them. */
export type RequestFlag = {
  [F in keyof typeof requestFields]: FlagOf<(typeof requestFields)[F]>
}[keyof typeof requestFields]

export interface StartFlags extends Readonly<Partial<Record<RequestFlag, string>>> {
  readonly key?: string
  readonly yes?: boolean
  readonly json?: boolean
}

/** Fields that have a flag, with the flag and its name in {@link StartFlags}. */
export const flaggedFields = fieldRows.flatMap(([field, row]) => {
  const flag = flagOf(row)
  return flag === null ? [] : [{ field, row, flag, property: camel(flag.slice(2)) as RequestFlag }]
})

function camel(name: string): string {
  return name.replaceAll(/-([a-z])/g, (_, letter: string) => letter.toUpperCase())
}

/** The same start with every answer and flag filled in, each one word of a shell, to be edited by hand. */
export function startLine(plan: Plan, flags: StartFlags): string {
  const { project, focus, criteria, proof } = plan.answers
  const given = [...flaggedFields, { flag: '--key', property: 'key' as const }].flatMap(({ flag, property }) => {
    const value = property === 'customCriteria' ? (plan.expression ?? undefined) : flags[property]
    return value === undefined ? [] : [flag, value]
  })
  return ['vps-test', 'start', project.value, focus.value, criteria.value, proof.value, ...given].map(quote).join(' ')
}
