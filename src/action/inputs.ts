/** The Action's inputs, typed; a start's words go through the schema of the command line. */
import { perCheckpoint, type Checkpoint } from '../domain/states.ts'
import { Failure } from '../domain/failure.ts'
import { serviceWishes, type ServiceWish } from '../app/services.ts'
import { commands, type commandInput, type jobInputs } from '../inputs/job-inputs.ts'
import { requestInputs } from '../inputs/request-fields.ts'
import { parseRequest, type StartRequest } from '../inputs/request.ts'
import { hint } from '../inputs/nearest.ts'
import { printable } from '../domain/text.ts'

export type ActionCommand = (typeof commands)[number]

export interface Inputs {
  readonly command: ActionCommand
  readonly request: StartRequest
  /** What is wrong with the words of the request: told by the commands that use it, together with the rest. */
  readonly faults: readonly string[]
  readonly ledger: 'branch' | 'none'
  readonly session: string
  /** Number of the artifact that `compile` left; empty: there is none. */
  readonly compiled: string
  readonly node: string
  readonly services: ServiceWish
  readonly reason: string
  readonly needs: string
  readonly attest: 'auto' | 'off'
  readonly confirmEnvironment: string
  readonly approvalEnvironment: string
  /** Empty: no environment of GitHub holds this checkpoint, the schedule takes it. */
  readonly soakEnvironments: Readonly<Record<Checkpoint, string>>
  readonly headSha: string
  readonly runId: string
  readonly runAttempt: string
  /** Where the run's head came from; a stranger named the branch. */
  readonly headRepository: string
  readonly headBranch: string
}

type JobInputName = keyof typeof commandInput | keyof typeof jobInputs

const inputOf = (field: string): string => requestInputs.find((row) => row.field === field)?.input ?? field

/** `input`: the value of an input, trimmed; empty where it was left alone. */
export function readInputs(input: (name: string) => string): Inputs {
  const read = (name: JobInputName): string => input(name)
  const { request, faults } = parseRequest(
    Object.fromEntries(requestInputs.map((row) => [row.field, input(row.input)])),
    inputOf,
  )
  const session = read('session')
  if (session !== '' && !/^[A-Za-z0-9][A-Za-z0-9._-]{0,120}$/.test(session))
    throw new Failure({
      code: 'U060',
      message: `session ${printable(session)} cannot be the name of a session`,
      remedy: 'gh workflow run vps-test-ops.yml -f command=status',
    })
  const compiled = read('compiled')
  if (compiled !== '' && !/^\d{1,15}$/.test(compiled))
    throw new Failure({
      code: 'U091',
      message: `compiled ${printable(compiled)} is no number of an artifact`,
    })
  const headSha = read('head-sha'),
    runId = read('run-id'),
    runAttempt = read('run-attempt'),
    headRepository = read('head-repository')
  if (headSha !== '' && !/^[0-9a-f]{40,64}$/.test(headSha))
    throw new Failure({ code: 'U061', message: `head-sha ${printable(headSha)} is no commit` })
  if (runId !== '' && !/^\d{1,20}$/.test(runId))
    throw new Failure({ code: 'U062', message: `run-id ${printable(runId)} is no number` })
  if (runAttempt !== '' && !/^[1-9]\d{0,9}$/.test(runAttempt))
    throw new Failure({ code: 'U088', message: `run-attempt ${printable(runAttempt)} is no number` })
  if (headRepository !== '' && !/^[\w.-]{1,100}\/[\w.-]{1,100}$/.test(headRepository))
    throw new Failure({
      code: 'U089',
      message: `head-repository ${printable(headRepository)} is no owner/name`,
    })
  return {
    command: choice('command', read('command') || 'run', commands),
    request,
    faults,
    session,
    compiled,
    headSha,
    runId,
    runAttempt,
    headRepository,
    headBranch: read('head-branch'),
    ledger: choice('ledger', read('ledger') || 'branch', ['branch', 'none'] as const),
    attest: choice('attest', read('attest') || 'auto', ['auto', 'off'] as const),
    node: read('node'),
    services: choice('services', read('services') || 'stop', serviceWishes),
    reason: read('reason'),
    needs: read('needs'),
    confirmEnvironment: read('confirm-environment'),
    approvalEnvironment: read('approval-environment'),
    soakEnvironments: perCheckpoint(({ id }) => read(`soak-${id}-environment`)),
  }
}

function choice<const T extends readonly string[]>(input: string, value: string, words: T): T[number] {
  if (words.includes(value)) return value
  throw new Failure({
    code: 'U063',
    message: `${input} ${printable(value)} is not one of ${words.join(', ')}${hint(value, words).startsWith('; did') ? hint(value, words) : ''}`,
  })
}
