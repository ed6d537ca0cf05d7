/**
 * BUILD: a binary, its digest and where it came from; kept in the session's folder so that a resumed run deploys the
 * same bytes.
 */
import { isAbsolute, join } from 'node:path/posix'
import { sha256 } from '../domain/ledger.ts'
import { Failure, failureFacts } from '../domain/failure.ts'
import { revisionOf, type BuildRecord } from '../domain/build.ts'
import { workingMs } from '../domain/lease-policy.ts'
import type { Plan } from '../domain/plan.ts'
import type { Session } from '../domain/session.ts'
import type { LeaseTerms, Nodes, Obtained, Programs, Execution, SessionFolder } from '../ports.ts'
import { leaseForBuild } from './parts/leases.ts'
import { rosterOf } from './parts/roster.ts'
import type { Stage } from './stage.ts'

const folder = 'binary'
export const keptBinary = `${folder}/current`

/** Ways that this session's build was tried already. */
export const triedBefore = ({ newest: { BUILD } }: Pick<Session, 'newest'>): BuildRecord['before'] =>
  BUILD?.event === 'toolchain' ? BUILD.facts.before : []

export const build: Stage<'BUILD', Execution & Nodes & SessionFolder & LeaseTerms & Programs> = async (
  plan,
  session,
  world,
) => {
  const before = triedBefore(session)
  await leaseForBuild(world, plan, session.id, rosterOf(plan, session), workingMs(session, world.clock.now()))
  world.log.info(
    `build: ${plan.config.binary.name} from ${plan.source.kind}${before.length > 0 ? ', on the build host' : ''}`,
  )
  try {
    const obtained = await world.builder.obtain(plan, before, world.signal)
    if ('elsewhere' in obtained)
      return {
        event: 'toolchain',
        why: obtained.elsewhere.at(-1)?.message.slice(0, 1000) ?? 'zigbuild cannot work here',
        facts: { before: obtained.elsewhere },
      }
    const { record, bytes } = await checked(plan, obtained, world)
    await world.files.write(keptBinary, bytes)
    const artifact = await world.storeArtifact(`build-${session.counters.builds + 1}`, folder)
    return {
      event: 'built',
      why: `${record.source}: ${bytes.length} bytes, sha256 ${record.sha256.slice(0, 12)}`,
      facts: { build: record, artifact },
    }
  } catch (error) {
    world.signal.throwIfAborted()
    if (!(error instanceof Failure) || error.kind === 'harness') throw error
    const faults = (error.facts.faults ?? [])
      .slice(0, 20)
      .map((f) => ({ file: inRepository(plan, f.at.file), line: f.at.line ?? 0, message: f.message.slice(0, 500) }))
    return {
      event: error.kind === 'product' ? 'failed' : 'unrecoverable',
      why: error.message.slice(0, 1000),
      facts: { ...failureFacts(error), faults },
    }
  }
}

/** A compiler names files from its workspace; everybody else looks for them from the root of the repository. */
const inRepository = ({ source }: Plan, file: string): string =>
  source.kind !== 'build' || isAbsolute(source.workspace) || isAbsolute(file) ? file : join(source.workspace, file)

async function checked(
  plan: Plan,
  { path, record }: Obtained,
  world: Programs,
): Promise<{ record: BuildRecord; bytes: Uint8Array }> {
  const bytes = await world.readBinary(path)
  const digest = sha256(bytes)
  if (digest !== record.sha256)
    throw new Failure({
      code: 'H020',
      message: `the built file changed after it was hashed (${record.sha256.slice(0, 12)} became ${digest.slice(0, 12)})`,
    })
  if (
    plan.source.kind === 'build' &&
    'kind' in record.from &&
    (record.from.kind === 'git' || record.from.kind === 'none') &&
    revisionOf(record.from) !== plan.source.revision
  ) {
    throw new Failure({
      code: 'B304',
      message: `the source changed after the plan was confirmed: ${plan.source.revision ?? 'no commit'} became ${revisionOf(record.from) ?? 'no commit'}`,
      remedy: 'git status',
    })
  }
  return { record, bytes }
}
