/**
 * act's JSON log read into jobs: what each said, set, summed up and complained of. A job that was skipped does not
 * occur.
 */

export interface Annotation {
  readonly kind: 'error' | 'warning' | 'notice'
  readonly message: string
  readonly properties: Readonly<Record<string, string>>
}

export interface ActStep {
  readonly name: string
  readonly id: string
  readonly result: string
  readonly outputs: Readonly<Record<string, string>>
}

export interface ActJob {
  /** As in the workflow file. */
  readonly id: string
  /**
   * Caller's job and workflow before it: `vps-test/plan`; for a reusable workflow `<caller's job>/<workflow>/<job>`.
   */
  readonly path: string
  readonly matrix: unknown
  readonly result: 'success' | 'failure' | 'unfinished'
  readonly steps: readonly ActStep[]
  /** What its processes printed, line by line, as act shows it (secrets are ***). */
  readonly log: readonly string[]
  readonly summary: string
  readonly annotations: readonly Annotation[]
  /** Of all its steps; a later step of the same id wins. Keys: `<step id>.<name>`. */
  readonly outputs: Readonly<Record<string, string>>
}

interface Line {
  readonly job?: string
  readonly jobID?: string
  readonly matrix?: unknown
  readonly msg?: string
  readonly raw_output?: boolean
  readonly step?: string
  readonly stepID?: readonly string[]
  readonly stage?: string
  readonly stepResult?: string
  readonly jobResult?: string
  readonly command?: string
  readonly raw?: string
  readonly name?: string
  readonly arg?: string
  readonly content?: string
  readonly kvPairs?: Readonly<Record<string, string>>
}

/** A line that is no JSON (a panic, say) is none of a job's. */
export const readLine = (text: string): Line | undefined => {
  if (!text.startsWith('{')) return undefined
  try {
    return JSON.parse(text) as Line
  } catch {
    return undefined
  }
}

interface Draft {
  id: string
  path: string
  matrix: unknown
  result: ActJob['result']
  steps: Map<string, { name: string; result: string; outputs: Record<string, string> }>
  raw: string
  summary: string
  annotations: Annotation[]
}

export function readJobs(lines: readonly string[]): readonly ActJob[] {
  const drafts = new Map<string, Draft>()
  for (const text of lines) {
    const line = readLine(text)
    if (line?.job === undefined || line.jobID === undefined) continue
    const path = line.job.trim()
    let job = drafts.get(path)
    // The job of a caller that only names a reusable workflow has no steps of its own.
    if (job === undefined && line.step !== 'Set up job') continue
    if (job === undefined)
      drafts.set(
        path,
        (job = {
          id: line.jobID,
          path,
          matrix: line.matrix,
          result: 'unfinished',
          steps: new Map(),
          raw: '',
          summary: '',
          annotations: [],
        }),
      )
    take(job, line)
  }
  return [...drafts.values()].map(({ steps, raw, ...job }) => ({
    ...job,
    steps: [...steps].map(([id, step]) => ({ id, ...step })),
    log: raw.split('\n').filter((one, i, all) => i < all.length - 1 || one !== ''),
    outputs: Object.fromEntries(
      [...steps].flatMap(([id, step]) => Object.entries(step.outputs).map(([name, value]) => [`${id}.${name}`, value])),
    ),
  }))
}

function take(job: Draft, line: Line): void {
  const { command, msg = '' } = line
  const id = line.stepID?.[0]
  let step = id === undefined ? undefined : job.steps.get(id)
  if (id !== undefined && step === undefined && line.stage === 'Main')
    job.steps.set(id, (step = { name: line.step ?? '', result: 'unfinished', outputs: {} }))
  if (line.raw_output === true) job.raw += msg.endsWith('\n') ? msg : `${msg}\n`
  else if (command === 'set-output' && step !== undefined) step.outputs[line.name ?? ''] = line.arg ?? ''
  else if (command === 'summary') job.summary += line.content ?? ''
  else if (command === 'error' || command === 'warning' || command === 'notice')
    job.annotations.push({ kind: command, message: (line.arg ?? '').trimEnd(), properties: line.kvPairs ?? {} })
  else if (line.stepResult !== undefined && step !== undefined && line.stage === 'Main') step.result = line.stepResult
  if (line.jobResult === 'success' || line.jobResult === 'failure') job.result = line.jobResult
}

/** What a person reads of a failed expectation. */
export const tell = (lines: readonly string[]): string =>
  lines
    .flatMap((text) => {
      const line = readLine(text)
      if (line === undefined) return [text]
      return /LocalRepositoryCache|Set up job|Complete job|Cleaning up/.test(line.msg ?? '')
        ? []
        : [`[${(line.job ?? '').trim()}] ${(line.msg ?? '').trimEnd().slice(0, 600)}`]
    })
    .join('\n')

/** A job's outputs as the next jobs saw them, where each is `${{ steps.<id>.outputs.<name> }}` in the file. */
export function jobOutputs(job: ActJob, outputs: Readonly<Record<string, string>>): Readonly<Record<string, string>> {
  return Object.fromEntries(
    Object.entries(outputs).map(([name, expression]) => {
      const [, step, output] = /^\$\{\{ steps\.([\w-]+)\.outputs\.([\w-]+) \}\}$/.exec(expression) ?? []
      return [name, step === undefined ? '' : (job.outputs[`${step}.${output ?? ''}`] ?? '')]
    }),
  )
}
