/** `start` and `plan`: from parameters to a confirmed plan, and from there to the session's end. */
import { join, resolve } from 'node:path'
import { systemClock, systemRandom } from '../adapters/system.ts'
import { readSource } from '../adapters/build/source.ts'
import { digestOf } from '../adapters/build/zigbuild.ts'
import { openGitLedger } from '../adapters/git-ledger.ts'
import { revisionOf } from '../domain/build.ts'
import { Failure } from '../domain/failure.ts'
import { planDigest, type BinarySource, type Plan } from '../domain/plan.ts'
import { silentParts } from '../domain/silent.ts'
import { fold } from '../domain/session.ts'
import { planSummary } from '../inputs/summary.ts'
import type { Ledger } from '../ports.ts'
import { acts, run } from '../run.ts'
import { assemblePlan } from '../stages/plan.ts'
import { recordInterview } from '../stages/interview.ts'
import { openWorld } from '../world.ts'
import { loadFleet, loadProfiles, loadRepository, type Context } from './context.ts'
import { cancelled, confirm, interview } from './interview.ts'
import { ending } from './ending.ts'
import { startLine, type StartFlags } from './start-line.ts'

export interface StartWords { readonly project?: string; readonly focus?: string; readonly criteria?: string; readonly proof?: string }

export async function start(c: Context, words: StartWords, flags: StartFlags): Promise<number> {
  const { plan } = await makePlan(c, words, flags)
  c.terminal.info(`${planSummary(plan)}\n\n${planText(plan)}`)
  const { choice, by } = await confirm(c, flags.yes === true)
  if (choice === 'modify') { c.terminal.print(startLine(plan, flags)); return 0 }
  if (choice === 'cancel') throw cancelled()
  const stateDir = join(c.stateDir, plan.config.project)
  const ledger = await openGitLedger(join(stateDir, 'ledger.git'))
  const session = (await unfinished(ledger, plan)) ?? newSession(plan)
  await recordInterview(ledger, systemClock, session, plan, by)
  c.terminal.info(`session ${session}; after an interruption the same command continues it`)
  const world = await openWorld({ version: c.version, fleet: plan.fleet, log: c.terminal, signal: c.signal, stateDir, session, probe: c.probe, keyFile: flags.key ?? null, cacheDir: c.cacheDir })
  try {
    const end = await run(plan, session, world)
    return await ending(c, plan, end, await world.ledger.read(session), join(stateDir, 'sessions', session), flags.json === true)
  } finally {
    await world.close()
  }
}

export async function plan(c: Context, words: StartWords, flags: StartFlags): Promise<number> {
  const made = await makePlan(c, words, flags)
  c.terminal.print(flags.json === true ? JSON.stringify({ digest: planDigest(made.plan), ...made.plan }, null, 2) : `${planSummary(made.plan)}\n\n${planText(made.plan)}`)
  return 0
}

async function makePlan(c: Context, words: StartWords, flags: StartFlags): Promise<{ plan: Plan }> {
  const { fleet } = await loadFleet(c, flags.fleet, flags.lab)
  const profiles = await loadProfiles(c)
  const repository = await loadRepository(c, flags.repo, flags.config, fleet, profiles)
  const { answers, profile } = await interview(c, { parameters: words, configs: repository.configs }, profiles)
  const found = repository.configs.find((p) => p.project === answers.project.value)
  if (found === undefined) throw new Failure({ kind: 'usage', code: 'U044', message: `the configuration has no project ${answers.project.value}` })
  const config = flags.soak === 'off' ? { ...found, soak: { ...found.soak, wait1hr: false, wait6hr: false } } : found
  return { plan: assemblePlan({ answers, config, profile, fleet, source: await sourceOf(c, flags, join(repository.dir, config.binary.workspace)), binaryBytes: null }) }
}

/** Names the exact source, so that a killed session is continued only with the program that it was begun with. */
async function sourceOf(c: Context, flags: StartFlags, workspace: string): Promise<BinarySource> {
  if (flags.binary !== undefined) return { kind: 'file', path: resolve(c.cwd, flags.binary), sha256: await digestOfGiven(resolve(c.cwd, flags.binary)) }
  if (flags.release === undefined) return { kind: 'build', workspace, revision: revisionOf(await readSource(workspace, c.signal)) }
  const [, repository, tag, asset] = /^([\w.-]+\/[\w.-]+)@([^:\s]+):(\S+)$/.exec(flags.release) ?? []
  if (repository === undefined || tag === undefined || asset === undefined) throw new Failure({ kind: 'usage', code: 'U045', message: `--release ${flags.release} is not owner/repo@tag:asset`, remedy: 'vps-test start --release owner/repo@v1.0.0:program-linux' })
  return { kind: 'release', repository, tag, asset }
}

/** A session of the very same plan that was interrupted is continued: running again is the resume. One that waits has done its test: a new start tests anew, or it would show the old result for new code. */
async function unfinished(ledger: Ledger, plan: Plan): Promise<string | undefined> {
  const digest = planDigest(plan)
  for (const id of (await ledger.sessions()).toReversed()) {
    const session = fold(id, await ledger.read(id))
    if (session.planDigest === digest && (session.state === 'INTERVIEW' || acts(session.state))) return id
  }
  return undefined
}

/** Sorts by time: `testnet-20261122-204512-1f3a`. */
function newSession(plan: Plan): string {
  const stamp = new Date(systemClock.now()).toISOString().replaceAll(/[-:]/g, '').replace('T', '-').slice(0, 15)
  return `${plan.config.project}-${stamp}-${Buffer.from(systemRandom.bytes(2)).toString('hex')}`
}

const planText = (plan: Plan): string => [
  ...plan.steps.map((s) => `${s.id}. ${s.title.padEnd(7)} ${s.detail} (about ${s.seconds} s)`),
  `About ${Math.ceil(plan.estimate.seconds / 60)} min, ${plan.estimate.attempts} attempts, ${plan.estimate.uploadBytes === null ? 'upload size known after the build' : `${plan.estimate.uploadBytes} bytes to upload`}.`,
  ...silentParts(plan).map((s) => `Note: ${s.what}: ${s.why}.`),
  plan.soak.length === 0 ? 'Soak: off.' : `Soak: ${plan.soak.join(', ')} (recorded; this version does not take the checkpoints).`,
  `Plan ${planDigest(plan).slice(0, 16)}.`,
].join('\n')

const digestOfGiven = (path: string): Promise<string> => digestOf(path).catch((error: unknown) => {
  throw new Failure({ kind: 'usage', code: 'U046', message: `cannot read the given binary ${path}`, remedy: `ls -l ${path}` }, error)
})
