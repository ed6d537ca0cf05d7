/** Writes a test's beginning into the ledger before anything of it is done, and seals what earlier ones left behind. */
import { baselineFor, type SessionEntries } from '../../domain/comparable.ts'
import { hasPlan, isTest, type Entry } from '../../domain/events/entry.ts'
import { earlierTests, folderOf, programOf, testsBegunIn } from '../../domain/history.ts'
import type { Manifest } from '../../domain/manifest.ts'
import { planDigest, type Plan } from '../../domain/plan.ts'
import type { Session } from '../../domain/session.ts'
import { repeatableSeed, seedBytes, seedCommitment, type TestSeed } from '../../domain/test-seed.ts'
import { randomHex } from '../../instruments/prober.ts'
import { messageOf } from '../../domain/text.ts'
import type { Execution, Files, Randomness, SessionFolder, SessionRecord } from '../../ports.ts'
import type { RecordNote } from '../stage.ts'
import { manifestIn } from './seal.ts'

export interface BegunTest {
  readonly number: number
  readonly folder: string
  readonly seed: TestSeed
}

export async function beginTest(
  world: SessionRecord & SessionFolder & Randomness,
  plan: Plan,
  session: Session,
  record: RecordNote<'TEST'>,
): Promise<BegunTest> {
  const number = session.testsBegun + 1
  const seed = plan.seed === null ? randomHex(world, seedBytes) : repeatableSeed(plan.seed, number)
  const sessions = await world.ledger.all()
  const own = sessions.find((s) => s.id === session.id)?.entries ?? []
  const program = programOf(own, session.id)
  const earlier = earlierTests(sessions, { session: session.id, project: plan.answers.project.value }, program)
  const left = testsBegunIn(own).filter((t) => t.end === null)
  const interrupted = []
  for (const { test } of left)
    interrupted.push({ test, evidenceRoot: await sealInterrupted(world.files, session.id, test) })
  await record({
    event: 'begun',
    why: `test ${number} of ${program.binarySha256.slice(0, 12)}${left.length === 0 ? '' : `; begun before and not ended: ${left.map((t) => t.test).join(', ')}`}`,
    facts: {
      test: number,
      planDigest: planDigest(plan),
      ...program,
      seedCommitment: seedCommitment(seed),
      earlier,
      interrupted,
      passedBefore: lastPassed(plan, sessions),
      baseline: plan.answers.criteria.value === 'improvement' ? baselineFor(plan, sessions, session.id) : null,
    },
  })
  return { number, folder: folderOf(number), seed }
}

/** The newest test that passed, of this session or another, of the same program kind on the same fleet. */
function lastPassed({ answers, fleet, profile }: Plan, sessions: readonly SessionEntries[]) {
  const [newest] = sessions
    .filter(({ entries }) => {
      const then = entries.findLast(hasPlan)?.facts.plan
      return (
        then?.answers.project.value === answers.project.value &&
        then.fleet.name === fleet.name &&
        then.profile.name === profile.name
      )
    })
    .flatMap(({ entries }) => entries.filter(isTest).map((test) => ({ test, begun: beginningOf(entries, test.seq) })))
    .toSorted((a, b) => b.test.at - a.test.at)
    .flatMap(({ test: { session, facts }, begun }) =>
      facts.logs === null || begun === null
        ? []
        : [
            {
              session,
              test: facts.folder,
              binarySha256: begun.binarySha256,
              commit: begun.commit,
              counts: facts.logs,
              outcomes: facts.outcomes,
              nats: facts.nats,
            },
          ],
    )
  return newest ?? null
}

/** Of the test whose verdict has this place in the chain. */
function beginningOf(entries: readonly Entry[], seq: number) {
  const begun = entries.findLast((e) => e.event === 'begun' && e.seq < seq)
  return begun?.event === 'begun' ? begun.facts : null
}

/** Its root, so that nobody changes it afterwards; null where this machine has nothing of it. */
export async function sealInterrupted(files: Files, session: string, test: number): Promise<string | null> {
  const folder = folderOf(test)
  // One that was sealed, and killed before the ledger had it, keeps its own root.
  if (await files.exists(`${folder}/manifest.json`))
    return (JSON.parse(new TextDecoder().decode(await files.read(`${folder}/manifest.json`))) as Manifest).root
  if ((await files.list(folder)).length === 0) return null
  await files.write(`${folder}/evidence/interrupted.json`, json({ session, test, why: 'it did not end' }))
  const manifest = await manifestIn(files, folder)
  await files.write(`${folder}/manifest.json`, json(manifest))
  return manifest.root
}

/** Sealed as it is, and stored where the session's folder ends with its job: a stop keeps what was done before it. */
export async function keepInterrupted(
  world: Pick<Execution, 'log'> & Pick<SessionFolder, 'files' | 'storeArtifact'>,
  session: string,
  test: number,
): Promise<void> {
  if ((await sealInterrupted(world.files, session, test)) === null) return
  await world
    .storeArtifact(`interrupted-${test}`, folderOf(test))
    .catch((error: unknown) => world.log.warn(`what there is of test ${test} could not be stored: ${messageOf(error)}`))
}

const json = (value: unknown): string => `${JSON.stringify(value, null, 1)}\n`
