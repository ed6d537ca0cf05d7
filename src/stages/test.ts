/** TEST: measure NATs, run controls, run the timetable, prove what ran before and after; the verdict follows from what was written down. */
import { evidenceFormat, itemsFile, toLines, verdictInputOf, type Bundle } from '../domain/bundle.ts'
import { shiftNotes } from '../domain/clock-shift.ts'
import { markOf } from '../domain/continuity.ts'
import { plannedPairs, relayPairsOf, repetitionsFor } from '../domain/suites/connectivity/coverage.ts'
import { suiteCounts } from '../domain/suites/suite.ts'
import type { Attempt, Control, RunningProof } from '../domain/evidence.ts'
import type { Finding } from '../domain/findings.ts'
import { bootstrapsOf, peersOf, type NodeName } from '../domain/fleet.ts'
import type { Plan } from '../domain/plan.ts'
import { boundPorts } from '../domain/program.ts'
import { quorumFault } from '../domain/quorum.ts'
import type { StageResult, Session } from '../domain/session.ts'
import type { Unsupported } from '../domain/unsupported.ts'
import { timetable } from '../domain/suites/connectivity/timetable.ts'
import { verdict } from '../domain/verdict.ts'
import type { World } from '../ports.ts'
import { runRounds } from '../suites/connectivity.ts'
import { controlPair, runControls } from '../instruments/controls.ts'
import { onEachNode } from '../instruments/per-node.ts'
import { ghostControl } from '../suites/ghost.ts'
import { measureNats, type NatSurvey } from '../instruments/nat.ts'
import { installProber, type Installed } from '../instruments/prober.ts'
import { provenProcess } from '../instruments/process.ts'
import { removeWitnesses } from '../instruments/witness.ts'
import { retryFailed } from './parts/retry-failed.ts'
import { collect } from './parts/collect.ts'
import { takeLeases, testSeconds } from './parts/leases.ts'
import { exclusions, rosterOf } from './parts/roster.ts'
import { seal } from './parts/seal.ts'
import type { Stage } from './stage.ts'
import { unitOf } from './parts/units.ts'

export const test: Stage = async (plan, session, world) => {
  const number = session.counters.tests + 1
  const folder = `test-${number}`
  await world.files.remove(folder)
  const testStartedAt = world.clock.now()
  const roster = rosterOf(plan, session)
  const leases = await takeLeases(world, plan, session.id, roster, testSeconds)
  const there = roster.filter((n) => leases.done.has(n))
  const lost = [...leases.failed].map(([node, f]) => ({ node, why: f.message }))
  const fault = quorumFault(world.fleet, plan.nodes, there)
  if (fault !== null) return { event: 'unrecoverable', why: fault, facts: { lost: lost.map((l) => l.why) } }

  try {
    return await work(plan, session, world, { folder, number, testStartedAt, there, lost })
  } catch (error) {
    // Whatever happened, the logs are kept and our tables go; an abort has ended the run's own signal, and a runner that cancels kills after ten seconds: the leases must go back too.
    const calm = { ...world, signal: AbortSignal.timeout(world.signal.aborted ? 4000 : 20_000) }
    await Promise.allSettled([collect(calm, plan, there, `${folder}/evidence`), removeWitnesses(calm, there)])
    throw error
  }
}

interface Scene {
  readonly folder: string
  readonly number: number
  readonly testStartedAt: number
  readonly there: readonly NodeName[]
  readonly lost: readonly { readonly node: NodeName; readonly why: string }[]
}

async function work(
  plan: Plan,
  session: Session,
  world: World,
  { folder, number, testStartedAt, there, lost }: Scene,
): Promise<StageResult> {
  const peers = peersOf(world.fleet).filter((n) => there.includes(n.name))
  const [before, prober] = await Promise.all([proofs(world, plan, there), installProber(world, there)])
  world.log.info('test: measuring NATs, running the controls')
  const [survey, controls] = await Promise.all([measureNats(world, prober), allControls(world, plan, prober)])
  survey.failed.forEach((f, n) => world.log.warn(`${n}: NAT not measured: ${f.message}`))
  controls.forEach((c) => world.log.info(`  control ${c.name}: ${c.seen}, expected ${c.expected} (${c.detail})`))

  const pairs = plannedPairs(peers, survey.measurements)
  const rounds = timetable({
    peers: peers.map((n) => n.name),
    relayPairs: relayPairsOf(pairs),
    relayNodes: bootstrapsOf(world.fleet).map((n) => n.name),
    repetitions: repetitionsFor(pairs, plan.config.tests.connectivity.criteria.sampleFloor),
  })
  world.log.info(`test: ${rounds.flat().length} attempts in ${rounds.length} rounds`)
  const peerIds = new Map(Object.entries((session.learned.DEPLOY?.['peerIds'] ?? {}) as Record<NodeName, string>))
  const subjects = { peerIds, ports: boundPorts(plan.profile.servicePort, before) }
  const keep = (a: Attempt): Promise<void> =>
    world.files.append(`${folder}/evidence/${itemsFile('connectivity')}`, toLines([a]))
  const first = await runRounds(world, plan, subjects, rounds, number, keep)
  const deployed = (session.learned.DEPLOY?.['deployed'] ?? {}) as unknown as Readonly<
    Record<NodeName, { sha256?: string }>
  >
  const bundleOf = async (
    attempts: readonly Attempt[],
    after: readonly RunningProof[],
    notes: readonly Unsupported[],
  ): Promise<Bundle> => {
    const entries = await world.ledger.read(session.id)
    return {
      plan,
      entries,
      measurements: survey.measurements,
      controls,
      running: { before, after },
      items: { connectivity: attempts },
      facts: {
        format: evidenceFormat,
        version: world.version,
        session: session.id,
        test: number,
        sessionStartedAt: session.startedAt,
        testStartedAt,
        testEndedAt: world.clock.now(),
        excluded: [...exclusions(session).map((e) => ({ node: e.node, why: e.message })), ...lost],
        deployed: Object.fromEntries(
          [...there, ...before.map((p) => p.node)].map((n) => [
            n,
            deployed[n]?.sha256 ?? before.find((p) => p.node === n)?.exeSha256 ?? '',
          ]),
        ),
        notes: [
          ...notes,
          ...shiftNotes(entries, world.clockShift),
          ...surveyNotes(survey),
          ...setupWarnings(session).map((why) => ({ what: 'warning of SETUP', why })),
        ],
        findings: skewFindings(session),
        build: session.learned.BUILD?.['build'] ?? null,
        checkpoint: session.checkpoint,
      },
    }
  }
  const again =
    session.checkpoint === null ? [] : await retryFailed(world, await bundleOf(first, before, []), subjects, keep)
  const attempts = [...first, ...again]
  const after = await proofs(world, plan, there)
  const notes = await collect(world, plan, there, `${folder}/evidence`)
  await removeWitnesses(world, there)

  const bundle = await bundleOf(attempts, after, notes)
  const judged = verdict(verdictInputOf(bundle))
  const sealed = await seal(world, folder, bundle, judged)
  const artifact = await world.storeArtifact(folder, folder)
  const counts = suiteCounts(judged.suites)
  return {
    event: judged.result,
    why:
      judged.reasons[0]?.text ??
      `every class met its target in ${first.length} attempts${again.length === 0 ? '' : `, ${again.length} pairs tried again`}`,
    facts: {
      verdict: judged.result,
      reasons: judged.reasons.map((r) => r.text),
      counts,
      folder,
      evidenceRoot: sealed.root,
      proof: sealed.proofPath,
      proofSha256: sealed.proofSha256,
      running: after.map((p) => ({ ...markOf(p) })),
      checkpoint: session.checkpoint === null ? null : { ...session.checkpoint },
      artifact,
    },
  }
}

async function proofs(world: World, plan: Plan, nodes: readonly NodeName[]): Promise<readonly RunningProof[]> {
  const seen = await onEachNode(nodes, world.signal, async (name) => {
    const node = world.fleet.nodes.find((n) => n.name === name)
    const unit = node === undefined ? null : unitOf(plan, node)
    return unit === null ? null : (await provenProcess(world, name, unit.unit.name)).proof
  })
  return [...seen.done.values()].filter((p): p is RunningProof => p !== null)
}

async function allControls(world: World, plan: Plan, prober: Installed): Promise<readonly Control[]> {
  const pair = controlPair(world, [...prober.on.done.keys()])
  if (pair === undefined) return []
  const [own, ghost] = await Promise.all([runControls(world, prober, pair), ghostControl(world, plan, pair[0])])
  return [...own, ...(ghost === null ? [] : [ghost])]
}

const surveyNotes = (s: NatSurvey): readonly Unsupported[] =>
  [...s.failed].map(([n, f]) => ({ what: `NAT of ${n}`, why: f.message }))
const setupWarnings = (s: Session): readonly string[] =>
  Array.isArray(s.learned.SETUP?.['warnings']) ? s.learned.SETUP['warnings'].map(String) : []

const skewFindings = (s: Session): readonly Finding[] =>
  setupWarnings(s)
    .filter((w) => w.includes('clock is off'))
    .map((message) => ({ kind: 'skewed-clock', message, node: message.split(':')[0] ?? '', attempts: [] }))
