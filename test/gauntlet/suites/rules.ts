/** What no attack on a suite may come to: a planted fault that is not named, or a network's that the program is blamed for. */
import { verdict, type Verdict } from '../../../src/domain/verdict.ts'
import { resultsOf } from '../../../src/domain/suites/suite.ts'
import type { SuiteAttack, SuiteLie } from './attack.ts'

export interface SuiteOutcome {
  readonly verdict: Verdict['result']
  /** The first of the verdict's reasons. */
  readonly named: string
  readonly wrong: readonly string[]
}

export function outcomeOfLie({ group, run }: SuiteLie): SuiteOutcome {
  const v = verdict(run())
  const failures = v.reasons.filter((r) => r.kind === 'failed').map((r) => r.text)
  const unnamed = failures.filter((text) => !text.startsWith(`${group}: `))
  return {
    verdict: v.result,
    named: v.reasons[0]?.text ?? '',
    wrong: [
      ...(v.result === 'failed' ? [] : [`${v.result}, and ${group} was lied to`]),
      ...(failures.length === unnamed.length ? [`${group} is not named`] : []),
      ...unnamed.map((text) => `an honest part is blamed: ${text}`),
    ],
  }
}

export function outcomeOfDisturbance({ run }: SuiteAttack): SuiteOutcome {
  const v = verdict(run())
  const failed = resultsOf(v.suites)
    .flatMap((r) => r.samples)
    .filter((s) => s.outcome === 'failed')
  return {
    verdict: v.result,
    named: v.reasons[0]?.text ?? '',
    wrong: [
      ...(v.result === 'failed' ? ['failed, and the program was honest'] : []),
      ...failed.slice(0, 3).map((s) => `an honest program is blamed: ${s.sentence}`),
    ],
  }
}
