/**
 * Observed connections in action: all peers are started afresh at one moment, counters from zero, and read until the
 * window ends.
 */
import type { Watched } from '../commands/processes.ts'
import { notRead, thereIs, type Read } from '../domain/evidence.ts'
import { peersOf, type NodeName } from '../domain/fleet.ts'
import { observedPairs, windowsFor } from '../domain/suites/observed/pairs.ts'
import { windowToRepeat } from '../domain/suites/observed/unseen.ts'
import type { WindowLook, ObservedWindow, ObservedWork } from '../domain/suites/observed/window.ts'
import { onEachNode } from '../instruments/per-node.ts'
import { provenProcess } from '../instruments/process.ts'
import { readBox, readNode, resetWitnesses } from '../instruments/witness.ts'
import { readingOf } from './node-reading.ts'
import type { Bench, Runner, StoreItem } from './bench.ts'
import { askRegistry, newReports, readLogs } from './observed-claims.ts'
import { startAll, stopAll } from './restart.ts'

type Marks = Pick<ObservedWindow, 'retry' | 'repeats'>

export const observed: Runner<'observed'> = {
  /** How many windows follows from what the NATs were measured to be. */
  async run(bench, work, keep) {
    const peers = peersOf(bench.world.fleet).filter((n) => bench.nodes.includes(n.name))
    const windows = windowsFor(observedPairs(peers, bench.measurements, work.only), work.targets.sampleFloor)
    const names = peers.map((n) => n.name)
    const all: ObservedWindow[] = []
    bench.world.log.info(`test: ${windows} windows of ${work.window.looks.at(-1) ?? 0} s on ${names.length} nodes`)
    while (all.length < windows) all.push(await runWindow(bench, work, names, all.length + 1, {}, keep))
    for (;;) {
      const again = windowToRepeat(all, work.window.looks.length)
      if (again === null) return
      bench.world.log.info(`test: window ${again.id} could not be seen in full and is repeated`)
      all.push(await runWindow(bench, work, names, all.length + 1, { repeats: again.id }, keep))
    }
  },

  /** One window shows every pair that failed. */
  async again(bench, work, failed, before, keep) {
    if (failed.length === 0) return
    const names = peersOf(bench.world.fleet)
      .map((n) => n.name)
      .filter((n) => bench.nodes.includes(n))
    bench.world.log.info(`test: ${failed.length} pairs failed and are watched in one more window`)
    await runWindow(bench, work, names, before.length + 1, { retry: true }, keep)
  },

  /** Nobody can be told to dial: both are watched as they are, and nothing is started afresh. */
  async forCapture({ world }, { window }, _pair, { during }) {
    const ended = await during()
    await world.clock.sleep(Math.min(window.looks.at(-1) ?? 0, longestWatch) * 1000, world.signal)
    await ended()
    return null
  },
}

/** Seconds of a capture without a dial. */
const longestWatch = 15

async function runWindow(
  bench: Bench,
  work: ObservedWork,
  names: readonly NodeName[],
  window: number,
  marks: Marks,
  keep: StoreItem<'observed'>,
): Promise<ObservedWindow> {
  const { world, plan, test, subjects } = bench
  const unit = plan.config.deploy.serviceName
  const ids = await onEachNode(
    names,
    world.signal,
    async (n) => (await provenProcess(world, n, unit)).proof?.pid ?? null,
  )
  const known = await askRegistry(bench, work.claims)
  await stopAll(bench, names)
  let startedAt: number
  let uncleared: ReadonlyMap<NodeName, string> = new Map()
  try {
    // What a NAT still remembers of the window before would let this one's packets in.
    await world.clock.sleep(work.cooloffSeconds * 1000, world.signal)
    uncleared = await resetWitnesses(world, names)
    uncleared.forEach((text, node) => world.log.warn(`${node}: no packet witness: ${text}`))
  } finally {
    startedAt = world.clock.now()
    await startAll(bench, names)
  }
  const starts = await provenStarts(bench, names, work.servicePort)
  const looks: WindowLook[] = []
  for (const seconds of work.window.looks) {
    await world.clock.sleep(Math.max(0, startedAt + seconds * 1000 - world.clock.now()), world.signal)
    looks.push(await look(bench, names, startedAt, uncleared))
  }
  const [log, asked] = await Promise.all([readLogs(bench, names, work.claims), askRegistry(bench, work.claims)])
  const whole: ObservedWindow = {
    id: `${test}.${window}`,
    window,
    startedAt,
    endedAt: world.clock.now(),
    ...marks,
    before: Object.fromEntries(names.map((n) => [n, ids.done.get(n) ?? null])),
    starts,
    peerIds: Object.fromEntries([...subjects.peerIds].filter(([n]) => names.includes(n))),
    looks,
    reports: newReports(known.reports, asked.reports),
    log,
    figures: asked.figures,
    registry: asked.registry,
    unanswered: [...new Map([...known.unanswered, ...asked.unanswered].map((u) => [u.path, u])).values()],
  }
  await keep(whole)
  world.log.progress(
    'windows',
    `window ${window}: ${looks.length} looks, ${((whole.endedAt - startedAt) / 1000).toFixed(1)} s`,
  )
  return whole
}

/** Milliseconds in which a process that was started must be there with its port. */
const startMs = 10_000

async function provenStarts(
  { world, plan }: Bench,
  names: readonly NodeName[],
  port: number,
): Promise<ObservedWindow['starts']> {
  const until = world.clock.now() + startMs
  const unit = plan.config.deploy.serviceName
  const proven = await onEachNode(names, world.signal, async (name): Promise<ObservedWindow['starts'][NodeName]> => {
    for (;;) {
      const { proof, state } = await provenProcess(world, name, unit)
      const bound = proof?.udpPorts.some((p) => port === 0 || p === port) === true
      if (proof !== null && (bound || world.clock.now() >= until)) return thereIs(proof)
      if (world.clock.now() >= until) return notRead(`its unit is ${state}`)
      await world.clock.sleep(200, world.signal)
    }
  })
  return Object.fromEntries(
    names.map((n): readonly [NodeName, Read<never> | ObservedWindow['starts'][NodeName]] => [
      n,
      proven.done.get(n) ?? notRead(proven.failed.get(n)?.message ?? 'it was not asked'),
    ]),
  )
}

async function look(
  bench: Bench,
  names: readonly NodeName[],
  startedAt: number,
  uncleared: ReadonlyMap<NodeName, string>,
): Promise<WindowLook> {
  const { world } = bench
  const [looks, boxes] = await Promise.all([
    onEachNode(names, world.signal, (name) => readNode(world, name, null, watchedOn(bench, name), 'count-on')),
    onEachNode(names, world.signal, (name) => readBox(world, name, 'count-on')),
  ])
  return {
    atMs: world.clock.now() - startedAt,
    readings: Object.fromEntries(names.map((name) => [name, readingOf(name, looks, boxes, uncleared)])),
  }
}

const watchedOn = ({ plan, subjects }: Bench, name: NodeName): Watched => ({
  unit: plan.config.deploy.serviceName,
  port: subjects.ports.get(name) ?? plan.profile.servicePort,
})
