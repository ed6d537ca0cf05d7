/**
 * `comment` with a run: what a run without secrets left on the code of a pull request. It is data of a stranger: judged
 * again here, shown on the pull request that GitHub says it came from, and on no other.
 */
import { suiteCounts } from '../domain/suites/suite.ts'
import { join } from 'node:path'
import { ours } from '../adapters/github/artifacts.ts'
import { cutMarkdown } from '../adapters/github/cut.ts'
import { untrustedEvidence } from '../domain/bundle-shape.ts'
import { exitCodes, Failure, isFailure } from '../domain/failure.ts'
import { fold } from '../domain/session.ts'
import type { ArtifactStore, PullRequest } from '../ports/forge.ts'
import { plainLine } from '../report/plain.ts'
import { commentMarker, prComment } from '../report/pr-comment.ts'
import { pageMarkdown } from '../report/markdown.ts'
import { inline, joined, link, paragraph, strong, type Inline } from '../report/section.ts'
import { verdictTitle } from '../report/verdict-title.ts'
import { check } from '../app/evidence.ts'
import { againstBase } from './base.ts'
import type { JobResult, Job } from './job.ts'
import { forgeOf, summaryBytes, type CommentPage } from './comment-page.ts'
import { messageOf } from '../domain/text.ts'

const marker = commentMarker('pull-request')

export async function ofPullRequest(job: Job): Promise<JobResult> {
  const {
    artifacts,
    inputs: { runAttempt, headSha, headRepository, headBranch },
  } = job
  if (artifacts === null || headSha === '' || runAttempt === '')
    throw new Failure({
      code: 'U074',
      message: 'a comment on a pull request needs run-id, run-attempt, head-sha and the artifacts of that run',
    })
  if (headRepository === '' || headBranch === '')
    return unwritten(
      job,
      'GitHub does not say which repository and branch the run is of (a fork that was deleted has none): nothing is written',
    )
  // Others may have the same commit as their head. What was tested is its merge with a base, and that may be another
  // program there.
  const pulls = (await forgeOf(job).pullRequestsAt(headSha)).filter(
    (p) => p.repository?.toLowerCase() === headRepository.toLowerCase() && p.branch === headBranch,
  )
  const [pull, ...more] = pulls
  if (pull === undefined)
    return unwritten(
      job,
      `no open pull request of that repository and branch has ${headSha.slice(0, 12)} as its head: nothing is written`,
    )
  const shown = more.length > 0 ? undecided(job, pulls) : await tested(job, artifacts)
  for (const one of pulls) await show(job, one, shown)
  await job.surface.writeSummary(shown.body(pull))
  return { code: exitCodes.passed, title: shown.title }
}

async function unwritten({ context, surface }: Job, why: string): Promise<JobResult> {
  context.terminal.info(why)
  await surface.writeSummary(
    pageMarkdown({ id: 'unwritten', title: 'vps-test', blocks: [paragraph(inline`${why}.`)] }, 3),
  )
  return { code: exitCodes.passed, title: why }
}

/** A title holds a few; the page lists all. */
const someOf = (weaker: readonly string[]): string =>
  `${weaker.slice(0, 3).join('; ')}${weaker.length > 3 ? `; and ${weaker.length - 3} more` : ''}`

const runPage = ({ facts, inputs }: Job): string =>
  `${facts.serverUrl}/${facts.repository}/actions/runs/${inputs.runId}`
const pullPage = ({ facts }: Job, { number }: PullRequest): string =>
  `${facts.serverUrl}/${facts.repository}/pull/${number}`
const attemptPage = (job: Job): string => `${runPage(job)}/attempts/${job.inputs.runAttempt}`
const plain = (title: string, words: Inline): CommentPage => ({
  title,
  good: false,
  body: () =>
    `${marker}\n${pageMarkdown({ id: 'untested', title: inline`vps-test: ${title}`, blocks: [paragraph(words)] }, 3)}`,
})

/** One branch may go into two bases at once, and of a fork's run GitHub names the branch only. */
const undecided = (job: Job, pulls: readonly PullRequest[]): CommentPage =>
  plain(
    'it cannot be told which pull request was tested',
    inline`This branch goes into several bases (pull requests ${joined(
      pulls.map((p) => link(`${p.number}`, pullPage(job, p))),
      ', ',
    )}); each merge is another program, and GitHub does not say of which ${link('the run', attemptPage(job))} was. Close all but one and run it again.`,
  )

async function tested(job: Job, artifacts: ArtifactStore): Promise<CommentPage> {
  const { runId: run, runAttempt } = job.inputs
  // A run that was started again has the evidence of its earlier attempts too, which says nothing about this one.
  const found = (await artifacts.list(run)).find(
    ({ name }) => ours.test(name) && name.startsWith('vps-test-evidence-') && name.endsWith(`-${runAttempt}`),
  )
  if (found === undefined)
    return plain(
      'nothing was tested',
      inline`This attempt of the run kept no evidence. What happened is in ${link('its log', attemptPage(job))}.`,
    )
  const folder = join(job.facts.temp, 'artifact')
  try {
    await artifacts.download(found.id, folder, { run, attempt: Number(runAttempt) })
    return await judged(job, folder, `${runPage(job)}/artifacts/${found.id}`)
  } catch (error) {
    job.context.signal.throwIfAborted()
    // That GitHub did not give it says nothing about it. What a stranger packed, however, must not keep an older
    // comment standing.
    if (isFailure(error, 'I462')) throw error
    job.context.terminal.warn(`the evidence cannot be read: ${messageOf(error)}`)
    return plain(
      'the evidence of this run cannot be read',
      inline`What happened is in ${link('its log', attemptPage(job))}.`,
    )
  }
}

async function judged(job: Job, folder: string, artifactUrl: string): Promise<CommentPage> {
  const { result, evidence } = await check(folder, { version: job.context.version, most: untrustedEvidence })
  if (evidence === null) throw new Error(result.faults.join('; '))
  const { bundle, verdict } = evidence
  const session = fold(bundle.facts.session, bundle.entries)
  const commit = session.origin?.commit ?? null
  // Evidence of another commit may be whole and good, and says nothing about this one.
  const faults = [
    ...result.faults,
    ...(commit === job.inputs.headSha
      ? []
      : [`the evidence is of commit ${commit?.slice(0, 12) ?? 'none'}, not of the head of this pull request`]),
  ]
  const counts = suiteCounts(verdict.suites)
  const against = await againstBase(job, { id: '', entries: bundle.entries, counts })
  const good = faults.length === 0 && verdict.result === 'passed'
  const weaker = against(job.facts.baseBranch)?.weaker ?? []
  const title =
    faults.length > 0
      ? `the evidence is not whole: ${faults.length} faults`
      : verdictTitle({ session, entries: bundle.entries, verdict }) +
        (weaker.length === 0 ? '' : `; less demanded than of ${job.facts.baseBranch}: ${someOf(weaker)}`)
  const note =
    faults.length > 0
      ? inline`The evidence is ${strong('not whole')} (${faults.length} faults): do not trust it.`
      : 'Judged again from the evidence of a run without secrets on the code of this pull request: it is consistent, and anchored nowhere.'
  // The base is what GitHub says of the pull request: this run is of no branch, and what the evidence says is a
  // stranger's.
  const body = (pull: PullRequest | null): string =>
    prComment(
      {
        session,
        entries: bundle.entries,
        bundle,
        verdict,
        artifactUrl,
        runUrl: attemptPage(job),
        comparison: against(pull?.base ?? job.facts.baseBranch),
        subject: pull?.title ?? null,
        title,
        note,
      },
      marker,
    )
  // What no page can be made of is found out here, where that is caught.
  body(null)
  return { title, good, body }
}

/**
 * A check stands at a commit, for every pull request with that head. It is named by the base, because commit and base
 * together are what was tested: the rules of another base ask for another check. A pull request that is given another
 * base shows the old test under the new name until it runs again.
 */
async function show(job: Job, pull: PullRequest, { title, good, body }: CommentPage): Promise<void> {
  const forge = forgeOf(job)
  const page = body(pull)
  job.context.terminal.info(`pull request ${pull.number}: ${await forge.comment(pull.number, marker, page)}`)
  await forge.check({
    name: `vps-test lab proof (${plainLine(pull.base, 100)})`,
    sha: job.inputs.headSha,
    conclusion: good ? 'success' : 'failure',
    title: plainLine(`#${pull.number} into ${plainLine(pull.base, 100)}: ${title}`, 250),
    summary: cutMarkdown(page, summaryBytes),
    url: job.facts.runUrl,
  })
}
