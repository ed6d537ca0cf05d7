/** Survival in action: connections are opened at a first test; at a checkpoint each must carry a fresh payload still. */
import { endKeptConnections, writeKeptNote } from '../commands/kept-connection.ts'
import { markOf } from '../domain/continuity.ts'
import { notRead, type Attempt, type Pair, type RoundEvidence } from '../domain/evidence.ts'
import { Failure } from '../domain/failure.ts'
import { objectIn } from '../domain/json-path.ts'
import { fillTemplate } from '../domain/program.ts'
import { isDialect } from '../domain/profile.ts'
import { pairKey } from '../domain/suites/connectivity/timetable.ts'
import { farEndOf } from '../domain/suites/survival/far-end.ts'
import { keptRoundsOf, survivalSeries } from '../domain/suites/survival/suite.ts'
import type { SurvivalUse } from '../domain/suites/survival/use.ts'
import type { KeptItem, KeptNote, SurvivalWork } from '../domain/suites/survival/work.ts'
import { onEachNode } from '../instruments/per-node.ts'
import type { Bench, Runner, StoreItem } from './bench.ts'
import { dialectReaders } from './dialects/dialects.ts'
import type { DialResult, Driver } from './drivers/driver.ts'
import { instruct } from './instruct.ts'
import { runRounds } from './rounds.ts'
import { leaseOn, lookOn, startOn } from './survival/connection.ts'

export const survival: Runner<'survival'> = {
  async run(bench, work, keep) {
    const use = bench.plan.profile.survival
    if (use === null) return
    const rounds = keptRoundsOf(work, bench.nodes)
    const pairs = rounds.flat()
    const { log } = bench.world
    if (bench.checkpoint) {
      log.info(`test: ${pairs.length} kept connections are looked at`)
      await check(bench, work, use, rounds, keep)
    } else {
      log.info(`test: ${pairs.length} connections are opened and kept`)
      await open(bench, work, use, rounds, keep)
    }
  },

  /** Dialling again would be another connection. */
  again: () => Promise.resolve(),
}

type Rounds = readonly (readonly Pair[])[]
type Keep = StoreItem<'survival'>

async function open(bench: Bench, work: SurvivalWork, use: SurvivalUse, rounds: Rounds, keep: Keep): Promise<void> {
  const { world } = bench
  const pairs = rounds.flat()
  const service = bench.plan.config.deploy.serviceName
  const options = { timeoutMs: 30_000, signal: world.signal }
  const callers = [...new Set(pairs.map((p) => p.from))]
  const ended = await onEachNode(callers, world.signal, async (name) =>
    (await world.remote(name)).run(endKeptConnections(leaseOn(bench, name)), options),
  )
  ended.failed.forEach((f, n) => world.log.warn(`${n}: old connections were not ended: ${f.message}`))
  const done = await deliveries(bench, work, driverFor(bench, work, use, true), rounds, new Map(), keep)
  for (const { attempt, round } of done) {
    const { pair } = attempt
    const look = await lookOn(bench, pair)
    const connection = connectionIn(attempt, use)
    await keep(itemOf(bench, pair, 'opened', look.process, { kind: 'absent' }, connection, attempt.startedAt))
    const { process } = look
    if (process.kind !== 'there' || process.value.kind !== 'running' || attempt.claim.success !== true) continue
    const { pid, startTicks, bootId } = process.value
    const callee = bench.before.find((p) => p.node === pair.to)
    const note: KeptNote = {
      did: 'opened',
      session: world.tables.session,
      at: attempt.endedAt,
      connection,
      localPort: attempt.localPort,
      remote: farEndOf(round.readings[pair.from], attempt.localPort),
      pid,
      startTicks,
      bootId,
      callee: callee === undefined ? null : markOf(callee),
    }
    await (await world.remote(pair.from)).run(writeKeptNote(service, pair.to, note), options)
  }
}

async function check(bench: Bench, work: SurvivalWork, use: SurvivalUse, rounds: Rounds, keep: Keep): Promise<void> {
  const { world, plan } = bench
  const pairs = rounds.flat()
  const looks = new Map(
    await Promise.all(pairs.map(async (pair) => [pairKey(pair), await lookOn(bench, pair)] as const)),
  )
  const openedOf = (pair: Pair): KeptNote | undefined => {
    const notes = looks.get(pairKey(pair))?.notes
    return notes?.kind === 'there' ? notes.value.find((n) => n.did === 'opened') : undefined
  }
  const ports = new Map(
    pairs.flatMap((p) => {
      const opened = openedOf(p)
      return opened === undefined ? [] : [[pairKey(p), opened.localPort] as const]
    }),
  )
  const done = await deliveries(bench, work, driverFor(bench, work, use, false), rounds, ports, keep)
  for (const { attempt, round } of done) {
    const { pair } = attempt
    const look = looks.get(pairKey(pair))
    const connection = connectionIn(attempt, use)
    const process = look?.process ?? notRead('it was not looked at')
    await keep(
      itemOf(bench, pair, 'kept', process, look?.notes ?? notRead('it was not asked'), connection, attempt.startedAt),
    )
    const opened = openedOf(pair)
    if (opened === undefined || attempt.claim.success !== true) continue
    const remote = farEndOf(round.readings[pair.from], attempt.localPort)
    const note: KeptNote = { ...opened, did: 'alive', at: attempt.endedAt, connection, remote }
    await (
      await world.remote(pair.from)
    ).run(writeKeptNote(plan.config.deploy.serviceName, pair.to, note), {
      timeoutMs: 30_000,
      signal: world.signal,
    })
  }
}

interface Delivered {
  readonly attempt: Attempt
  readonly round: RoundEvidence
}

/** As rounds of dials are: with the receiver's record, the payload that it keeps, and the counters of both ends. */
async function deliveries(
  bench: Bench,
  { timeoutSeconds }: SurvivalWork,
  driver: Driver,
  rounds: Rounds,
  ports: ReadonlyMap<string, number>,
  keep: Keep,
): Promise<readonly Delivered[]> {
  const wish = {
    cooloffSeconds: 0,
    timeoutSeconds,
    series: survivalSeries,
    portOf: (pair: Pair) => ports.get(pairKey(pair)),
  }
  const startedAt = bench.world.clock.now()
  const all = await runRounds({ ...bench, driver }, wish, rounds, (round) =>
    keep({
      kind: 'deliveries',
      id: `${bench.test}.${survivalSeries.prefix}${round.round}`,
      startedAt,
      endedAt: bench.world.clock.now(),
      round,
    }),
  )
  return all.flatMap((round) => round.attempts.map((attempt) => ({ attempt, round })))
}

/** A dial here is a payload over a connection, which is opened first where none is there yet. */
const driverFor = (bench: Bench, work: SurvivalWork, use: SurvivalUse, opens: boolean): Driver => ({
  rounds: (planned) => planned,
  async connect(_world, _plan, wanted): Promise<DialResult> {
    if (opens) await startOn(bench, work, use, wanted)
    const told = await instruct(bench, wanted.from.name, {
      why: `deliver to ${wanted.to}`,
      args: fillTemplate('deliver', use.deliver, {
        localPort: String(wanted.localPort),
        nonce: wanted.nonce,
        timeoutMs: String(wanted.seconds * 1000),
        timeoutSeconds: String(wanted.seconds),
      }),
      stdin: wanted.payload,
      seconds: wanted.seconds + 2,
    })
    const { end, output, sha256 } = told
    if (end.kind === 'fault')
      throw new Failure({ code: 'I126', node: wanted.from.name, message: `${wanted.from.name}: ${end.message}` })
    const { dial } = bench.plan.profile
    const code = end.kind === 'exit' ? end.code : 124
    if (dial.kind !== 'commanded' || !isDialect(dial.dialect))
      throw new Error(`nothing reads what ${wanted.from.name} says`)
    const claim = dialectReaders[dial.dialect](output, code, wanted)
    return { claim, sha256 }
  },
})

function itemOf(
  { test, world }: Bench,
  pair: Pair,
  phase: KeptItem['phase'],
  process: KeptItem['process'],
  notes: KeptItem['notes'],
  connection: string | null,
  startedAt: number,
): KeptItem {
  const id = `${test}.connection.${pair.from}.${pair.to}`
  return { kind: 'kept', id, pair, phase, process, notes, connection, startedAt, endedAt: world.clock.now() }
}

/** The program's own name for it, in what it reported of this delivery. */
function connectionIn({ claim }: Attempt, { connection }: SurvivalUse): string | null {
  for (const line of claim.lines) {
    const value = objectIn(line)?.[connection]
    if (typeof value === 'string') return value.slice(0, 200)
  }
  return null
}
