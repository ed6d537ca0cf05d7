/** Our side: the stages of vps-test themselves, called one by one, each from no connection at all. */
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { openGitLedger } from '../../src/adapters/git-ledger.ts'
import { systemClock } from '../../src/adapters/system.ts'
import { probePath } from '../../src/commands/probe.ts'
import type { Pair, RoundEvidence } from '../../src/domain/evidence.ts'
import type { NodeName } from '../../src/domain/fleet.ts'
import type { EventOf, StageResult } from '../../src/domain/events/entry.ts'
import { ledgerFormat } from '../../src/domain/events/facts.ts'
import { sha256, type Entry } from '../../src/domain/ledger.ts'
import { next } from '../../src/domain/next.ts'
import { planDigest, type Plan } from '../../src/domain/plan.ts'
import { fold, type Session } from '../../src/domain/session.ts'
import type { State } from '../../src/domain/states.ts'
import { seedBytes } from '../../src/domain/test-seed.ts'
import { build, keptBinary } from '../../src/stages/build.ts'
import { deploy } from '../../src/stages/deploy.ts'
import { setup } from '../../src/stages/setup.ts'
import { driverOf } from '../../src/suites/drivers/drivers.ts'
import { readerOf } from '../../src/suites/readers/readers.ts'
import { connectivitySeries } from '../../src/domain/suites/connectivity/series.ts'
import { runRounds } from '../../src/suites/rounds.ts'
import { randomHex } from '../../src/instruments/prober.ts'
import { removeWitnesses } from '../../src/instruments/witness.ts'
import { openWorld, type OpenWorld } from '../../src/world.ts'
import type { Setting } from './setting.ts'

const id = 'bench'

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

const origin = { repository: null, branch: null, commit: null, event: 'cli', actor: null }

/** A session of this plan that these stages have brought so far. */
function session(plan: Plan, ...results: readonly StageResult[]): Session {
  const digest = planDigest(plan)
  const asked: readonly StageResult[] = [
    { event: 'begin', why: 'bench', facts: { format: ledgerFormat, plan, planDigest: digest, origin } },
    {
      event: 'confirmed',
      why: 'bench',
      facts: {
        planDigest: digest,
        soak: [],
        proof: 'logs',
        confirmedBy: 'bench',
        onBusy: 'refuse',
        restarts: 3,
        preemptible: false,
      },
    },
  ]
  const entries = [...asked, ...results].reduce<readonly Entry[]>((all, result) => {
    const entry = next(all, fold(id, all), result, systemClock.now())
    return entry === undefined ? all : [...all, entry]
  }, [])
  return fold(id, entries)
}

const stopped = ({ event, why }: StageResult): Error => new Error(`not measured: ${event}: ${why}`)

type Result<S extends State, E extends EventOf<S>> = Extract<StageResult<S>, { readonly event: E }>

export interface Ready {
  readonly setup: Result<'SETUP', 'ready'>
  readonly built: Result<'BUILD', 'built'>
  readonly program: string
}

/** Untimed: what SETUP learns of the nodes, and the example built from its sources. */
export const ready = (s: Setting): Promise<Ready> =>
  inWorld(s, async (world) => {
    const up = await setup(s.plan, session(s.plan), world)
    if (up.event !== 'ready' || up.facts.excluded.length > 0) throw stopped(up)
    const built = await build(s.plan, session(s.plan, up), world)
    if (built.event !== 'built') throw stopped(built)
    return { setup: up, built, program: join(world.files.root, keptBinary) }
  })

/** The file at `path` on every node, from no connection to all registered. Answers with every peer's id. */
export async function deployOurs(
  s: Setting,
  { setup: up, built }: Ready,
  path: string,
  skipped: boolean,
): Promise<ReadonlyMap<NodeName, string>> {
  return inWorld(s, async (world) => {
    const program = await readFile(path)
    await world.files.write(keptBinary, program)
    const build = { ...built.facts.build, sha256: sha256(program) }
    const before = session(s.plan, up, { ...built, facts: { ...built.facts, build } })
    const done = await deploy(s.plan, before, world)
    if (done.event !== 'deployed' || done.facts.excluded.length > 0) throw stopped(done)
    const seen = Object.values(done.facts.deployed)
    if (seen.length !== s.plan.nodes.length || seen.some((d) => d.skipped !== skipped))
      throw new Error(`not measured: ${seen.filter((d) => d.skipped).length} of ${seen.length} nodes were skipped`)
    return new Map(Object.entries(done.facts.peerIds))
  })
}

/** The rounds of TEST with all witnesses. */
export const attemptOurs = (
  s: Setting,
  peerIds: ReadonlyMap<NodeName, string>,
  rounds: readonly (readonly Pair[])[],
): Promise<readonly RoundEvidence[]> =>
  inWorld(s, async (opened) => {
    const world = { ...opened, tables: { session: 'bench', fences: new Map<NodeName, number>() } }
    const { profile, config } = s.plan
    const bench = {
      world,
      plan: s.plan,
      test: 1,
      seed: randomHex(world, seedBytes),
      nodes: s.plan.nodes,
      measurements: [],
      subjects: { peerIds, ports: new Map() },
      driver: driverOf(profile, probePath(sha256(await opened.probe()))),
      reader: readerOf(profile),
      confinedBy: null,
      prober: '',
      restarted: [],
      checkpoint: false,
      before: [],
    }
    const seen = await runRounds(
      bench,
      { ...config.tests.connectivity, series: connectivitySeries },
      rounds,
      async () => undefined,
    )
    await removeWitnesses(world, s.plan.nodes)
    return seen
  })
