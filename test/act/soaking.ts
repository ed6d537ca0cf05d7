/** Ticks of the soak schedule on a scene, and the ledger read back. */
import { mkdtempSync, readFileSync, realpathSync, writeFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { isTest } from '../../src/domain/events/entry.ts'
import { unzip } from '../../src/adapters/github/unzip.ts'
import { openGitLedger } from '../../src/adapters/git-ledger.ts'
import type { Entry } from '../../src/domain/ledger.ts'
import { fold, type Session } from '../../src/domain/session.ts'
import { reachedEntries } from '../kit/reached.ts'
import type { ActResult } from './act.ts'
import { tell, type ActJob } from './log.ts'
import type { Dispatch, Scene } from './scene.ts'

/** Seconds. */
export const hour = 3600

/** One run of vps-test-soak.yml, as the schedule starts it. */
export const tick = (scene: Scene, shiftSeconds: number, more: Dispatch = {}): Promise<ActResult> =>
  scene.act({ workflow: 'vps-test-soak.yml', event: 'schedule', shiftSeconds, ...more })

/** `TEST passed WAIT_1HR`, for each entry. */
export const steps = (entries: readonly Entry[]): readonly string[] =>
  // What a busy machine made a rule do is no step of the session.
  entries.filter((e) => e.event !== 'recovered').map((e) => `${e.from} ${e.event} ${e.to}`)

export interface Told {
  readonly session: Session
  readonly entries: readonly Entry[]
}

/** Every session of a scene's ledger branch, oldest first. */
export async function sessionsOf(scene: Scene): Promise<readonly Told[]> {
  const ledger = await openGitLedger(mkdtempSync(join(scene.dir, 'read-')), { remote: { url: scene.remote } })
  return (await ledger.all())
    .map(({ id, entries }) => ({ session: fold(id, entries), entries: reachedEntries(entries) }))
    .toSorted((a, b) => a.session.startedAt - b.session.startedAt)
}

export const newest = async (scene: Scene): Promise<Told> => {
  const last = (await sessionsOf(scene)).at(-1)
  if (last === undefined) throw new Error('the ledger has no session')
  return last
}

/** Seconds by which the clock must be moved for the newest session to be late by so much. */
export async function dueShift(scene: Scene, lateSeconds: number): Promise<number> {
  const { session } = await newest(scene)
  if (session.waitUntil === null) throw new Error(`${session.id} waits for nothing in ${session.state}`)
  return Math.ceil((session.waitUntil - Date.now()) / 1000) + lateSeconds
}

/** Which session holds the lease on a node, by its own clock. */
export async function leaseOn(scene: Scene, node: string): Promise<string> {
  const [, until = '0', holder = '-', , now = '0'] = (
    await scene.lab.on(node, 'cat /var/lib/vps-test/leases/testnet-peer; date +%s')
  ).split('\n')
  return Number(until) > Number(now) ? holder : 'free'
}

/** The proof page of a recorded test, from the artifact that its entry names. */
export async function proofOf(scene: Scene, entry: Entry | undefined): Promise<string> {
  const test = entry !== undefined && isTest(entry) ? entry.facts : undefined
  const found = scene.results.all().find((a) => a.id === test?.artifact?.id)
  if (found === undefined) throw new Error('the entry names no artifact that is there')
  const dir = realpathSync(mkdtempSync(join(scene.dir, 'evidence-')))
  writeFileSync(join(dir, 'packed.zip'), found.data)
  await unzip(join(dir, 'packed.zip'), dir, { files: 10_000, bytes: 1 << 28 }, AbortSignal.timeout(120_000))
  return readFileSync(join(dir, basename(test?.proofPage ?? '')), 'utf8')
}

export function jobOf(result: ActResult, name: string): ActJob {
  const job = result.job(name)
  if (job === undefined) throw new Error(`no job ${name} ran:\n${tell(result.raw)}`)
  return job
}

/** Which jobs ran, by path. */
export const ran = (result: ActResult): readonly string[] => result.jobs.map((job) => job.path)

/** Everything that a run's jobs printed. */
export const said = (result: ActResult): string => result.jobs.flatMap((job) => job.log).join('\n')
