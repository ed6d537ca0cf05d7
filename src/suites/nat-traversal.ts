/** NAT traversal in action: each order of dialling after the other, and NATs that forget in between. */
import { forgetMappings } from '../commands/nat-mappings.ts'
import { notRead, thereIs, type RoundEvidence } from '../domain/evidence.ts'
import type { NodeName } from '../domain/fleet.ts'
import { pairsToRetry } from '../domain/suites/connectivity/retry.ts'
import { natRounds } from '../domain/suites/nat-traversal/rounds.ts'
import {
  natSeries,
  reboundGroup,
  restedGroup,
  type Forgotten,
  type NatOrder,
  type NatRound,
  type NatTraversalWork,
} from '../domain/suites/nat-traversal/work.ts'
import { onEachNode } from '../instruments/per-node.ts'
import { boxOn } from '../instruments/witness.ts'
import { presentOn, type Bench, type Runner, type StoreItem } from './bench.ts'
import { dialForCapture } from './capture-dial.ts'
import { dialRounds, retryPairs } from './repeat-unseen.ts'
import { runRounds, type Rounds, type RoundsWish } from './rounds.ts'

export const natTraversal: Runner<'nat-traversal'> = {
  async run(bench, work, keep) {
    const before: NatRound[] = []
    for (const { order, rounds } of natRounds(bench.world.fleet, presentOn(bench), bench.measurements, work)) {
      bench.world.log.info(`test: NAT traversal, ${order}`)
      await inOrder({ bench, work, before, order }, rounds, keep)
    }
  },

  async again(bench, work, failed, before, keep) {
    const all = [...before]
    for (const [order, group] of [
      ['rebound', reboundGroup],
      ['rested', restedGroup],
    ] as const) {
      const pairs = pairsToRetry(failed.filter((s) => s.group === group))
      await inOrder(
        { bench, work, before: all, order, retry: true },
        pairs.map((pair) => [pair]),
        keep,
      )
    }
    const plain = failed.filter((s) => s.order === 'in-turn' || s.order === 'simultaneous')
    await retryPairs(bench, wish(work, all), pairsToRetry(plain), all, asItem(all, 'in-turn', [], keep))
  },

  forCapture: dialForCapture,
}

interface Phase {
  readonly bench: Bench
  readonly work: NatTraversalWork
  /** Grows by each round. */
  readonly before: NatRound[]
  readonly order: NatOrder
  readonly retry?: true
}

async function inOrder(
  { bench, work, before, order, retry }: Phase,
  rounds: Rounds,
  keep: StoreItem<'nat-traversal'>,
): Promise<void> {
  const own: RoundsWish = { ...wish(work, [...before]), ...(retry === undefined ? {} : { retry }) }
  if (order === 'in-turn' || order === 'simultaneous')
    return dialRounds(bench, own, rounds, asItem(before, order, [], keep))
  // A mapping is fresh once: whatever could not be seen is not dialled again as if it were.
  if (order === 'rested' && rounds.length > 0) await rest(bench, work.restSeconds)
  for (const round of rounds) {
    const forgotten =
      order === 'rebound'
        ? await forget(
            bench,
            round.map((p) => p.to),
            work.settleSeconds,
          )
        : []
    await runRounds(bench, { ...own, before: [...before] }, [round], asItem(before, order, forgotten, keep))
  }
}

const wish = ({ cooloffSeconds, timeoutSeconds }: NatTraversalWork, before: readonly RoundEvidence[]): RoundsWish => ({
  cooloffSeconds,
  timeoutSeconds,
  series: natSeries,
  before,
})

const asItem =
  (before: NatRound[], order: NatOrder, forgotten: readonly Forgotten[], keep: StoreItem<'nat-traversal'>) =>
  async (round: RoundEvidence): Promise<void> => {
    const item = { ...round, order, forgotten }
    before.push(item)
    await keep(item)
  }

async function rest({ world }: Bench, seconds: number): Promise<void> {
  world.log.info(`test: nobody is dialled for ${seconds} s, longer than a NAT keeps an unused mapping`)
  await world.clock.sleep(seconds * 1000, world.signal)
}

/** Then the program has some time to be found again. */
async function forget(
  { world, plan, subjects }: Bench,
  nodes: readonly NodeName[],
  settleSeconds: number,
): Promise<readonly Forgotten[]> {
  const options = { timeoutMs: 20_000, signal: world.signal }
  const asked = await onEachNode(nodes, world.signal, async (name) => {
    const node = world.fleet.nodes.find((n) => n.name === name)
    const box = node === undefined ? null : await boxOn(world, node)
    if (box === null) return notRead('nothing says where its NAT is')
    const port = subjects.ports.get(name) ?? plan.profile.servicePort
    if (port === 0) return notRead('which port its service has is not known')
    const { code, stdout, stderr } = await box.remote.run(box.wrap(forgetMappings(port)), options)
    const removed = /^\d+$/.test(stdout.trim()) ? Number(stdout) : null
    return removed === null
      ? notRead(stderr.trim().slice(0, 200) || `conntrack ended with ${String(code)}`)
      : thereIs(removed)
  })
  world.log.info(`test: the NATs of ${nodes.join(', ')} have forgotten; ${settleSeconds} s to be found again`)
  await world.clock.sleep(settleSeconds * 1000, world.signal)
  return nodes.map((node) => ({
    node,
    removed: asked.done.get(node) ?? notRead(asked.failed.get(node)?.message ?? 'it was not asked'),
  }))
}
