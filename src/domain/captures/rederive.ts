/** What captures say twice: pairs of the plan, each once; dials that follow from the test's seed; ends of their own pair. */
import type { BundleHead } from '../bundle.ts'
import { canonical } from '../canonical.ts'
import type { RederiveContext } from '../rederive/context.ts'
import { rederiveRounds } from '../suites/connectivity/rederive.ts'
import { captureSeries } from '../suites/connectivity/series.ts'
import { pairKey } from '../suites/connectivity/timetable.ts'
import { mostCaptures, type PairCapture } from './capture.ts'
import { capturePeers, type Addressed } from './peers.ts'

export function captureFaults({ captures, plan, preflight }: BundleHead, on: RederiveContext): readonly string[] {
  const dialled = captures.flatMap(({ pair, round }) => (round === null ? [] : [{ pair, round }]))
  const rounds = rederiveRounds(
    on,
    dialled.map(({ pair }) => [pair]),
    captureSeries,
  )
  const addressed: Addressed = { ...on, preflight }
  return [
    ...(plan.config.tests.capture || captures.length === 0 ? [] : ['the plan wants no captures']),
    ...(captures.length <= mostCaptures ? [] : [`${captures.length} pairs are captured; ${mostCaptures} are allowed`]),
    ...(new Set(captures.map((c) => pairKey(c.pair))).size === captures.length ? [] : ['a pair stands twice']),
    ...captures.flatMap((c) => endsFaults(c, addressed).map((f) => `${pairKey(c.pair)}: ${f}`)),
    ...dialled.flatMap(({ round }) => rounds.add(round)),
    ...rounds.end(),
  ]
}

function endsFaults(
  { pair, ends: [caller, callee], startedAt, endedAt }: PairCapture,
  on: Addressed,
): readonly string[] {
  const strangers = [pair.from, pair.to].filter((n) => !on.there.includes(n))
  const [ofCaller, ofCallee] = capturePeers(pair, on)
  const right =
    pair.from !== pair.to &&
    canonical([caller.node, caller.peers, callee.node, callee.peers]) ===
      canonical([pair.from, ofCaller, pair.to, ofCallee])
  return [
    ...strangers.map((n) => `${n} was not tested`),
    ...(right ? [] : ['its ends are not those of the pair']),
    ...(startedAt <= endedAt ? [] : ['it ends before it begins']),
  ]
}
