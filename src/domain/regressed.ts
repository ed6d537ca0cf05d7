/** What a soak checkpoint lost, as data: groups with intervals, the pairs that made them, nodes, and what may be noise. */
import type { CheckpointResult } from './checkpoint.ts'
import { independentDifference, quantileOf } from './difference.ts'
import { isTest, type Entry } from './events/entry.ts'
import { outcomesIn, outcomesOf, type Outcomes } from './outcomes.ts'
import { mostRegressed as most, type Regressed } from './regressed-schema.ts'
import { bothTests, isBeyond, judgeRegression } from './regression.ts'
import { percent } from './statistics.ts'
import type { SuiteResults } from './suites/suite.ts'
import { amount } from './text.ts'

interface Judged {
  readonly result: 'passed' | 'failed' | 'inconclusive'
  readonly reasons: readonly { readonly kind: string; readonly text: string }[]
  readonly suites: SuiteResults
  readonly checkpoint?: CheckpointResult
}

/** Null: it is no checkpoint, or nothing is wrong with it. */
export function regressedOf(verdict: Judged, entries: readonly Entry[]): Regressed | null {
  const { checkpoint, reasons, suites } = verdict
  if (checkpoint === undefined || verdict.result === 'passed') return null
  const before = firstOutcomes(entries)
  const now = outcomesOf(suites)
  const groups = checkpoint.groups.flatMap((c) => {
    if (c.first === null || c.now === null || !isBeyond(c.lost, checkpoint.tolerancePoints)) return []
    const all = bothTests({ earlier: c.earlier, now: c.now })
    const { low, high } = independentDifference(all, c.first, quantileOf(0.95))
    const subjects = subjectsOf(before, now, c.suite, c.group)
    return [
      {
        suite: c.suite,
        group: c.group,
        first: { attempts: c.first.attempts, successes: c.first.successes },
        now: { attempts: all.attempts, successes: all.successes },
        low,
        high,
        chance: c.chance ?? 1,
        judged: judgeRegression({
          first: c.first,
          earlier: c.earlier,
          now: c.now,
          tolerance: checkpoint.tolerancePoints,
        }),
        lost: subjects.lost.slice(0, most.subjects).map((s) => s.slice(0, 600)),
        lostInAll: subjects.lost.length,
        failedInBoth: subjects.both,
      },
    ]
  })
  const decided = reasons
    .filter((r) => r.kind === verdict.result || r.kind === 'failed')
    .map((r) => r.text.slice(0, 600))
  const names = new Set([...checkpoint.continuity.map((c) => c.node), ...(checkpoint.watch ?? []).map((w) => w.node)])
  const isNode = (text: string): boolean => names.has(text.slice(0, text.indexOf(': ')))
  const isGroup = (text: string): boolean => groups.some((g) => text.startsWith(`${g.group}: `))
  return {
    groups: groups.slice(0, most.rows),
    nodes: decided.filter(isNode).slice(0, most.rows),
    others: decided.filter((t) => !isNode(t) && !isGroup(t)).slice(0, most.rows),
  }
}

/** Of the first test that passed on this deployment. */
const firstOutcomes = (entries: readonly Entry[]): Outcomes | null =>
  entries
    .slice(entries.findLastIndex((e) => e.from === 'DEPLOY') + 1)
    .filter(isTest)
    .find((e) => e.event === 'passed')?.facts.outcomes ?? null

/** A subject failed where one of its attempts that count did. */
function subjectsOf(before: Outcomes | null, now: Outcomes, suite: string, group: string) {
  const first = before === null ? null : outcomesIn(before, suite, group)
  const failed = Object.entries(outcomesIn(now, suite, group) ?? {})
    .filter(([, letters]) => letters.includes('0'))
    .map(([subject]) => subject)
  const failedThen = (s: string): boolean => first !== null && Object.hasOwn(first, s) && (first[s] ?? '').includes('0')
  return { lost: failed.filter((s) => !failedThen(s)), both: failed.filter(failedThen).length }
}

/** In one line, the heaviest first; noise is called noise. */
export function regressedText({ groups, nodes, others }: Regressed): string {
  const of = (g: Regressed['groups'][number]): string =>
    `${g.group} ${rate(g.first)} → ${rate(g.now)} (${pointsText(g.low)} to ${pointsText(g.high)} points${g.judged === 'shown' ? '' : ', may be noise'}${
      g.lostInAll === 0
        ? ''
        : `; ${g.lost.slice(0, 3).join(', ')}${g.lostInAll > 3 ? ` and ${g.lostInAll - 3} more` : ''}`
    })`
  const shown = groups.filter((g) => g.judged === 'shown')
  const noise = groups.filter((g) => g.judged !== 'shown')
  const told = [...shown.map(of), ...nodes, ...others, ...noise.map(of)]
  const rest = told.length - 4
  return told.length === 0
    ? 'no reason was recorded'
    : `${told.slice(0, 4).join('; ')}${rest > 0 ? `; ${amount(rest, 'reason')} more` : ''}`
}

const rate = ({ successes, attempts }: Regressed['groups'][number]['now']): string =>
  attempts === 0 ? '–' : `${percent(successes / attempts)} %`

/** Of a change of a rate, -1..1. */
export const pointsText = (change: number): string => (Math.round(change * 1000) / 10).toString().replace('-', '−')

/** A full loop after a regression, as the ledger tells it. */
export interface RestartStory {
  readonly loop: number
  readonly budget: number
  readonly at: number
  readonly checkpoint: string | null
  readonly regressed: Regressed | null
  readonly folder: string | null
  readonly evidenceRoot: string | null
}

export const restartsOf = (entries: readonly Entry[]): readonly RestartStory[] =>
  entries.flatMap((e, i) => {
    if (e.event !== 'restart') return []
    const test = entries.slice(0, i).filter(isTest).at(-1)
    return [
      {
        loop: e.facts.loop,
        budget: e.facts.budget,
        at: e.at,
        checkpoint: test?.facts.checkpoint?.name ?? null,
        regressed: test?.facts.regressed ?? null,
        folder: test?.facts.folder ?? null,
        evidenceRoot: test?.facts.evidenceRoot ?? null,
      },
    ]
  })
