/**
 * Sets up what every suite of a test stands on: what runs, the prober, measured NATs, controls, a driver and a reader.
 */
import { unitText } from '../../commands/service.ts'
import { currentBinary } from '../../commands/release.ts'
import type { Control, RunningProof } from '../../domain/evidence.ts'
import { unfitNodes } from '../../domain/controls.ts'
import { sha256 } from '../../domain/ledger.ts'
import { Failure } from '../../domain/failure.ts'
import { peersOf, type NodeName } from '../../domain/fleet.ts'
import type { Excluded } from '../../domain/not-covered.ts'
import type { Moment } from '../../domain/node-clock.ts'
import type { Plan } from '../../domain/plan.ts'
import type { PostMortem } from '../../domain/post-mortem/told.ts'
import type { Preflight } from '../../domain/preflight.ts'
import { needsOf } from '../../domain/profile.ts'
import { boundPorts } from '../../domain/program.ts'
import type { Session } from '../../domain/session.ts'
import type { TestSeed } from '../../domain/test-seed.ts'
import { controlPair, runControls } from '../../instruments/controls.ts'
import { measureNats, type NatSurvey } from '../../instruments/nat.ts'
import { onEachNode } from '../../instruments/per-node.ts'
import { installProber, randomHex, type Installed } from '../../instruments/prober.ts'
import { runPreflight } from '../../instruments/preflight.ts'
import { selfTest } from '../../instruments/self-test.ts'
import { confinementOn } from '../../instruments/confinement.ts'
import { provenProcess } from '../../instruments/process.ts'
import type { Abortable, Clock, Nodes, ProberBinary } from '../../ports.ts'
import type { Bench, SuiteWorld } from '../../suites/bench.ts'
import { driverOf } from '../../suites/drivers/drivers.ts'
import { ghostControl } from '../../suites/ghost.ts'
import { readerOf } from '../../suites/readers/readers.ts'
import { machineCauses } from './post-mortems.ts'
import { momentOf } from './steady-clock.ts'
import { fireLeftOut } from './left-out.ts'
import { deployedUnitOf, unitOf } from './units.ts'

/** A bench, and what was seen of the run before any suite began. */
export interface OpenBench {
  readonly bench: Bench
  readonly survey: NatSurvey
  readonly preflight: Preflight
  readonly controls: readonly Control[]
  readonly before: readonly RunningProof[]
  /** Nodes on which our instruments do not work: nothing is measured there. */
  readonly unfit: readonly Excluded[]
  /** The same self test once more, before somebody is blamed; and what the nodes told of themselves. */
  testAgain(nodes: readonly NodeName[], told: readonly PostMortem[]): Promise<readonly Control[]>
  /** The NATs once more, after the last round: what is another then was not so all along. */
  surveyAgain(): Promise<NatSurvey>
  /** Our own clocks right after that. */
  readonly looked: Moment
}

export async function openBench(
  plan: Plan,
  session: Session,
  world: SuiteWorld & ProberBinary,
  nodes: readonly NodeName[],
  { number, seed, wall }: { readonly number: number; readonly seed: TestSeed; readonly wall: Clock },
): Promise<OpenBench> {
  const [{ before, looked }, prober] = await Promise.all([
    provenProcesses(world, plan, nodes).then((found) => ({ before: found, looked: momentOf(wall) })),
    installProber(world, nodes),
  ])
  world.log.info('test: measuring NATs, running the controls')
  const reader = readerOf(plan.profile)
  const { installPath } = plan.config.deploy
  const selfTestOn = (on: readonly NodeName[], when: 'before' | 'after') =>
    selfTest(world, on, {
      prober: prober.program,
      binary: currentBinary({ installPath, name: plan.config.binary.name }),
      record: reader.kind === 'on-node' ? reader.command(plan, [randomHex(world, 16)]) : null,
      when,
    })
  const peers = peersOf(world.fleet).map((n) => n.name)
  const own = await selfTestOn(
    nodes.filter((n) => peers.includes(n)),
    'before',
  )
  const unfit = [...unfitNodes(own)].map(([node, why]) => ({ node, why }))
  fireLeftOut(world, plan, 'TEST', unfit, plan.nodes.length - nodes.length)
  const fit = nodes.filter((n) => unfit.every((u) => u.node !== n))
  const [survey, ran, confined] = await Promise.all([
    measureNats(world, prober),
    allControls(world, plan, prober, fit),
    confinementOn(
      world,
      fit.filter((n) => peers.includes(n)),
      {
        prober: prober.program,
        installPath,
        unit: plan.config.deploy.serviceName,
        binary: currentBinary({ installPath, name: plan.config.binary.name }),
        dials: plan.profile.dial.kind === 'commanded',
        startsPrograms: plan.profile.startsPrograms === true,
      },
    ),
  ])
  const ports = boundPorts(plan.profile.servicePort, before)
  const preflight = await runPreflight(world, prober, {
    nodes: fit,
    needs: needsOf(plan.profile),
    portOf: (node) => ports.get(node) ?? plan.profile.servicePort,
  })
  const controls = [...ran, ...own, ...confined]
  survey.failed.forEach((f, n) => world.log.warn(`${n}: NAT not measured: ${f.message}`))
  ran.forEach((c) => world.log.info(`  control ${c.name}: ${c.seen}, expected ${c.expected} (${c.detail})`))
  const shipped = session.newest.DEPLOY
  const peerIds = new Map(Object.entries(shipped?.event === 'deployed' ? shipped.facts.peerIds : {}))
  return {
    bench: {
      world,
      plan,
      test: number,
      seed,
      nodes: fit,
      measurements: survey.measurements,
      subjects: { peerIds, ports },
      driver: driverOf(plan.profile, prober.program),
      reader,
      confinedBy: plan.profile.startsPrograms === true ? null : prober.program,
      prober: prober.program,
      restarted: [],
      checkpoint: session.checkpoint !== null,
      before,
    },
    survey,
    preflight,
    controls,
    before,
    unfit,
    testAgain: async (on, told) => withCauses(await selfTestOn(on, 'after'), machineCauses(told)),
    looked,
    surveyAgain: () => measureNats(world, prober, survey.measurements),
  }
}

/** Where a machine explains a failure, the program is not blamed for it. */
const withCauses = (tested: readonly Control[], causes: ReadonlyMap<NodeName, string>): readonly Control[] =>
  tested.map((c) => {
    const why = causes.get(c.from)
    return why === undefined || c.seen !== 'through' ? c : { ...c, seen: 'error', witnessed: false, detail: why }
  })

/** What runs on each node now, by the kernel's word. */
export async function provenProcesses(
  world: Nodes & Abortable,
  plan: Plan,
  nodes: readonly NodeName[],
): Promise<readonly RunningProof[]> {
  const seen = await onEachNode(nodes, world.signal, async (name) => {
    const node = world.fleet.nodes.find((n) => n.name === name)
    const unit = node === undefined ? null : unitOf(plan, node)
    if (node === undefined || unit === null) return null
    const { proof, unitSha256 } = await provenProcess(world, name, unit.unit.name)
    // A bootstrap node that is never deployed keeps the unit that it had.
    const changed = deployedUnitOf(plan, node) !== null && unitSha256 !== sha256(unitText(unit.unit))
    return proof?.unitFile === 'ours' && changed ? ({ ...proof, unitFile: 'changed' } as const) : proof
  })
  return [...seen.done.values()].filter((p): p is RunningProof => p !== null)
}

async function allControls(
  world: SuiteWorld,
  plan: Plan,
  prober: Installed,
  fit: readonly NodeName[],
): Promise<readonly Control[]> {
  const pair = controlPair(
    world,
    [...prober.on.done.keys()].filter((n) => fit.includes(n)),
  )
  if (pair === undefined) return []
  const ours = runControls(world, prober, pair).catch((error: unknown): readonly Control[] => {
    world.signal.throwIfAborted()
    // A machine that did not take part is no fault of anybody's: the run is invalid, and the next one may not be.
    if (!(error instanceof Failure) || (error.kind !== 'transport' && error.kind !== 'infra')) throw error
    world.log.warn(`the controls did not run: ${error.message}`)
    return []
  })
  const [own, ghost] = await Promise.all([ours, ghostControl(world, plan, pair[0], prober.program)])
  return [...own, ...(ghost === null ? [] : [ghost])]
}
