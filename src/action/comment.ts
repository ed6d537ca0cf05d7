/** `comment`: shows a proof on the pull requests of its commit. For a run of a pull request, the artifact is data of a stranger: it is judged again here, and the pull request is found by its head commit. */
import { join } from 'node:path'
import { exitCodes, Failure } from '../domain/failure.ts'
import { fold } from '../domain/session.ts'
import type { Forge, PullRequest } from '../ports.ts'
import type { Comparison } from '../report/comparison.ts'
import { countsOf } from '../report/facts.ts'
import { commentMarker, prComment } from '../report/pr-comment.ts'
import type { SurfaceInput } from '../report/surface.ts'
import { verdictTitle } from '../report/verdict-title.ts'
import { settledCode } from '../verbs/ending.ts'
import { bundleIn, check } from '../verbs/verify.ts'
import { againstBase } from './base.ts'
import type { Ended, Job } from './job.ts'
import { evidence } from './prove.ts'
import { artifactOf, newestTest, nothingShown, sessionOf } from './tell.ts'

interface Shown {
  readonly title: string
  readonly good: boolean
  /** One commit may be the head of several pull requests, each with its title and its base. Null: of none. */
  readonly body: (pull: PullRequest | null) => string
}

export const comment = (job: Job): Promise<Ended> => (job.inputs.runId === '' ? ofSession(job) : ofPullRequest(job))

/** A session of this ledger: on the pull requests of its commit, and as a check there. */
async function ofSession(job: Job): Promise<Ended> {
  const known = await sessionOf(job)
  const { session, entries } = known
  const commit = session.origin?.commit ?? null
  if (commit === null) return { code: exitCodes.passed, title: 'the session has no commit: nothing to show it on' }
  // A second tick, or a run that died: whoever records the checkpoint shows it, and until then the one before stands.
  if (session.checkpoint !== null) return { code: exitCodes.passed, title: `${session.checkpoint.name} is being taken: shown when it is recorded` }
  const test = newestTest(entries)
  const shown = test === undefined ? nothingShown : await evidence(job, known, test).catch((error: unknown) => {
    job.context.terminal.warn(`shown without its evidence: ${error instanceof Error ? error.message : String(error)}`)
    return nothingShown
  })
  const against = test === undefined ? (): Comparison | null => null : await againstBase(job, { id: session.id, entries, counts: countsOf(test.facts['counts']) })
  const input: SurfaceInput = { session, entries, bundle: shown.bundle, verdict: shown.verdict, artifactUrl: artifactOf(test?.facts)?.url ?? null, runUrl: job.facts.runUrl, comparison: shown.comparison }
  const marker = commentMarker(`fleet/${known.project}`)
  const good = test !== undefined && settledCode(session, entries) === exitCodes.passed
  return show(job, commit, { title: verdictTitle({ session, entries }), good, body: (pull) => prComment(pull === null ? input : { ...input, subject: pull.title, comparison: against(pull.base) }, marker) }, 'vps-test proof', marker)
}

/** A run without secrets: what its artifact says is rendered and judged, never believed. */
async function ofPullRequest(job: Job): Promise<Ended> {
  const { artifacts, inputs, facts } = job
  if (artifacts === null || inputs.headSha === '') throw new Failure({ kind: 'usage', code: 'U074', message: 'a comment on a pull request needs run-id, head-sha and the artifacts of that run' })
  const marker = commentMarker('pull-request')
  const found = (await artifacts.list(inputs.runId)).find((a) => a.name.startsWith('vps-test-evidence-'))
  const runUrl = `${facts.serverUrl}/${facts.repository}/actions/runs/${inputs.runId}`
  if (found === undefined) return show(job, inputs.headSha, { title: 'nothing was tested: the run kept no evidence', good: false, body: () => `${marker}\n### vps-test: nothing was tested\n\nThe run kept no evidence. What happened is in [its log](${runUrl}).\n` }, 'vps-test lab proof', marker)
  const folder = join(facts.temp, 'artifact')
  const shown = await artifacts.download(found.id, folder, { run: inputs.runId, attempt: 1 }).then(() => judged(job, folder, `${runUrl}/artifacts/${found.id}`, runUrl, marker)).catch((error: unknown): Shown => {
    job.context.signal.throwIfAborted()
    // That GitHub did not give it says nothing about it. What a stranger packed, however, must not keep an older comment standing.
    if (error instanceof Failure && error.facts.code === 'I462') throw error
    job.context.terminal.warn(`the evidence cannot be read: ${error instanceof Error ? error.message : String(error)}`)
    return { title: 'the evidence of this run cannot be read', good: false, body: () => `${marker}\n### vps-test: the evidence of this run cannot be read\n\nWhat happened is in [its log](${runUrl}).\n` }
  })
  return show(job, inputs.headSha, shown, 'vps-test lab proof', marker)
}

async function judged(job: Job, folder: string, artifactUrl: string, runUrl: string, marker: string): Promise<Shown> {
  const checked = await check(folder, job.context.version)
  const { bundle, verdict } = await bundleIn(folder)
  const session = fold(bundle.facts.session, bundle.entries)
  const commit = session.origin?.commit ?? null
  // Evidence of another commit may be whole and good, and says nothing about this one.
  const faults = [...checked.faults, ...(commit === job.inputs.headSha ? [] : [`the evidence is of commit ${commit?.slice(0, 12) ?? 'none'}, not of the head of this pull request`])]
  const counts = Object.fromEntries(Object.entries(verdict.classes).map(([c, r]) => [c, { attempts: r.attempts, successes: r.successes, pairs: r.pairs, pairsTried: r.pairsTried }]))
  const against = await againstBase(job, { id: '', entries: bundle.entries, counts })
  const good = faults.length === 0 && verdict.result === 'passed'
  const title = faults.length > 0 ? `the evidence is not whole: ${faults.length} faults` : verdictTitle({ session, entries: bundle.entries, verdict })
  const note = 'Judged again from the evidence of a run without secrets on the code of this pull request: it is consistent, and anchored nowhere.'
  // The base is what GitHub says of the pull request: this run is of no branch, and what the evidence says is a stranger's.
  const body = (pull: PullRequest | null): string => prComment({ session, entries: bundle.entries, bundle, verdict, artifactUrl, runUrl, comparison: against(pull?.base ?? job.facts.baseBranch), subject: pull?.title ?? null }, marker)
  // What no page can be made of is found out here, where that is caught.
  body(null)
  return { title, good, body: (pull) => `${body(pull)}\n${faults.length > 0 ? `The evidence is **not whole** (${faults.length} faults): do not trust it.` : note}\n` }
}

async function show(job: Job, sha: string, { title, good, body }: Shown, name: string, marker: string): Promise<Ended> {
  const forge = forgeOf(job)
  const pulls = await forge.pullRequestsAt(sha)
  for (const pull of pulls) job.context.terminal.info(`pull request ${pull.number}: ${await forge.comment(pull.number, marker, body(pull))}`)
  if (pulls.length === 0) job.context.terminal.info(`no open pull request has ${sha.slice(0, 12)} as its head`)
  const first = body(pulls[0] ?? null)
  await forge.check({ name, sha, conclusion: good ? 'success' : 'failure', title, summary: first.slice(0, 60_000), url: job.facts.runUrl })
  await job.surface.writeSummary(first)
  return { code: exitCodes.passed, title }
}

function forgeOf({ context: { forge } }: Job): Forge {
  if (forge === null) throw new Failure({ kind: 'usage', code: 'U077', message: 'the input github-token is empty: nothing can be written to GitHub', remedy: 'leave github-token at its default' })
  return forge
}
