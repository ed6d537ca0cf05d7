/** Faults of an input: collected, put in order, and turned into one usage failure that lists all of them. */
import { Failure, type Fault, type FileLocation } from '../domain/failure.ts'
import { stripHidden } from '../domain/text.ts'

export type FieldPath = readonly (string | number)[]

const shownAtMost = 50

/** `nodes[3].nat`; names that would be misread are quoted. */
export const pathText = (path: FieldPath): string =>
  path
    .map((p, i) =>
      typeof p === 'number'
        ? `[${p}]`
        : /^[\w-]{1,80}$/.test(p)
          ? `${i === 0 ? '' : '.'}${p}`
          : `[${JSON.stringify(stripHidden(p, 80))}]`,
    )
    .join('')

/** By place; one fault is said once. */
export function sortFaults(faults: readonly Fault[]): readonly Fault[] {
  const once = new Map(faults.map((f) => [`${placeText(f.at)} ${f.message}`, f]))
  return [...once.values()].sort(
    (a, b) => (a.at.line ?? 0) - (b.at.line ?? 0) || (a.at.column ?? 0) - (b.at.column ?? 0),
  )
}

/** `file:line:column path: message`, safe to print. */
export const faultText = (fault: Fault): string => `${placeText(fault.at)}: ${stripHidden(fault.message, 400)}`

const placeText = (at: FileLocation): string =>
  [`${stripHidden(at.file)}${at.line === undefined ? '' : `:${at.line}:${at.column ?? 1}`}`, at.path]
    .filter((t) => t !== '')
    .join(' ')

/** U010: an input file is not as it must be. Every fault is in the message. */
export function usageFailure(faults: readonly Fault[], remedy?: string): Failure {
  const all = sortFaults(faults)
  const lines = all.slice(0, shownAtMost).map(faultText)
  if (all.length > shownAtMost) lines.push(`… and ${all.length - shownAtMost} more`)
  const message = all.length === 1 ? lines.join('') : [`${all.length} faults in the input:`, ...lines].join('\n')
  return new Failure({ code: 'U010', message, faults: all, ...(remedy === undefined ? {} : { remedy }) })
}
