/** A program on one node for a moment, under a lease, and what we read of it there; then it is taken away. */
import { gzipSync, zstdCompressSync } from 'node:zlib'
import { journal, removeUnit } from '../../commands/service.ts'
import { parseSurvey, survey } from '../../commands/survey.ts'
import { hostPort } from '../../domain/addresses.ts'
import { eventIn, textAt } from '../../domain/event-lines.ts'
import type { ReceiverRecord } from '../../domain/evidence.ts'
import { Failure } from '../../domain/failure.ts'
import type { FleetNode } from '../../domain/fleet.ts'
import { heartbeatMs } from '../../domain/lease-policy.ts'
import { sha256 } from '../../domain/ledger.ts'
import type { ProgramPlan } from '../../domain/plan.ts'
import { dialledAs } from '../../domain/received.ts'
import type { Expected } from '../../domain/received-events.ts'
import { messageOf } from '../../domain/text.ts'
import { installProber, randomHex, randomInt } from '../../instruments/prober.ts'
import type { Execution, LeaseTerms, NodeHttp, Nodes, ProberBinary, Randomness, SessionFolder } from '../../ports.ts'
import { driverOf } from '../../suites/drivers/drivers.ts'
import { readerOf } from '../../suites/readers/readers.ts'
import { receiveOn, switchOn, type NodeJob } from './deploy-node.ts'
import { giveLeasesBack, takeLeases } from './leases.ts'
import { readPeerId } from './registration.ts'
import { testTurn } from './test-turn.ts'
import { unitOf } from './units.ts'

export type TryWorld = Execution & Nodes & NodeHttp & Randomness & LeaseTerms & SessionFolder & ProberBinary

/** What was read, by what it is; a value that could not be read says why. */
export type TryReport = Readonly<Record<'process' | 'port' | 'identity' | 'events' | 'claim' | 'record', string>>

export async function tryOn(
  world: TryWorld,
  plan: ProgramPlan,
  node: FleetNode,
  binary: Uint8Array,
): Promise<TryReport> {
  const holder = `check-${randomHex(world, 8)}`
  const service = plan.config.deploy.serviceName
  const planned = unitOf(plan, node)
  if (planned === null)
    throw new Failure({ code: 'U037', message: `${node.name}: nothing of the profile runs on a node of this role` })
  const fences: number[] = []
  try {
    // Its turn too: no test of another session runs there meanwhile.
    for (const what of [testTurn, service]) {
      const taken = await takeLeases(world, plan, holder, [node.name], heartbeatMs, what)
      taken.failed.forEach((failure) => {
        throw failure
      })
      fences.push(taken.done.get(node.name) ?? 0)
    }
    const runtime = await runtimeOf(world, node, plan.config.deploy.installPath)
    const job = { ...jobOf(plan, node, planned, binary, { holder, fence: fences[1] ?? 0 }), runtime }
    return await whatIsRead(world, job)
  } finally {
    await takeAway(world, plan, node, { holder, fence: fences[1] })
  }
}

function jobOf(
  plan: ProgramPlan,
  node: FleetNode,
  unit: NodeJob['unit'],
  binary: Uint8Array,
  lease: NodeJob['lease'],
): Omit<NodeJob, 'runtime'> {
  const { installPath } = plan.config.deploy
  return {
    plan,
    node,
    unit,
    lease,
    diagnosis: 'diagnosis/try',
    shipment: {
      binary,
      packed: { zstd: new Uint8Array(zstdCompressSync(binary)), gzip: () => new Uint8Array(gzipSync(binary)) },
      release: { name: plan.config.binary.name, installPath, sha256: sha256(binary), bytes: binary.length },
    },
  }
}

async function runtimeOf(world: TryWorld, node: FleetNode, installPath: string): Promise<NodeJob['runtime']> {
  const remote = await world.remote(node.name)
  const { stdout } = await remote.run(survey(installPath, node), { timeoutMs: 30_000, signal: world.signal })
  const { machine, glibc } = parseSurvey(stdout, world.clock.now())
  return { arch: machine, libc: glibc === null ? { kind: 'unknown' } : { kind: 'glibc', version: glibc } }
}

async function whatIsRead(world: TryWorld, job: NodeJob): Promise<TryReport> {
  const { plan, node, unit } = job
  const { proof } = await switchOn(world, job, await receiveOn(world, job))
  const id = await identity(world, plan, node)
  const remote = await world.remote(node.name)
  const dialled = await dialItself(world, plan, node, id)
  const written = await remote.run(journal(unit.unit.name, 500), { timeoutMs: 20_000, signal: world.signal })
  return {
    process: `pid ${proof.pid}, user ${proof.uid}, ${proof.exeSha256.slice(0, 12)}, capabilities ${proof.capEff}`,
    port: proof.udpPorts.length === 0 ? 'no UDP port' : `UDP ${proof.udpPorts.join(', ')}`,
    identity: id === null ? 'the profile names none' : id.text,
    events: eventsIn(written.stdout),
    ...dialled,
  }
}

interface Identity {
  readonly id: string | null
  readonly text: string
}

/** Null: the profile says nothing of one. A program writes it a moment after its start. */
async function identity(world: TryWorld, plan: ProgramPlan, node: FleetNode): Promise<Identity | null> {
  const until = world.clock.now() + plan.config.bootstrap.waitForRegistrationSeconds * 1000
  for (;;) {
    const look = await readPeerId(world, plan, node.name)
    if (look === null) return null
    if (look.kind === 'there') return { id: look.value, text: look.value }
    if (world.clock.now() >= until) return { id: null, text: `not read: ${look.why.message}` }
    await world.clock.sleep(300, world.signal)
  }
}

/** One dial from the node to its own service: what is said and written down can be read, whatever it is. */
async function dialItself(
  world: TryWorld,
  plan: ProgramPlan,
  node: FleetNode,
  id: Identity | null,
): Promise<Pick<TryReport, 'claim' | 'record'>> {
  const { profile } = plan
  if (profile.dial.kind !== 'commanded')
    return { claim: 'it cannot be told to dial', record: await emptyRecord(world, plan, node) }
  const [nonce, bytes] = [randomHex(world, 16), profile.payload.kind === 'opaque' ? 0 : profile.payload.minBytes]
  try {
    const { claim } = await driverOf(profile, (await installProber(world, [node.name])).program).connect(world, plan, {
      from: node,
      to: 'itself',
      peerId: id?.id ?? '',
      address: hostPort(node.ip, profile.servicePort),
      localPort: randomInt(world, 10_500, 20_900),
      bytes,
      nonce,
      payload: profile.payload.kind === 'given' ? world.random.bytes(bytes) : null,
      seconds: plan.config.tests.connectivity.timeoutSeconds,
    })
    const said = `${claim.success === null ? 'nothing' : claim.success ? 'success' : 'failure'}${claim.method === null ? '' : ` (${claim.method})`}, exit ${String(claim.exitCode)}${claim.error === null ? '' : `: ${claim.error}`}`
    return {
      claim: `of a dial to itself: ${said}`,
      record: await recordOf(world, plan, node, { nonce, bytes, dialledAs: dialledAs(profile, claim) }),
    }
  } catch (error) {
    world.signal.throwIfAborted()
    return { claim: `not made: ${messageOf(error)}`, record: await emptyRecord(world, plan, node) }
  }
}

const emptyRecord = (world: TryWorld, plan: ProgramPlan, node: FleetNode): Promise<string> =>
  recordOf(world, plan, node, { nonce: randomHex(world, 16), bytes: 0 })

async function recordOf(world: TryWorld, plan: ProgramPlan, node: FleetNode, about: Expected): Promise<string> {
  const reader = readerOf(plan.profile)
  if (reader.kind === 'none') return 'the profile promises none'
  if (reader.kind === 'over-http') {
    const record = await reader.ask(world, node.name, about).catch((error: unknown) => messageOf(error))
    return typeof record === 'string' ? `not read: ${record}` : written(record)
  }
  const key = reader.key(about)
  if (key === null) return 'none: the dialler named no id of its own'
  const remote = await world.remote(node.name)
  const { code, stdout, stderr } = await remote.run(reader.command(plan, [key]), {
    timeoutMs: 20_000,
    signal: world.signal,
  })
  return code === 0
    ? written(reader.parse(stdout.split('\n'), about))
    : `not read: exit ${String(code)} ${stderr.trim().slice(0, 200)}`
}

const written = (record: ReceiverRecord | null): string =>
  record === null
    ? 'could be read, and holds no line of this payload'
    : `${record.bytes} bytes, ${record.missing} parts missing, from ${record.from ?? 'nobody'}`

/** How often each event of the journal occurs. */
function eventsIn(text: string): string {
  const events = text.split('\n').flatMap((line) => {
    const event = eventIn(line.slice(line.indexOf('{')))
    return line.includes('{') && event !== null ? [textAt(event, 'event') ?? textAt(event, 'type') ?? '?'] : []
  })
  const counts = [...Map.groupBy(events, (name) => name.slice(0, 40))].map(([name, all]) => `${name} × ${all.length}`)
  return counts.length === 0 ? `none among ${text.split('\n').length} lines` : counts.slice(0, 20).join(', ')
}

async function takeAway(
  world: TryWorld,
  plan: ProgramPlan,
  node: FleetNode,
  { holder, fence }: { readonly holder: string; readonly fence: number | undefined },
): Promise<void> {
  const { serviceName: service, installPath } = plan.config.deploy
  // An interrupted try is taken away as well.
  const after = { ...world, signal: AbortSignal.timeout(60_000) }
  if (fence !== undefined) {
    const remote = await after.remote(node.name)
    const done = await remote.run(removeUnit(service, installPath, plan.config.project, { service, holder, fence }), {
      timeoutMs: 60_000,
      signal: after.signal,
    })
    if (done.code !== 0)
      world.log.warn(`${node.name}: ${service} could not be taken away: ${done.stderr.trim().slice(-200)}`)
  }
  await giveLeasesBack(after, plan, holder, [node.name], [service, testTurn])
}
