/**
 * `record`: writes into the ledger what a job of this run did on a lab with a token that only reads. What it left is
 * data: nothing of the project runs here.
 */
import { readFile, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { decide } from '../app/checkpoints.ts'
import { storedSession, storedSessions, type StoredSession } from '../app/sessions.ts'
import { fleetOf, projectOf } from '../domain/events/readers.ts'
import { exitCodes, Failure } from '../domain/failure.ts'
import { handedFaults, readHanded } from '../domain/handed-ledger.ts'
import type { Entry } from '../domain/ledger.ts'
import { fold } from '../domain/session.ts'
import { endJob } from './end-job.ts'
import type { JobResult, Job } from './job.ts'
import { newestTest, sessionOf } from './report.ts'
import { evidence } from './show-evidence.ts'

const longest = 16 << 20

/** What the job with the lab leaves, and this one takes. */
export const reportName = (session: string, attempt: number | ''): string => `vps-test-report-${session}-${attempt}`
export const reportFile = 'ledger.jsonl'

export async function record(job: Job): Promise<JobResult> {
  const { session: id } = job.inputs
  const entries = await handedOver(job, id)
  const project = projectOf(entries) ?? ''
  const ledger = await job.context.sessions.ledgerOf(project)
  const session = fold(id, entries)
  const test = newestTest(entries)
  if (test !== undefined) await evidence(job, { project, ledger, session, entries }, test)
  // A job that is run again finds the first of them written.
  const known = (await storedSession(job.context.sessions, id))?.entries ?? []
  if (known.some((entry, i) => entry.hash !== entries[i]?.hash))
    throw refused(id, 'the ledger has another session of this name')
  for (const entry of entries.slice(known.length)) await ledger.append(id, entry)
  const recorded = await sessionOf(job)
  await supersede(job, recorded)
  return endJob(job, recorded, {
    outputs: {},
    next: false,
    proof: null,
    // The job with the lab has shown it, and is red where it failed.
    summary: null,
    person: 'ask',
    code: exitCodes.passed,
    title: null,
  })
}

async function handedOver(job: Job, id: string): Promise<readonly Entry[]> {
  const { artifacts, facts, context } = job
  const begins = reportName(id, '')
  const found = id === '' ? undefined : (await artifacts?.list(facts.run))?.find(({ name }) => name.startsWith(begins))
  if (found === undefined || artifacts === null) throw refused(id, 'no job of this run left a ledger of it')
  const folder = join(facts.temp, 'handed-over')
  context.terminal.info(`fetching artifact ${found.name}`)
  await artifacts.download(found.id, folder, { run: facts.run, attempt: facts.attempt - 1 })
  const file = join(folder, reportFile)
  if ((await stat(file).catch(() => null))?.isFile() !== true || (await stat(file)).size > longest)
    throw refused(id, 'no ledger of a readable size was left')
  const entries = readHanded(await readFile(file, 'utf8'))
  if (typeof entries === 'string') throw refused(id, entries)
  const faults = handedFaults(entries, { session: id, ...facts })
  if (faults.length > 0) throw refused(id, faults.slice(0, 5).join('; '))
  return entries
}

/** Its lab is gone, so a push does not go on with an older session: the newer one stands in its place. */
async function supersede({ context: c }: Job, { project, session, entries }: StoredSession): Promise<void> {
  const older = (await storedSessions(c.sessions, project)).filter(
    (k) =>
      k.session.id !== session.id &&
      k.session.state === 'AWAIT_PUSH' &&
      k.session.startedAt < session.startedAt &&
      k.session.origin?.branch === session.origin?.branch &&
      fleetOf(k.entries) === fleetOf(entries),
  )
  for (const known of older)
    await decide(c, known, { event: 'superseded', why: `by ${session.id}, of a newer commit`, facts: {} })
}

const refused = (id: string, why: string): Failure =>
  new Failure({
    code: 'H026',
    message: `what was done for session ${id === '' ? '(none)' : id} is not recorded: ${why}`,
  })
