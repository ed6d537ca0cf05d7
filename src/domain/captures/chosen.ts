/** Which failing pairs are tried once more with a capture: of each way to fail one, then the others in order. */
import type { Pair } from '../evidence.ts'
import type { Sample } from '../suites/sample.ts'
import type { AnyResult, SuiteId } from '../suites/suite.ts'
import { mostCaptures } from './capture.ts'

export interface CaptureWish {
  readonly suite: SuiteId
  readonly pair: Pair
}

interface Failing extends CaptureWish {
  readonly way: string
}

/**
 * `able`: suites that can try a pair again outside of their own evidence. None unless the test failed: after another
 * result the program runs on, and what a dial of ours did to it would be held against it at the next checkpoint.
 */
export function pairsToCapture(
  result: 'passed' | 'failed' | 'inconclusive',
  results: readonly Pick<AnyResult, 'suite' | 'samples'>[],
  able: (suite: SuiteId) => boolean,
): readonly CaptureWish[] {
  if (result !== 'failed') return []
  const failing = results
    .filter((r) => able(r.suite))
    .flatMap(({ suite, samples }) => samples.flatMap((s): readonly Failing[] => failingOf(suite, s)))
  // The same two nodes in the same order show the same, whatever suite they failed in.
  const pairs = firstsBy(failing, (f) => JSON.stringify([f.pair.from, f.pair.to]))
  const firstOfItsWay = firstsBy(pairs, (f) => f.way)
  const rest = pairs.filter((f) => !firstOfItsWay.includes(f))
  return [...firstOfItsWay, ...rest].slice(0, mostCaptures).map(({ suite, pair }) => ({ suite, pair }))
}

const firstsBy = <T>(all: readonly T[], keyOf: (one: T) => string): readonly T[] => {
  const seen = new Set<string>()
  return all.filter((one) => !seen.has(keyOf(one)) && seen.add(keyOf(one)))
}

const failingOf = (suite: SuiteId, { outcome, subject, group, sentence }: Sample): readonly Failing[] =>
  outcome === 'failed' && subject.kind === 'pair'
    ? [{ suite, pair: subject.pair, way: JSON.stringify([suite, group, wayOf(sentence, subject.pair)]) }]
    : []

/** The sentence without what differs from pair to pair: names, numbers, addresses. */
const wayOf = (sentence: string, { from, to }: Pair): string =>
  sentence
    .split(/[\s:,;()]+/)
    .map((word) => (word === from || word === to ? '·' : /\d/.test(word) ? '#' : word))
    .join(' ')
