/** Tries failing pairs once more, one after the other, with a capture at both ends: for people, and for no verdict. */
import type { PairCapture } from '../../domain/captures/capture.ts'
import { pairsToCapture, type CaptureWish } from '../../domain/captures/chosen.ts'
import { capturePeers } from '../../domain/captures/peers.ts'
import { notRead, type RoundEvidence } from '../../domain/evidence.ts'
import type { PartOf, SuiteId } from '../../domain/suites/suite.ts'
import { resultsOf } from '../../domain/suites/suite.ts'
import { messageOf } from '../../domain/text.ts'
import type { Verdict } from '../../domain/verdict.ts'
import { startCapture, type RunningCapture } from '../../instruments/capture.ts'
import type { CaptureDial } from '../../suites/bench.ts'
import { runners } from '../../suites/runners.ts'
import type { OpenBench } from './open-bench.ts'

/** Longer than any dial; whatever becomes of us, it ends by then. */
const longestSeconds = 300

/** `metBy`: our clock when the last suite had ended. */
export async function captureFailures(
  open: OpenBench,
  { result, suites }: Pick<Verdict, 'result' | 'suites'>,
  metBy: number,
): Promise<readonly PairCapture[]> {
  const { world, plan, nodes } = open.bench
  if (!plan.config.tests.capture) return []
  const wishes = pairsToCapture(result, resultsOf(suites), (id) => runners[id].forCapture !== undefined).filter(
    ({ pair }) => nodes.includes(pair.from) && nodes.includes(pair.to),
  )
  if (wishes.length > 0)
    world.log.info(`test: ${wishes.length} failing pairs once more, with their packets' headers kept`)
  const all: PairCapture[] = []
  for (const wish of wishes) {
    const before = all.flatMap((c) => (c.round === null ? [] : [c.round]))
    all.push(await captureOne(open, wish, before, metBy))
    world.log.progress('captures', `capture ${all.length}/${wishes.length}`)
  }
  return all
}

/** What goes wrong here is told and costs nothing: all that counts was seen before. */
async function captureOne(
  { bench, preflight }: OpenBench,
  { suite, pair }: CaptureWish,
  before: readonly RoundEvidence[],
  metBy: number,
): Promise<PairCapture> {
  const { world, plan } = bench
  const peers = capturePeers(pair, {
    fleet: world.fleet,
    there: bench.nodes,
    measurements: bench.measurements,
    preflight,
  })
  const startedAt = world.clock.now()
  let running: RunningCapture | null = null
  let ends: PairCapture['ends'] | null = null
  let [round, why] = [null as RoundEvidence | null, 'nothing was captured']
  const during = async (): Promise<() => Promise<void>> => {
    const capture = await startCapture(world, pair, { prober: bench.prober, peers, seconds: longestSeconds })
    running = capture
    return async () => {
      ends = await capture.end()
    }
  }
  try {
    const part = plan.suites.find((p) => p.suite === suite)
    if (part !== undefined) round = await tryOne(bench, part, pair, { during, before, metBy })
  } catch (error) {
    world.signal.throwIfAborted()
    why = messageOf(error)
    world.log.warn(`${pair.from} → ${pair.to}: no capture: ${why}`)
  } finally {
    stopped(running)
  }
  const seen = notRead(why)
  return {
    suite,
    pair,
    startedAt,
    endedAt: world.clock.now(),
    round,
    ends: ends ?? [
      { node: pair.from, peers: peers[0], seen },
      { node: pair.to, peers: peers[1], seen },
    ],
  }
}

const stopped = (running: RunningCapture | null): void => running?.stop()

async function tryOne<Id extends SuiteId>(
  bench: OpenBench['bench'],
  part: PartOf<Id>,
  pair: CaptureWish['pair'],
  dial: CaptureDial,
): Promise<RoundEvidence | null> {
  return (await runners[part.suite].forCapture?.(bench, part.work, pair, dial)) ?? null
}
