/** Attempts that a plan is limited to: ordered pairs by suite, and how a suite's plan half is limited to them. */
import type { Pair } from '../evidence.ts'
import type { Reason } from '../reason.ts'
import { every, fields, list, name, oneOf, orNull, text, type Check } from '../shape.ts'
import type { Targets } from './connectivity/config.ts'
import type { OnlyPairs } from './selected-pairs.ts'
import { counts } from './sample.ts'
import { resultsOf, type SuiteId, type SuiteResults } from './suite.ts'

/** Null as a pair: the whole suite, whose subjects are no pairs. */
export interface SelectedAttempt {
  readonly suite: SuiteId
  readonly pair: Pair | null
}

export interface Selection {
  /** Whose plan and binary these are. */
  readonly session: string
  readonly attempts: readonly SelectedAttempt[]
}

/** `ids`: the suites that are known here. */
export const selectionShape = (ids: readonly SuiteId[]): Check =>
  every<Selection>({
    session: text,
    attempts: list(
      every<SelectedAttempt>({ suite: oneOf(...ids), pair: orNull(fields({ from: name, to: name })) }),
      10_000,
    ),
  })

/** Of one suite; null: nothing of it is selected. */
export function onlyOf(selection: Selection | null, suite: SuiteId): { readonly only?: readonly Pair[] } | null {
  if (selection === null) return {}
  const own = selection.attempts.filter((a) => a.suite === suite)
  if (own.length === 0) return null
  const pairs = own.flatMap(({ pair }) => pair ?? [])
  return pairs.length === 0 ? {} : { only: pairs }
}

/** Each selected pair is tried, once, and has to come through. */
export const targetsFor = (targets: Targets, only: OnlyPairs): Targets =>
  only === undefined
    ? targets
    : { direct: 100, natTraversed: 100, relay: 100, sampleFloor: 1, coverage: 100, strict: false }

/** What failed and was not recovered, each once: the pair, or the suite where a sample is of no pair. */
export function failedOf(results: SuiteResults): readonly SelectedAttempt[] {
  const all = resultsOf(results).flatMap(({ suite, samples }) =>
    samples
      .filter((s) => s.outcome === 'failed' && s.recovered !== true)
      .map(({ subject }) => ({ suite, pair: subject.kind === 'pair' ? subject.pair : null })),
  )
  return [...new Map(all.map((a) => [JSON.stringify([a.suite, a.pair?.from, a.pair?.to]), a])).values()]
}

/** Read back by a shell and by us as it stands; another name is given in no command. */
const plainName = /^[A-Za-z0-9][\w.-]*$/

/** The command that repeats one pair alone; null where its names cannot stand in one. `several`: suites in the plan. */
export function repeatCommand(session: string, { suite, pair }: SelectedAttempt, several: boolean): string | null {
  if (pair === null || ![session, pair.from, pair.to].every((n) => plainName.test(n))) return null
  return `vps-test test --session ${session} --pair ${pair.from}:${pair.to}${several ? `:${suite}` : ''}`
}

/** What a run of a few attempts is worth: never a pass of the whole. */
export function selectionReason(selection: Selection, results: SuiteResults): Reason {
  const counted = resultsOf(results)
    .flatMap((r) => r.samples)
    .filter(counts)
  const well = counted.filter((s) => s.outcome === 'success').length
  return {
    kind: 'inconclusive',
    text: `only ${selectionText(selection)} of session ${selection.session} ${selection.attempts.length === 1 ? 'was' : 'were'} repeated (${well} of ${counted.length} counted attempts succeeded): this is no whole test`,
  }
}

/** `2 pairs and suite gossip`. */
export function selectionText({ attempts }: Selection): string {
  const pairs = attempts.filter((a) => a.pair !== null).length
  const whole = attempts.filter((a) => a.pair === null).map((a) => `suite ${a.suite}`)
  return [...(pairs === 0 ? [] : [pairs === 1 ? '1 pair' : `${pairs} pairs`]), ...whole].join(' and ')
}
