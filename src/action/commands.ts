/** Command name to what it does; and an error as one annotation for each fault. */
import { isAbsolute, relative, resolve } from 'node:path'
import { Failure, exitCodeOf, exitCodes, type FileLocation } from '../domain/failure.ts'
import { machineFault } from '../domain/machine-fault.ts'
import { faultText } from '../inputs/faults.ts'
import { advance } from './advance.ts'
import { all } from './all.ts'
import { approve, reject } from './approve.ts'
import { comment } from './comment.ts'
import { compile } from './compile.ts'
import { gate } from './gate.ts'
import type { ActionCommand } from './inputs.ts'
import type { JobResult, Job } from './job.ts'
import { inspect } from './inspect.ts'
import { notify } from './notify.ts'
import { confirm, plan } from './plan.ts'
import { prove } from './show-evidence.ts'
import { record } from './record.ts'
import { onGitHub } from './remedy.ts'
import { bring } from '../adapters/runner.ts'
import { soak } from './soak.ts'
import { build, deploy, setup, test } from './stages.ts'
import type { Surface } from '../adapters/github/surface.ts'
import { pageMarkdown } from '../report/markdown.ts'
import { codeBlock, paragraph } from '../report/section.ts'

const acts: Readonly<Record<ActionCommand, (job: Job) => Promise<JobResult>>> = {
  run: all,
  plan,
  confirm,
  setup,
  compile,
  build,
  deploy,
  test,
  prove,
  advance,
  gate,
  record,
  soak,
  approve,
  reject,
  comment,
  notify,
  status: (job) => inspect(job, 'status'),
  stop: (job) => inspect(job, 'stop'),
  logs: (job) => inspect(job, 'logs'),
  diagnose: (job) => inspect(job, 'diagnose'),
  nodes: (job) => inspect(job, 'nodes'),
  version: async (job) => {
    job.surface.setOutputs({ version: job.context.version })
    job.context.terminal.info(`vps-test ${job.context.version}`)
    return { code: exitCodes.passed, title: '' }
  },
}

const probing: readonly ActionCommand[] = ['run', 'test', 'nodes']

export async function act(job: Job): Promise<JobResult> {
  const { command, session } = job.inputs
  const needsProber = probing.includes(command) || (command === 'soak' && session !== '')
  if (!needsProber || job.context.probe !== null) return acts[command](job)
  const { VPS_TEST_PROBE } = await job.surface.group('prober', () =>
    bring('prober', job.context.root, job.context.signal),
  )
  return acts[command]({ ...job, context: { ...job.context, probe: VPS_TEST_PROBE } })
}

/**
 * Every fault gets its own annotation, at its place where it has one in the checkout, so that nobody mends one at a
 * time; the remedy is told with the last.
 */
export async function annotateFailure(
  surface: Surface,
  error: unknown,
  interrupted: boolean,
  workspace: string,
): Promise<number> {
  if (interrupted) {
    surface.fail(
      'interrupted',
      'the job was cancelled; what was recorded stays, and running it again goes on from there',
    )
    return exitCodes.harness
  }
  if (!(error instanceof Failure)) {
    const machine = machineFault(error)
    if (machine !== undefined) return annotateFailure(surface, machine, interrupted, workspace)
    surface.fail('fault of vps-test itself', error instanceof Error ? (error.stack ?? error.message) : String(error))
    return exitCodes.harness
  }
  const { code } = error.facts
  const remedy = error.facts.remedy === undefined ? undefined : onGitHub(error.facts.remedy)
  const lines = error.message.split('\n').filter((l) => l.trim() !== '')
  const said: readonly Said[] =
    error.facts.faults?.map((f) => ({ message: faultText(f), ...placeIn(workspace, f.at) })) ??
    lines.map((message) => ({ message }))
  const shown =
    said.length <= mostTold
      ? said
      : [...said.slice(0, mostTold - 1), { message: `and ${said.length - mostTold + 1} more: all are in the summary` }]
  surface.annotate(
    shown.map((s, i) => ({
      ...s,
      level: 'error',
      title: `vps-test ${code}`,
      message: i === shown.length - 1 && remedy !== undefined ? `${s.message} (try: ${remedy})` : s.message,
    })),
  )
  await surface.writeSummary(
    pageMarkdown(
      {
        id: 'failure',
        title: code,
        blocks: [codeBlock(lines.join('\n')), ...(remedy === undefined ? [] : [paragraph('Try:'), codeBlock(remedy)])],
      },
      2,
    ),
  )
  return exitCodeOf(error.kind)
}

interface Said {
  readonly message: string
  readonly file?: string
  readonly line?: number
}
/** Of ten that a step may have, one is left for whoever else complains. */
const mostTold = 9

/** A file outside the checkout, such as a fleet of this package, has no place that GitHub could show. */
function placeIn(workspace: string, { file, line }: FileLocation): Partial<Said> {
  const path = relative(workspace, resolve(workspace, file))
  return path === '' || path.startsWith('..') || isAbsolute(path)
    ? {}
    : { file: path, ...(line === undefined ? {} : { line }) }
}
