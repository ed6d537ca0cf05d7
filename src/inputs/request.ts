/**
 * What a start is asked for, in one shape and by one schema, whether it comes from the command line, a dispatch form or
 * a workflow call.
 */
import { z } from 'zod'
import { mostSeed } from '../domain/plan.ts'
import { printable } from '../domain/text.ts'
import { hint } from './nearest.ts'
import { questionIds, type QuestionId } from './questions.ts'
import { busyPolicies } from '../domain/answers.ts'
import { binarySources, confirmations, type RequestFieldName } from './request-fields.ts'

/** Words as they were given; empty text counts as not given, because a form sends it for a field left alone. */
export type RawRequest = Readonly<Partial<Record<RequestFieldName, string>>>

const given = z
  .string()
  .trim()
  .optional()
  .transform((s) => (s === '' ? undefined : s))
/** A choice of words, with the nearest one suggested. */
const choice = <const T extends readonly string[]>(words: T) =>
  given.transform((value, c): T[number] | undefined => {
    if (value === undefined || words.includes(value)) return value
    c.addIssue({
      code: 'custom',
      message: `${printable(value)} is not one of ${words.join(', ')}${near(value, words)}`,
    })
    return z.NEVER
  })
const near = (value: string, words: readonly string[]): string => {
  const h = hint(value, words)
  return h.startsWith('; did') ? h : ''
}

const name = /^[A-Za-z0-9][A-Za-z0-9._-]*$/
const nodeList = given.transform((value, c): readonly string[] | null => {
  if (value === undefined || value === 'all') return null
  const names = value.split(/[\s,]+/).filter((n) => n !== '')
  const bad = names.filter((n) => !name.test(n))
  if (bad.length > 0)
    c.addIssue({
      code: 'custom',
      message: `${bad.map((n) => printable(n)).join(', ')} cannot be names of nodes: names separated by commas, or all`,
    })
  return [...new Set(names)]
})

export interface ReleaseWish {
  readonly repository: string | null
  readonly tag: string
  readonly asset: string | null
}
const release = given.transform((value, c): ReleaseWish | undefined => {
  if (value === undefined) return undefined
  const [, repository, tag, asset] = /^(?:([\w.-]+\/[\w.-]+)@)?([^:@\s]+)(?::([^\s/:]+))?$/.exec(value) ?? []
  if (tag === undefined) {
    c.addIssue({ code: 'custom', message: `${printable(value)} is not tag, tag:asset or owner/repo@tag:asset` })
    return z.NEVER
  }
  return { repository: repository ?? null, tag, asset: asset ?? null }
})
/**
 * A job that waits longer would be taken for dead by the schedule (a test holds this and the job's `timeout-minutes`
 * together).
 */
export const longestQueueMinutes = 240
const minutes = given.transform((value, c): number | undefined => {
  if (value === undefined) return undefined
  const n = Number(value)
  if (!Number.isFinite(n) || n < 0 || n > longestQueueMinutes) {
    c.addIssue({
      code: 'custom',
      message: `${printable(value)} is not a number of minutes from 0 to ${longestQueueMinutes}`,
    })
    return z.NEVER
  }
  return n
})

const seed = given.transform((value, c): number | undefined => {
  if (value === undefined) return undefined
  const n = Number(value)
  if (/^\d{1,10}$/.test(value) && n <= mostSeed) return n
  c.addIssue({ code: 'custom', message: `${printable(value)} is not a whole number from 0 to ${mostSeed}` })
  return z.NEVER
})

/** The reader of each field. */
const schema = z.strictObject({
  project: given,
  focus: given,
  criteria: given,
  proof: given,
  customCriteria: given,
  nodes: nodeList,
  binarySource: choice(binarySources),
  binaryFile: given,
  releaseTag: release,
  soak: choice(['on', 'off', 'default']),
  onBusy: choice(busyPolicies),
  queueMinutes: minutes,
  fleet: given,
  lab: given,
  seed,
  repo: given,
  config: given,
  confirm: choice(confirmations),
} satisfies Record<RequestFieldName, z.ZodType>)

export type StartRequest = z.output<typeof schema>

/** `named`: how a field is called where it was given, `--on-busy` or `on-busy`. Every fault at once, as sentences. */
export function parseRequest(
  raw: RawRequest,
  named: (field: string) => string,
): { readonly request: StartRequest; readonly faults: readonly string[] } {
  const parsed = schema.safeParse(raw)
  const faults = parsed.success ? [] : parsed.error.issues.map((i) => `${named(i.path.join('.'))}: ${i.message}`)
  const bad = new Set(parsed.success ? [] : parsed.error.issues.map((i) => String(i.path[0])))
  // The rest is looked at too, so that nobody mends one word at a time.
  const request = parsed.success
    ? parsed.data
    : schema.parse(Object.fromEntries(Object.entries(raw).filter(([field]) => !bad.has(field))))
  return { request, faults: [...faults, ...crossFaults(request, bad, named)] }
}

function crossFaults(r: StartRequest, bad: ReadonlySet<string>, named: (field: string) => string): readonly string[] {
  const faults: string[] = []
  if (r.binarySource === 'release' && r.releaseTag === undefined && !bad.has('releaseTag'))
    faults.push(`${named('releaseTag')} is missing: ${named('binarySource')} release needs a tag`)
  if (r.binarySource !== undefined && r.binarySource !== 'release' && r.releaseTag !== undefined)
    faults.push(`${named('releaseTag')} is given, but ${named('binarySource')} is ${r.binarySource}`)
  if (r.binaryFile !== undefined && (r.releaseTag !== undefined || r.binarySource === 'native'))
    faults.push(`${named('binaryFile')} excludes ${named(r.releaseTag !== undefined ? 'releaseTag' : 'binarySource')}`)
  return faults
}

/** The four answers among the words. */
export const answersIn = (r: StartRequest): Partial<Record<QuestionId, string>> =>
  Object.fromEntries(
    questionIds.flatMap((q) => {
      const value = r[q]
      return value === undefined ? [] : [[q, value]]
    }),
  )
