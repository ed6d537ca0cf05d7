/** One group of a checkpoint against the first test: what it lost, how likely by chance, and what that is a reason for. */
import { countOf, type Count, type Counts } from './counts.ts'
import { chanceOfDrop, type Tries } from './difference.ts'
import type { Reason } from './reason.ts'
import { isBeyond, judgeRegression, pointsLost, smallestRegression, bothTests, triesOf } from './regression.ts'
import { percent } from './statistics.ts'

export interface GroupChange {
  readonly suite: string
  readonly group: string
  readonly first: Count | null
  readonly now: Count | null
  /** Of this checkpoint's test before this one; null: there was none, or it had no such group. */
  readonly earlier: Tries | null
  /**
   * Points that the rate of both tests of this checkpoint lost since the first test, negative when it won; null: one of
   * the two is not known.
   */
  readonly lost: number | null
  /** How often chance alone would lose as much or more; null as above. */
  readonly chance: number | null
  /** Of the rate, 0..1, that a checkpoint like this one shows with 80 % power; null: none, or nothing to compare with. */
  readonly smallestDrop: number | null
}

interface Compared {
  readonly baseline: Counts | null
  readonly earlier: Counts | null
  readonly tolerancePoints: number
}

/** The same group at the first test and at this checkpoint. */
export function groupChangeOf(
  suite: string,
  group: string,
  { baseline, earlier, tolerancePoints }: Compared,
  now: Count | null,
): GroupChange {
  const first = triesOf(baseline, suite, group)
  const before = triesOf(earlier, suite, group)
  const change = { suite, group, first: countOf(baseline ?? {}, suite, group), now, earlier: before }
  if (first === null || now === null || first.attempts === 0 || now.attempts === 0)
    return { ...change, lost: null, chance: null, smallestDrop: null }
  const all = bothTests({ earlier: before, now })
  return {
    ...change,
    lost: pointsLost(first, all),
    chance: chanceOfDrop(all, first),
    smallestDrop: smallestRegression(first, now.attempts, tolerancePoints),
  }
}

interface GroupTerms {
  readonly tolerance: number
  readonly sampleFloor: number
  readonly unseen: number
}

/** Too few attempts to meet a criterion are too few to call it a regression; what was not seen may have been anything. */
export function groupReason(c: GroupChange, { tolerance, sampleFloor, unseen }: GroupTerms): readonly Reason[] {
  const { group, first, now, earlier } = c
  if (first !== null && first.attempts > 0 && now === null)
    return [
      {
        kind: 'inconclusive',
        text: `${group}: ${first.successes}/${first.attempts} at the first test, now the plan has no such group`,
      },
    ]
  if (first === null || now === null || c.lost === null || now.attempts < sampleFloor) return []
  const judge = (successes: number) =>
    judgeRegression({ first, earlier, now: { attempts: now.attempts, successes }, tolerance })
  const [worst, best] = [judge(now.successes), judge(now.successes + unseen)]
  if (worst === 'none') return []
  if (best === 'shown')
    return [{ kind: 'failed', text: `${lossText(c)}: a regression of ${againstTolerance(c, tolerance)}` }]
  return [
    {
      kind: 'inconclusive',
      text:
        worst === best
          ? `${lossText(c)}: ${againstTolerance(c, tolerance)}, may be noise${earlier === null ? '' : ', and was lost again when it was tested once more'}`
          : `${lossText(c)}: ${againstTolerance(c, tolerance)}, and the retry of ${unseen} that failed could not be counted`,
    },
  ]
}

/** Lost beyond the tolerance in both tests together, and not again in the second: told beside the result. */
export function notedNoise(c: GroupChange, tolerance: number): readonly string[] {
  const { first, now, earlier, lost } = c
  return first !== null &&
    now !== null &&
    earlier !== null &&
    isBeyond(lost, tolerance) &&
    judgeRegression({ first, earlier, now, tolerance }) === 'none'
    ? [`${lossText(c)}: ${againstTolerance(c, tolerance)}, not lost again when it was tested once more`]
    : []
}

function lossText({ group, first, now, earlier }: GroupChange): string {
  if (first === null || now === null) return group
  const all = bothTests({ earlier, now })
  return `${group}: ${all.successes}/${all.attempts} = ${percent(all.successes / all.attempts)} % after retries${earlier === null ? '' : ' in both tests of this checkpoint'}, ${percent(first.successes / first.attempts)} % at the first test`
}

const againstTolerance = ({ lost, chance }: GroupChange, tolerance: number): string =>
  `${points(lost ?? 0)} points, tolerance ${tolerance}, by chance alone ${chanceText(chance ?? 1)}`

/** Never rounded to nothing. */
export const chanceText = (chance: number): string =>
  chance < 0.001 ? 'less than 0.1 %' : `${(Math.round(chance * 1000) / 10).toString()} %`

/** Rounded up, so that a loss beyond the tolerance never reads as the tolerance. */
export const points = (lost: number): string => (Math.ceil(lost * 100 - 1e-6) / 100).toString()
