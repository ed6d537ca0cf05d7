/** Our side: the stages of vps-test themselves, called one by one, each from no connection at all. */
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { openGitLedger } from '../../src/adapters/git-ledger.ts'
import { systemClock } from '../../src/adapters/system.ts'
import type { Attempt, Pair } from '../../src/domain/evidence.ts'
import type { NodeName } from '../../src/domain/fleet.ts'
import { sha256, type Json } from '../../src/domain/ledger.ts'
import { idle, type StageResult, type Session } from '../../src/domain/session.ts'
import { build, keptBinary } from '../../src/stages/build.ts'
import { deploy } from '../../src/stages/deploy.ts'
import { setup } from '../../src/stages/setup.ts'
import { driverOf } from '../../src/suites/drivers/drivers.ts'
import { readerOf } from '../../src/suites/readers/readers.ts'
import { runRounds } from '../../src/suites/connectivity.ts'
import { removeWitnesses } from '../../src/instruments/witness.ts'
import { openWorld, type OpenWorld } from '../../src/world.ts'
import type { Setting } from './setting.ts'

const id = 'bench'
type Facts = Readonly<Record<string, Json>>

/** A world with no connection yet; warnings reach the person, progress does not. */
export async function inWorld<T>(s: Setting, work: (world: OpenWorld) => Promise<T>): Promise<T> {
  const { context } = s
  const { terminal, signal, probe, cacheDir, version } = context
  const log = { info: () => undefined, progress: () => undefined, warn: (line: string) => terminal.warn(line) }
  const state = join(s.scratch, 'state')
  const ledger = await openGitLedger(join(state, 'ledger.git'))
  const world = openWorld({
    version,
    fleet: s.plan.fleet,
    log,
    signal,
    ledger,
    folder: join(state, 'sessions', id),
    checkout: context.cwd,
    probe,
    key: null,
    cacheDir,
    writer: context.writer,
  })
  try {
    return await work(world)
  } finally {
    await world.close()
  }
}

const session = (learned: Session['learned']): Session => ({ ...idle(id, systemClock.now()), learned })

function expected(outcome: StageResult, event: string): Facts {
  const left = outcome.facts['excluded']
  if (outcome.event !== event || (Array.isArray(left) && left.length > 0))
    throw new Error(`not measured, ${outcome.event} instead of ${event}: ${outcome.why}`)
  return outcome.facts
}

export interface Ready {
  readonly setup: Facts
  readonly program: string
}

/** Untimed: what SETUP learns of the nodes, and the example built from its sources. */
export const ready = (s: Setting): Promise<Ready> =>
  inWorld(s, async (world) => {
    const learned = expected(await setup(s.plan, session({}), world), 'ready')
    expected(await build(s.plan, session({}), world), 'built')
    return { setup: learned, program: join(world.files.root, keptBinary) }
  })

/** The file at `path` on every node, from no connection to all registered. Answers with every peer's id. */
export async function deployOurs(
  s: Setting,
  learned: Facts,
  path: string,
  skipped: boolean,
): Promise<ReadonlyMap<NodeName, string>> {
  return inWorld(s, async (world) => {
    const program = await readFile(path)
    await world.files.write(keptBinary, program)
    const facts = expected(
      await deploy(s.plan, session({ SETUP: learned, BUILD: { build: { sha256: sha256(program) } } }), world),
      'deployed',
    )
    const seen = Object.values((facts['deployed'] ?? {}) as Record<NodeName, { readonly skipped: boolean }>)
    if (seen.length !== s.plan.nodes.length || seen.some((d) => d.skipped !== skipped))
      throw new Error(`not measured: ${seen.filter((d) => d.skipped).length} of ${seen.length} nodes were skipped`)
    return new Map(Object.entries(facts['peerIds'] as Record<NodeName, string>))
  })
}

/** The rounds of TEST with all witnesses; answers with every attempt. */
export const attemptOurs = (
  s: Setting,
  peerIds: ReadonlyMap<NodeName, string>,
  rounds: readonly (readonly Pair[])[],
): Promise<readonly Attempt[]> =>
  inWorld(s, async (world) => {
    const { profile, config } = s.plan
    const bench = {
      world,
      plan: s.plan,
      test: 1,
      nodes: s.plan.nodes,
      measurements: [],
      subjects: { peerIds, ports: new Map() },
      driver: driverOf(profile),
      reader: readerOf(profile),
    }
    const attempts = await runRounds(bench, config.tests.connectivity, rounds, async () => undefined)
    await removeWitnesses(world, s.plan.nodes)
    return attempts
  })
