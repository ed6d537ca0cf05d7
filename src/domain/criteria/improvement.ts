/** `improvement`: better than in the last comparable session, shown and not only seen. */
import { baselineSchema, type SessionBaseline } from '../baseline.ts'
import {
  differenceText,
  dropText,
  improvementOf,
  type GroupImprovement,
  type ImprovementResult,
} from '../improvement.ts'
import { outcomesIn, outcomesOf } from '../outcomes.ts'
import type { Reason } from '../reason.ts'
import { percent } from '../statistics.ts'
import type { SuiteResults } from '../suites/suite.ts'
import { againstBars, type Criterion } from './criterion.ts'

export const improvement: Criterion = {
  judge: (groups) => againstBars(groups, () => ({ percent: null, strict: false })),
  whole: ({ results, baseline: told }) => {
    // Of a stranger's entry nobody has checked its facts.
    const baseline = baselineSchema.safeParse(told).data ?? null
    if (baseline === null || baseline.kind === 'none')
      return {
        reasons: [nothingBefore(baseline?.lacks ?? 'the entry that begins this test names none')],
        improvement: { session: null, at: null, level: 0.95, groups: [] },
      }
    const judged = improvementOf(results, baseline)
    return { reasons: [...missing(results, baseline), ...reasonsOf(judged)], improvement: judged }
  },
}

const nothingBefore = (lacks: string): Reason => ({
  kind: 'inconclusive',
  text: `no comparable session: ${lacks}`,
})

/** Better: nothing is said against it. Worse: failed. Neither: nothing shows what was asked for. */
function reasonsOf(judged: ImprovementResult): readonly Reason[] {
  const { groups, session } = judged
  const of = (kind: GroupImprovement['judged']): readonly GroupImprovement[] => groups.filter((g) => g.judged === kind)
  const worse = of('worse').map((g): Reason => ({
    kind: 'failed',
    text: `${effect(g)}: worse than session ${session}`,
  }))
  const unclear = [
    ...of('too few').map((g): Reason => ({
      kind: 'inconclusive',
      text: `${g.group}: only ${g.attempts} attempts have a counterpart in session ${session}`,
    })),
    ...of('undecided').map((g): Reason => ({
      kind: 'inconclusive',
      text: `${effect(g)}: what was not counted decides whether that is a difference`,
    })),
  ]
  if (worse.length > 0 || of('better').length > 0) return [...worse, ...unclear]
  const same = of('no difference').map(noDifference)
  const ceiling = groups.every((g) => g.before === g.attempts)
    ? '; nothing failed there, so nothing can be better: criteria threshold or all-pass ask for something that can be met'
    : ''
  return [
    ...unclear,
    {
      kind: 'inconclusive',
      text: `nothing is shown to be better than in session ${session}${ceiling}`,
    },
    ...same,
  ]
}

const noDifference = (g: GroupImprovement): Reason => ({
  kind: 'inconclusive',
  text: `${effect(g)}: no difference; ${dropText(g)}`,
})

const effect = (g: GroupImprovement): string =>
  `${g.group}: ${g.now}/${g.attempts} = ${percent(g.now / g.attempts)} %, was ${g.before}/${g.attempts} = ${percent(g.before / g.attempts)} %, ${differenceText(g)}`

/** A group of one side alone was not compared: nothing is said to be better then. */
function missing(results: SuiteResults, baseline: SessionBaseline): readonly Reason[] {
  const now = outcomesOf(results)
  const names = (of: typeof now): readonly (readonly [string, string])[] =>
    Object.entries(of).flatMap(([suite, groups]) => Object.keys(groups).map((group) => [suite, group] as const))
  const reason = (group: string, where: string): Reason => ({
    kind: 'inconclusive',
    text: `${group}: not compared, ${where} had no such group`,
  })
  return [
    ...names(now)
      .filter(([suite, group]) => outcomesIn(baseline.outcomes, suite, group) === null)
      .map(([, group]) => reason(group, `session ${baseline.session}`)),
    ...names(baseline.outcomes)
      .filter(([suite, group]) => outcomesIn(now, suite, group) === null)
      .map(([, group]) => reason(group, 'this test')),
  ]
}
