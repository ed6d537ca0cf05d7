/** Our own rules for workflow files: what GitHub accepts and linters do not ask for. */
import { parse } from 'yaml'

interface Step {
  readonly uses?: string
  readonly run?: string
  readonly with?: Readonly<Record<string, unknown>>
  readonly env?: Readonly<Record<string, string>>
  readonly id?: string
}
interface Job {
  readonly uses?: string
  readonly steps?: readonly Step[]
  readonly permissions?: unknown
  readonly needs?: unknown
  readonly if?: string
  readonly strategy?: { readonly matrix?: Readonly<Record<string, unknown>> }
  readonly 'timeout-minutes'?: number
  readonly 'runs-on'?: string
  readonly secrets?: unknown
  readonly with?: Readonly<Record<string, unknown>>
}
interface Call {
  readonly inputs?: Readonly<Record<string, unknown>>
  readonly outputs?: Readonly<Record<string, unknown>>
}
type Called = Call & { readonly jobs: Workflow['jobs'] }
export interface Workflow {
  readonly on: Readonly<Record<string, Call | null>>
  readonly permissions?: unknown
  readonly jobs: Readonly<Record<string, Job>>
}

export interface Own {
  readonly inputs: ReadonlySet<string>
  readonly outputs: ReadonlySet<string>
  /** Reusable workflows of the same repository: path → what it takes and gives. */
  readonly workflows: ReadonlyMap<string, Called>
}

export const readWorkflow = (text: string): Workflow => parse(text) as Workflow

export function ownOf(action: string, files: ReadonlyMap<string, string>): Own {
  const { inputs, outputs } = parse(action) as { readonly inputs: object; readonly outputs: object }
  const workflows = [...files].flatMap(([path, text]) => {
    const { on, jobs } = readWorkflow(text)
    const call = on['workflow_call']
    return call === undefined ? [] : [[path, { ...call, jobs }] as const]
  })
  return { inputs: new Set(Object.keys(inputs)), outputs: new Set(Object.keys(outputs)), workflows: new Map(workflows) }
}

/** `ours`: how our action is named there, `$/` at home, `saorsa-labs/vps-test` in a caller's repository. */
export function ruleFaults(path: string, text: string, own: Own, ours = '$/'): readonly string[] {
  const flow = readWorkflow(text)
  const say = (message: string): string => `${path}: ${message}`
  const faults: string[] = []
  const triggers = Object.keys(flow.on)
  if (
    ours === '$/' &&
    !/\/(?:ci|gauntlet|release|dist-build|dist-commit)\.yml$/.test(path) &&
    !triggers.includes('workflow_call')
  )
    faults.push(say('cannot be called: no workflow_call'))
  const asked = Object.keys(flow.on['workflow_dispatch']?.inputs ?? {}).length
  if (asked > 25) faults.push(say(`${asked} inputs of workflow_dispatch; GitHub takes 25`))
  if (JSON.stringify(flow.permissions) !== '{}') faults.push(say('permissions at the top must be {}'))
  for (const [, uses = '', comment = ''] of text.matchAll(/^\s*(?:- )?uses: (\S+)(.*)$/gm)) {
    if (uses.startsWith(ours)) continue
    if (!/^[\w.-]+\/[\w./-]+@[0-9a-f]{40}$/.test(uses)) faults.push(say(`${uses} is not pinned to a commit`))
    else if (!/^ # v\d+\.\d+\.\d+$/.test(comment))
      faults.push(say(`${uses} does not say which version it is (# vX.Y.Z)`))
  }
  for (const [name, job] of Object.entries(flow.jobs))
    faults.push(...jobFaults(job, flow, own, ours).map((message) => say(`job ${name}: ${message}`)))
  for (const [, id = '', output = ''] of text.matchAll(/steps\.([\w-]+)\.outputs\.([\w-]+)/g)) {
    const step = Object.values(flow.jobs)
      .flatMap((job) => job.steps ?? [])
      .find((one) => one.id === id)
    if (step === undefined) faults.push(say(`no step ${id}`))
    else if (step.uses === ours && !own.outputs.has(output)) faults.push(say(`our action has no output ${output}`))
  }
  return faults
}

function jobFaults(job: Job, flow: Workflow, own: Own, ours: string): readonly string[] {
  const faults: string[] = []
  if (job.permissions === undefined) faults.push('no permissions of its own')
  if (job.secrets === 'inherit') faults.push('hands on every secret')
  if (job.uses === undefined) {
    if (job['timeout-minutes'] === undefined) faults.push('no timeout-minutes')
    if (job['runs-on'] !== 'ubuntu-24.04') faults.push('runs-on is not ubuntu-24.04')
  }
  if (job.uses?.startsWith(ours) === true) {
    const called = own.workflows.get(job.uses.replace(/^.*?(?=\.github\/)/, '').replace(/@.*$/, ''))
    if (called === undefined) faults.push(`${job.uses} cannot be called`)
    else {
      for (const input of Object.keys(job.with ?? {}))
        if (!(input in (called.inputs ?? {}))) faults.push(`${job.uses} has no input ${input}`)
      // GitHub refuses a whole run where a called job asks for more than its caller has.
      for (const [inner, { permissions }] of Object.entries(called.jobs))
        for (const [scope, level] of Object.entries((permissions ?? {}) as Readonly<Record<string, string>>)) {
          const granted = ((job.permissions ?? {}) as Readonly<Record<string, string>>)[scope]
          if (granted !== 'write' && granted !== level)
            faults.push(`${job.uses} asks for ${scope}: ${level} (job ${inner})`)
        }
    }
  }
  for (const step of job.steps ?? []) {
    if (step.run?.includes('${{') === true) faults.push('an expression in run: pass it by env')
    if (step.uses?.startsWith('actions/checkout@') === true && step.with?.['persist-credentials'] !== false)
      faults.push('checkout leaves its token behind: persist-credentials: false')
    if (step.uses === ours)
      for (const input of Object.keys(step.with ?? {}))
        if (!own.inputs.has(input)) faults.push(`our action has no input ${input}`)
  }
  faults.push(...secretFaults(job, ours))
  const forks = 'pull_request_target' in flow.on
  if (forks) faults.push("pull_request_target runs strangers' code with our secrets")
  return faults
}

/** Commands that run the project's code on the runner. */
const runsProject: readonly unknown[] = ['compile', 'run']

function secretFaults(job: Job, ours: string): readonly string[] {
  const commands = (job.steps ?? []).filter((s) => s.uses === ours).map((s) => s.with?.['command'])
  if (!commands.some((c) => runsProject.includes(c))) return []
  const levels = typeof job.permissions === 'object' ? Object.values(job.permissions ?? {}) : [job.permissions]
  return [
    ...(/\bsecrets\b|ssh-key/.test(JSON.stringify(job)) ? ["a secret beside the project's code"] : []),
    ...(levels.some((l) => l !== 'read') ? ["a token that writes beside the project's code"] : []),
    ...(commands.includes('compile') && (/github\.token|github-token/.test(JSON.stringify(job)) || commands.length > 1)
      ? ["more than compiling in the job that runs the project's code"]
      : []),
  ]
}
