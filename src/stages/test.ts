/** TEST: measure NATs, run controls and suites, prove what ran before and after; the verdict follows from what was kept. */
import { evidenceFormat, verdictInputOf, type Bundle } from '../domain/bundle.ts'
import { shiftNotes } from '../domain/clock-shift.ts'
import type { RunningProof } from '../domain/evidence.ts'
import type { NodeName } from '../domain/fleet.ts'
import { workingMs } from '../domain/lease-policy.ts'
import type { Moment } from '../domain/node-clock.ts'
import type { Plan } from '../domain/plan.ts'
import type { PostMortem } from '../domain/post-mortem/told.ts'
import { quorumFault } from '../domain/quorum.ts'
import type { StageResult } from '../domain/events/entry.ts'
import type { Red } from '../domain/fix/end.ts'
import { noLogs } from '../domain/log-templates.ts'
import { deployedOf } from '../domain/rederive/shipped.ts'
import { exclusions, setupFindings, setupWarnings, type Session } from '../domain/session.ts'
import type { SoakNotes } from '../domain/soak/sample.ts'
import type { SuiteItems } from '../domain/suites/suite.ts'
import { testResult } from '../domain/test-result.ts'
import type { Unsupported } from '../domain/unsupported.ts'
import { verdict } from '../domain/verdict.ts'
import type { NatSurvey } from '../instruments/nat.ts'
import { removeWitnesses } from '../instruments/witness.ts'
import type {
  Clock,
  Judge,
  LeaseTerms,
  ProberBinary,
  Execution,
  Fixing,
  SessionFolder,
  SessionRecord,
  Tables,
} from '../ports.ts'
import type { SuiteWorld } from '../suites/bench.ts'
import { beginTest, keepInterrupted, type BegunTest } from './parts/begin-test.ts'
import { captureFailures } from './parts/captures.ts'
import { collect, collectBefore } from './parts/collect.ts'
import { firstTried } from './parts/first-tried.ts'
import { takeLeases } from './parts/leases.ts'
import { fireLeftOut } from './parts/left-out.ts'
import { askedAfter, deployedAt } from './parts/post-mortems.ts'
import { openBench, provenProcesses, type OpenBench } from './parts/open-bench.ts'
import { rosterOf } from './parts/roster.ts'
import { groupedLogs, readFigures } from './parts/read-collected.ts'
import { retryFailed, runSuites } from './parts/run-suites.ts'
import { proposeFix } from './parts/propose-fix.ts'
import { readSoak } from './parts/soak-watch.ts'
import { surveyNotes } from './parts/survey-notes.ts'
import { awaitTurn, giveTurnBack } from './parts/test-turn.ts'
import { seal } from './parts/seal.ts'
import { momentOf, steadyClock } from './parts/steady-clock.ts'
import type { NotingStage } from './stage.ts'

/** What a test uses of the world. */
type TestWorld = Omit<SuiteWorld, 'tables'> & SessionRecord & SessionFolder & LeaseTerms & ProberBinary & Judge & Fixing

type OwnWorld = TestWorld & Tables

export const test: NotingStage<'TEST', TestWorld> = async (wanted, session, world, record) => {
  const { plan, red } = firstTried(wanted, await world.ledger.read(session.id))
  if (red !== null) world.log.info(`test: first, and alone, what had failed before the fix: ${red.length}`)
  const roster = rosterOf(plan, session)
  const leases = await takeLeases(world, plan, session.id, roster, workingMs(session, world.clock.now()))
  const leased = roster.filter((n) => leases.done.has(n))
  const turn = await awaitTurn(world, plan, session.id, leased)
  const steady = steadyClock(world.clock)
  const testStartedAt = steady.now()
  const began = momentOf(world.clock)
  const there = leased.filter((n) => turn.done.has(n))
  const lost = [...leases.failed, ...turn.failed].map(([node, f]) => ({ node, why: f.message }))
  fireLeftOut(world, plan, 'TEST', lost, plan.nodes.length - roster.length)
  const giveTurn = (signal: AbortSignal) => giveTurnBack({ ...world, signal }, plan, session.id, there)
  const fault = quorumFault(plan, there)
  if (fault !== null) {
    await giveTurn(world.signal)
    return { event: 'unrecoverable', why: fault, facts: { lost: lost.map((l) => l.why) } }
  }

  const begun = await beginTest(world, plan, session, record).catch(async (error: unknown) => {
    await giveTurn(world.signal)
    throw error
  })
  const { folder } = begun
  const ours: OwnWorld = { ...world, clock: steady, tables: { session: session.id, fences: leases.done } }
  try {
    const result = await work(plan, session, ours, {
      ...begun,
      red,
      testStartedAt,
      there,
      lost,
      began,
      wall: world.clock,
    })
    await giveTurn(world.signal)
    return result
  } catch (error) {
    // Whatever happened, the logs are kept and our tables go; an abort has ended the run's own signal, and a runner
    // that cancels kills after ten seconds: the leases must go back too.
    const calm = { ...ours, signal: AbortSignal.timeout(world.signal.aborted ? 4000 : 20_000) }
    await Promise.allSettled([
      collect(calm, plan, {
        nodes: there,
        folder: `${folder}/evidence`,
        window: { from: testStartedAt, to: world.clock.now() },
        since: session.startedAt,
      }),
      removeWitnesses(calm, there).then(() => giveTurn(calm.signal)),
    ])
    await keepInterrupted(world, session.id, begun.number)
    throw error
  }
}

interface Scene extends BegunTest {
  /** What had failed before a fix, where the test is of that alone; null: a whole one. */
  readonly red: readonly Red[] | null
  readonly testStartedAt: number
  /** The wall clock as it is, and what it and the monotonic one said first. */
  readonly wall: Clock
  readonly began: Moment
  readonly there: readonly NodeName[]
  readonly lost: readonly { readonly node: NodeName; readonly why: string }[]
}

async function work(
  plan: Plan,
  session: Session,
  world: OwnWorld,
  { folder, ...own }: Scene,
): Promise<StageResult<'TEST'>> {
  const { there, wall } = own
  const from = wall.now()
  const collected = () => ({
    nodes: there,
    folder: `${folder}/evidence`,
    window: { from, to: wall.now() },
    since: session.startedAt,
  })
  const open = await openBench(plan, session, world, there, own)
  const soak = await readSoak(world, plan, session, world.tables.fences)
  const scene = { ...own, plan, session, world, open, soak, looking: open.looked, resurveyed: open.survey }
  const noted = await collectBefore(world, plan, collected())
  const first = await runSuites(open.bench, world.files, folder)
  const items =
    session.checkpoint === null
      ? first
      : await retryFailed(
          open.bench,
          world.files,
          first,
          verdict(verdictInputOf(await bundleOf(scene, first, open.before, []))).suites,
          folder,
        )
  const metBy = world.clock.now()
  const looking = momentOf(wall)
  const after = await provenProcesses(world, plan, there)
  const early = verdict(verdictInputOf(await bundleOf(scene, items, after, [])))
  const { accused, told } = await askedAfter(world, plan, early, { there, since: deployedAt(session) })
  const tried = { ...open, controls: [...open.controls, ...(await open.testAgain(accused, told))] }
  // No attempt runs any more that a measurement could disturb.
  const [notes, resurveyed] = await Promise.all([collect(world, plan, collected()), open.surveyAgain()])
  await world.recoveries?.hold()
  const seen = await bundleOf({ ...scene, open: tried, looking, resurveyed, told }, items, after, [...noted, ...notes])
  // All that is judged was seen: what these dials do to a program, or a NAT, accuses nobody.
  const captures = await captureFailures(open, verdict(verdictInputOf(seen)), metBy)
  await removeWitnesses(world, there)

  const whole = {
    ...seen,
    captures,
    logs: await groupedLogs(world.files, `${folder}/evidence`),
    metrics: await readFigures(world.files, `${folder}/evidence`, plan),
  }
  const bundle = world.concealer?.conceal(whole) ?? whole
  const judged = verdict(verdictInputOf(bundle))
  const sealed = await seal(world.files, folder, bundle, judged)
  const artifact = await world.storeArtifact(folder, folder)
  const { root: evidenceRoot } = sealed
  const proposed = await proposeFix(world, plan, session, { verdict: judged, folder, evidenceRoot })
  const { logs, entries, measurements } = bundle
  const of = { verdict: judged, logs, entries, nats: measurements.before, checkpoint: session.checkpoint, red: own.red }
  return testResult({ ...of, ...sealed, folder, running: after, artifact, pullRequest: proposed })
}

interface Seen extends Omit<Scene, 'folder'> {
  readonly plan: Plan
  readonly session: Session
  readonly world: Execution & SessionRecord & Judge
  readonly open: OpenBench
  /** Right before the last look. */
  readonly looking: Moment
  readonly soak: readonly SoakNotes[] | null
  /** The NATs after the last round; until then, the first survey. */
  readonly resurveyed: NatSurvey
  /** What nodes told of themselves after the last round; until then, nothing. */
  readonly told?: readonly PostMortem[]
}

async function bundleOf(
  { plan, session, world, open, there, lost, looking, resurveyed, told = [], soak, ...own }: Seen,
  items: SuiteItems,
  after: readonly RunningProof[],
  notes: readonly Unsupported[],
): Promise<Bundle> {
  const { survey, preflight, controls, before, unfit, bench } = open
  const restarted = bench.restarted
  const entries = await world.ledger.read(session.id)
  return {
    plan,
    entries,
    measurements: { before: survey.measurements, after: resurveyed.measurements },
    preflight,
    controls,
    captures: [],
    postMortems: told,
    logs: noLogs,
    metrics: null,
    soak,
    running: { before, after, ...(restarted.length === 0 ? {} : { restarted }) },
    items,
    facts: {
      format: evidenceFormat,
      version: world.version,
      session: session.id,
      test: own.number,
      seed: own.seed,
      sessionStartedAt: session.startedAt,
      testStartedAt: own.testStartedAt,
      testEndedAt: world.clock.now(),
      excluded: [...exclusions(session).map((e) => ({ node: e.node, why: e.message })), ...lost, ...unfit],
      clock: { began: own.began, looked: open.looked, looking, ended: momentOf(own.wall) },
      deployed: deployedOf(
        session,
        there.filter((n) => unfit.every((u) => u.node !== n)),
        before,
      ),
      notes: [
        ...notes,
        ...shiftNotes(entries, world.clockShift),
        ...surveyNotes(survey, resurveyed),
        ...setupWarnings(session).map((w) => ({ what: 'warning of SETUP', why: w.message })),
      ],
      findings: setupFindings(session),
      build: session.newest.BUILD?.event === 'built' ? session.newest.BUILD.facts.build : null,
      checkpoint: session.checkpoint,
    },
  }
}
