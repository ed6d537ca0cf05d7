/**
 * `gate`: the one check to require. What is inconclusive, skipped, queued or never begun is a failure here, with its
 * own title, because GitHub counts a neutral or skipped check as passed.
 */
import { exitCodes, Failure } from '../domain/failure.ts'
import { pageMarkdown } from '../report/markdown.ts'
import { codeBlock } from '../report/section.ts'
import { traitsOf } from '../domain/states.ts'
import { verdictTitle } from '../report/verdict-title.ts'
import { settledCode } from '../app/exit-code.ts'
import { continuedAtOtherCommit } from './other-commit.ts'
import { endJob } from './end-job.ts'
import type { JobResult, Job } from './job.ts'
import { newestTest, sessionOf } from './report.ts'

/** Jobs that show what happened; that one of them failed changes no verdict, but is told. */
const showing: readonly string[] = ['report', 'approve', 'rejected']

export async function gate(job: Job): Promise<JobResult> {
  const results = jobResults(job.inputs.needs)
  const broken = Object.entries(results).filter(([, r]) => r === 'failure' || r === 'cancelled')
  const known = job.inputs.session === '' ? null : await sessionOf(job)
  const said = broken.map(([name, r]) => `${name}: ${r}`).join(', ')
  if (known === null) {
    const title =
      broken.length > 0
        ? `nothing was tested (${said})`
        : verdictTitle({
            session: null,
            entries: [],
            notTested: results['plan'] === undefined ? 'no plan' : 'the plan was not confirmed',
          })
    return told(job, { code: exitCodes.inconclusive, title })
  }
  const { session, entries } = known
  const other = continuedAtOtherCommit(job, session)
  if (other !== null) return told(job, { code: exitCodes.inconclusive, title: other })
  const title = verdictTitle({ session, entries })
  const tested = newestTest(entries) !== undefined
  const { kind, standing } = traitsOf(session.state)
  const code =
    tested || kind === 'final' || standing === 'failed' ? settledCode(session, entries) : exitCodes.inconclusive
  const hurt = code === exitCodes.passed && broken.some(([name]) => !showing.includes(name))
  const ended = await endJob(job, known, {
    outputs: {},
    next: false,
    proof: null,
    summary: null,
    person: 'leave',
    code: hurt ? exitCodes.harness : code,
    title: hurt
      ? `${title}, but not every job ended well (${said})`
      : code !== exitCodes.passed && broken.length > 0
        ? `${title} (${said})`
        : title,
  })
  return told(job, ended)
}

async function told(job: Job, ended: JobResult): Promise<JobResult> {
  await job.surface.writeSummary(
    pageMarkdown(
      {
        id: 'gate',
        title: ended.code === exitCodes.passed ? 'Passed' : 'Not passed',
        blocks: [codeBlock(ended.title)],
      },
      2,
    ),
  )
  return ended
}

/** Job name to result, from `toJSON(needs)`. */
function jobResults(text: string): Readonly<Record<string, string>> {
  if (text === '') return {}
  try {
    const all = JSON.parse(text) as Readonly<Record<string, { readonly result?: unknown }>>
    return Object.fromEntries(Object.entries(all).map(([name, j]) => [name, String(j.result ?? 'unknown')]))
  } catch (error) {
    throw new Failure({ code: 'U057', message: 'the input needs is no JSON: it is toJSON(needs)' }, error)
  }
}
