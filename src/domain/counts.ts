/** Raw counts of one test, by suite and group: what titles, comparisons, the dashboard and the soak baseline read. */
import { z } from 'zod'

const whole = z.int().nonnegative()

/** One group of a suite: a pair class, the name of a command. */
export const countSchema = z
  .object({
    attempts: whole,
    successes: whole,
    /** Pairs or nodes that the plan has in this group, and how many of them were tried. */
    planned: whole,
    tried: whole,
    /** Failed at first, and good when a checkpoint tried again. */
    recovered: whole,
  })
  .readonly()
  .refine((c) => c.successes <= c.attempts, 'more successes than attempts')
export type Count = z.infer<typeof countSchema>

/** Names stand in titles and tables. */
const name = z.string().min(1).max(200)
/** By suite, then by group. */
export const countsSchema = z.record(name, z.record(name, countSchema).readonly()).readonly()
export type Counts = z.infer<typeof countsSchema>

export interface GroupCount {
  readonly suite: string
  readonly group: string
  readonly count: Count
}

/** Every group of every suite, sorted by name. */
export const groupsOf = (counts: Counts): readonly GroupCount[] =>
  Object.entries(counts)
    .flatMap(([suite, groups]) => Object.entries(groups).map(([group, count]) => ({ suite, group, count })))
    .toSorted((a, b) => compare(a.suite, b.suite) || compare(a.group, b.group))

export const countOf = (counts: Counts, suite: string, group: string): Count | null => {
  const groups = Object.hasOwn(counts, suite) ? counts[suite] : undefined
  return groups !== undefined && Object.hasOwn(groups, group) ? (groups[group] ?? null) : null
}

/**
 * `direct 40/40, relay 9/10`; with several suites each group has its suite before it. Empty where nothing was counted.
 */
export function countsText(counts: Counts): string {
  const several = Object.keys(counts).length > 1
  return groupsOf(counts)
    .map((g) => `${groupName(g, several)} ${g.count.successes}/${g.count.attempts}`)
    .join(', ')
}

/** The group alone, or with its suite where there are several. */
export const groupName = ({ suite, group }: Pick<GroupCount, 'suite' | 'group'>, several: boolean): string =>
  several ? `${suite}: ${group}` : group

const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0)
