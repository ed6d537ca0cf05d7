/**
 * `status`, `stop`, `logs`, `diagnose`, `nodes`: the verbs of the command line, their output as summary and artifact.
 */
import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { exitCodes, Failure } from '../domain/failure.ts'
import { pageMarkdown } from '../report/markdown.ts'
import { codeBlock, paragraph } from '../report/section.ts'
import { diagnose } from '../app/diagnose.ts'
import { storedSessions } from '../app/sessions.ts'
import { nodes } from '../app/nodes.ts'
import { logs } from '../app/logs.ts'
import { status } from '../app/status.ts'
import { stop } from '../app/stop.ts'
import type { Context } from '../app/context.ts'
import { chosenFleet } from '../app/fleet-choice.ts'
import { defaultFleet } from '../inputs/request-fields.ts'
import { updateAskIssues } from './ask.ts'
import type { JobResult, Job } from './job.ts'

type Look = 'status' | 'stop' | 'logs' | 'diagnose' | 'nodes'
/** Of a summary; the artifact has all of it. */
const shownCharacters = 200_000

export async function inspect(job: Job, command: Look): Promise<JobResult> {
  const lines: string[] = []
  const { terminal } = job.context
  const keep = (text: string): void => {
    lines.push(text)
    terminal.print(text)
  }
  const context: Context = {
    ...job.context,
    terminal: {
      ...terminal,
      print: keep,
      info: (line) => {
        lines.push(line)
        terminal.info(line)
      },
    },
  }
  const code = await act(job, context, command)
  const text = lines.join('\n')
  const rest = text.length > shownCharacters ? [paragraph('The rest is in the artifact.')] : []
  await job.surface.writeSummary(
    pageMarkdown({ id: command, title: command, blocks: [codeBlock(text, shownCharacters), ...rest] }, 2),
  )
  if (job.artifacts !== null && text !== '') {
    const folder = join(job.facts.temp, 'look')
    await mkdir(folder, { recursive: true })
    const file = join(folder, `${command}.txt`)
    await writeFile(file, `${text}\n`)
    await job.artifacts.upload(`vps-test-${command}-${job.facts.attempt}`, folder, [file])
  }
  return { code, title: `${command}: ${code === exitCodes.passed ? 'done' : `exit ${code}`}` }
}

async function act(job: Job, c: Context, command: Look): Promise<number> {
  const {
    inputs: { request, session, node, services, reason },
    key,
  } = job
  const fleet = (): Promise<string> =>
    chosenFleet(c, { named: request.fleet, repo: request.repo, config: request.config, otherwise: defaultFleet })
  switch (command) {
    case 'status':
      return status(c, {})
    case 'nodes':
      return nodes(c, { fleet: await fleet(), key, measure: true })
    case 'diagnose': {
      if (node === '')
        throw new Failure({
          code: 'U075',
          message: 'diagnose needs the input node',
          remedy: 'gh workflow run vps-test-ops.yml -f command=diagnose -f node=saorsa-4',
        })
      return diagnose(c, node, { fleet: await fleet(), key })
    }
    case 'logs':
      return logs(c, await projectOf(c, request.project, session), {
        transitions: true,
        ...(session === '' ? {} : { session }),
      })
    case 'stop': {
      const code = await stop(c, await projectOf(c, request.project, session), {
        key,
        services,
        ...(reason === '' ? {} : { reason }),
        ...(session === '' ? {} : { session }),
      })
      await updateAskIssues(job)
      return code
    }
  }
}

/** Named, or that of the session, or the only one there is; the ledger has a session of it. */
async function projectOf(c: Context, given: string | undefined, session: string): Promise<string> {
  const all = (await storedSessions(c.sessions, given)).filter((k) => session === '' || k.session.id === session)
  const [found, ...more] = new Set(all.map((k) => k.project))
  if (found !== undefined && more.length === 0) return found
  const message =
    found !== undefined
      ? `which project: ${[found, ...more].join(', ')}?`
      : `the ledger has no session${session === '' ? '' : ` ${session}`}${given === undefined ? '' : ` of project ${given}`}`
  throw new Failure({
    code: 'U076',
    message,
    remedy: 'gh workflow run vps-test-ops.yml -f command=status',
  })
}
