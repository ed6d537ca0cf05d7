/** One firing of a recovery rule as the ledger keeps it, and what the firings of a session come to. */
import { z } from 'zod'
import { stripHidden } from '../text.ts'
import { isRule, recoveryRules, type RuleId } from './rules.ts'

/** What whoever acts knows. */
export interface Fired {
  readonly node?: string | null
  /** What was recognised, in its own words. */
  readonly recognised: string
  readonly done: string
  /** Which of the budget; of one that is used up, the last. */
  readonly nth: number
  /** The budget, where the rule leaves it to whoever acts. */
  readonly of?: number
  /** The budget is used up: what is `done` is what the rule says then. */
  readonly usedUp?: true
}

export const firingSchema = z
  .object({
    rule: z.custom<RuleId>(isRule, { error: 'is no recovery rule' }),
    node: z.string().nullable(),
    recognised: z.string(),
    done: z.string(),
    nth: z.int().nonnegative(),
    of: z.int().nonnegative(),
    usedUp: z.boolean(),
    /** Unix milliseconds of the orchestrator. */
    at: z.number(),
  })
  .readonly()
export type Firing = z.infer<typeof firingSchema>
/** Of one entry. */
export const firingsSchema = z.array(firingSchema).max(1000).readonly()

/** Words of nodes and compilers stand in it. */
const longest = 400

export function firingOf(rule: RuleId, fired: Fired, at: number): Firing {
  const { times } = recoveryRules[rule].budget
  return {
    rule,
    node: fired.node ?? null,
    recognised: stripHidden(fired.recognised.replace(/\s+/g, ' ').trim(), longest),
    done: stripHidden(fired.done.replace(/\s+/g, ' ').trim(), longest),
    nth: fired.nth,
    of: fired.of ?? (times === 'decided' ? fired.nth : times),
    usedUp: fired.usedUp === true,
    at,
  }
}

/** One line for a person. */
export const firingText = (f: Firing): string =>
  `${f.node === null ? '' : `${f.node}: `}${f.rule}: ${f.recognised}; ${f.usedUp ? `budget used up (${f.of}): ` : ''}${f.done}${f.usedUp || f.of === 0 ? '' : ` (${f.nth} of ${f.of})`}`

type Holding = { readonly facts: { readonly recoveries?: readonly Firing[] | undefined } }

/** Of all entries, oldest first. */
export const firingsOf = (entries: readonly Holding[]): readonly Firing[] =>
  entries.flatMap((e) => e.facts.recoveries ?? [])

/** How often each rule fired. */
export type RecoveryCounts = Readonly<Partial<Record<RuleId, number>>>

export const counted = (before: RecoveryCounts, firings: readonly Firing[]): RecoveryCounts =>
  firings.reduce<RecoveryCounts>((sum, { rule }) => ({ ...sum, [rule]: (sum[rule] ?? 0) + 1 }), before)

/** The most frequent first; empty where none fired. */
export const recoveriesText = (counts: RecoveryCounts): string =>
  Object.entries(counts)
    .toSorted(([, a], [, b]) => b - a)
    .map(([rule, times]) => `${rule} × ${times}`)
    .join(', ')
