/** `modify`: the same start as a line to be edited, with nothing left out. */
import { quote } from '../commands/quote.ts'
import type { Plan } from '../domain/plan.ts'
import type { BusyPolicy } from '../stages/parts/interview.ts'

export interface StartFlags {
  readonly repo: string
  readonly fleet?: string
  readonly config?: string
  readonly lab?: string
  readonly key?: string
  readonly binary?: string
  /** `owner/repo@tag:asset` */
  readonly release?: string
  readonly soak?: string
  /** Names, separated by commas. */
  readonly nodes?: string
  readonly onBusy?: BusyPolicy
  readonly customCriteria?: string
  readonly yes?: boolean
  readonly json?: boolean
}

/** The same start with every answer and flag filled in, each one word of a shell, to be edited by hand. */
export function startLine(plan: Plan, flags: StartFlags): string {
  const { project, focus, criteria, proof } = plan.answers
  const given = (
    ['repo', 'config', 'fleet', 'lab', 'key', 'binary', 'release', 'soak', 'nodes', 'onBusy', 'customCriteria'] as const
  ).flatMap((name) => {
    const value = flags[name]
    return value === undefined ? [] : [`--${name.replaceAll(/[A-Z]/g, (l) => `-${l.toLowerCase()}`)}`, value]
  })
  return ['vps-test', 'start', project.value, focus.value, criteria.value, proof.value, ...given].map(quote).join(' ')
}
