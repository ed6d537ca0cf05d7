/** A program that is told to dial: one short-lived process for each connection. */
import { dial, freshDirOf } from '../../commands/dial.ts'
import { placeOf } from '../../commands/place.ts'
import { currentBinary } from '../../commands/release.ts'
import { diagnoseNode } from '../../commands/remedies.ts'
import { graceSeconds, readSubjectRun } from '../../commands/subject-run.ts'
import { Failure } from '../../domain/failure.ts'
import type { ProgramPlan } from '../../domain/plan.ts'
import { isDialect, type DialBy } from '../../domain/profile.ts'
import { bootstrapsFor, fillTemplate, registryUrlOf } from '../../domain/program.ts'
import type { Nodes, Execution } from '../../ports.ts'
import { dialectReaders } from '../dialects/dialects.ts'
import { noClaim, type Driver, type DialResult, type Wanted } from './driver.ts'

export const commanded = (how: DialBy<'commanded'>, confinedBy: string | null): Driver => ({
  rounds: (planned) => planned,
  connect: (world, plan, wanted) => connect(how, confinedBy, world, plan, wanted),
})

async function connect(
  how: DialBy<'commanded'>,
  confinedBy: string | null,
  world: Execution & Nodes,
  plan: ProgramPlan,
  wanted: Wanted,
): Promise<DialResult> {
  const { from, to, seconds } = wanted
  const freshDir = freshDirOf(wanted.nonce)
  const values = {
    registryUrl: registryUrlOf(world.fleet, plan),
    peerId: wanted.peerId,
    address: wanted.address,
    freshDir,
    localPort: String(wanted.localPort),
    bytes: String(wanted.bytes),
    nonce: wanted.nonce,
    timeoutMs: String(seconds * 1000),
    timeoutSeconds: String(seconds),
    bootstraps: bootstrapsFor(world.fleet, plan),
  }
  const args = fillTemplate('dial', how.args, values)
  const binary = currentBinary({ installPath: plan.config.deploy.installPath, name: plan.config.binary.name })
  const remote = await world.remote(from.name)
  const limit = seconds + how.endSeconds
  const command = dial({
    why: `dial ${to}`,
    place: placeOf(from.runtime),
    program: binary,
    args,
    environment: Object.fromEntries(
      Object.entries(how.environment).map(([name, word]) => [name, fillTemplate('dial', [word], values).join('')]),
    ),
    ...([...how.args, ...Object.values(how.environment)].some((word) => word.includes('{freshDir}'))
      ? { freshDir }
      : {}),
    stop: how.stop,
    seconds: limit,
    confinedBy,
  })
  const result = await remote.run(command, {
    timeoutMs: (limit + graceSeconds + 10) * 1000,
    signal: world.signal,
    maxBytes: 1 << 19,
    ...(wanted.payload === null ? {} : { stdin: wanted.payload }),
  })
  const end = readSubjectRun(result.stdout, result.stderr, limit)
  if (end.kind === 'not-started')
    throw new Failure({
      code: 'I126',
      node: from.name,
      message: `${from.name}: the dialler could not be started: ${end.why}`,
      remedy: diagnoseNode(from.name, world.fleet),
    })
  const claim = isDialect(how.dialect) ? dialectReaders[how.dialect](end.output, end.code, wanted) : noClaim
  return { claim, sha256: end.sha256 }
}
