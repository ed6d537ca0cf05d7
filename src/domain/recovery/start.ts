/** Which rule fits a service that does not come up: the first row that holds, over its failure and what the node told. */
import type { Diagnosis, PortHolder } from '../diagnosis.ts'
import type { Failure } from '../failure.ts'
import type { RuleId } from './rules.ts'

export interface StartFailure {
  readonly failure: Failure
  /** Null: the node was not asked, or did not answer. */
  readonly diagnosis: Diagnosis | null
  readonly project: string
}

export type StartRemedy =
  | { readonly kind: 'start again' }
  | { readonly kind: 'make room' }
  | { readonly kind: 'stop old unit'; readonly unit: string }
  /** It is not ours to change. */
  | { readonly kind: 'name'; readonly holder: PortHolder }

export interface StartRule {
  readonly rule: RuleId
  readonly remedy: StartRemedy
}

type Row = (s: StartFailure) => StartRule | null

const again = (rule: RuleId): StartRule => ({ rule, remedy: { kind: 'start again' } })

const rows: readonly Row[] = [
  ({ failure, diagnosis, project }) => {
    const holder = diagnosis?.holder ?? null
    if (failure.facts.code !== 'I154' || holder === null) return null
    const old = holder.unit !== null && holder.owner?.project === project ? holder.unit : null
    return {
      rule: 'port-taken',
      remedy: old === null ? { kind: 'name', holder } : { kind: 'stop old unit', unit: old },
    }
  },
  ({ failure }) => (failure.facts.code === 'I150' ? { rule: 'disk-full', remedy: { kind: 'make room' } } : null),
  ({ failure }) => (failure.facts.code === 'I163' ? again('out-of-memory') : null),
  ({ failure }) => (failure.facts.code === 'I161' ? again('container-restarted') : null),
  ({ failure }) => (['P010', 'P011', 'I155'].includes(failure.facts.code) ? again('service-does-not-start') : null),
]

/** Null: nothing that is tried would help. */
export function startRuleOf(s: StartFailure): StartRule | null {
  for (const row of rows) {
    const rule = row(s)
    if (rule !== null) return rule
  }
  return null
}
