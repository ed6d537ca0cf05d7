/** Inputs of the Action that are no field of a request: what a job does, with what, and for which session. */
import { checkpointRows, type CheckpointId } from '../domain/states.ts'

export interface JobInput {
  /** As Markdown. */
  readonly means: string
  readonly default: string
}

/** Commands of the Action: stages as jobs of their own, and what else a job may be for. */
export const commands = [
  'run',
  'plan',
  'confirm',
  'setup',
  'compile',
  'build',
  'deploy',
  'test',
  'prove',
  'advance',
  'gate',
  'record',
  'soak',
  'approve',
  'reject',
  'comment',
  'status',
  'stop',
  'logs',
  'diagnose',
  'nodes',
  'notify',
  'version',
] as const

/** Stands before the fields of a request. */
export const commandInput = {
  command: {
    means:
      'What to do: `run` (every stage in this one job), or one stage as a job of its own: `plan`, `confirm`, `setup`, `compile`, `build`, `deploy`, `test`, `prove`, `advance`, `gate`; `record` (writes into the ledger what a job with `ledger: none` of this run did on a lab); `soak` (without `session`: reconcile the ledger and list what is due; with `session`: take what is due there), `approve` (in the environment whose reviewers said yes), `reject` (outside of it, after their no); `comment`; `notify` (tells people what this run wrote down); or a look: `status`, `stop`, `logs`, `diagnose`, `nodes`, `version`.',
    default: 'run',
  },
} as const satisfies Readonly<Record<string, JobInput>>

/** One environment of GitHub for each checkpoint; its wait timer is what makes a checkpoint come on time. */
const soakEnvironments = Object.fromEntries(
  checkpointRows.map(({ id, afterMs }) => [
    `soak-${id}-environment`,
    {
      means: `An environment with a wait timer of ${afterMs / 60_000} minutes, so that the checkpoint ${id} is taken on time.`,
      default: `vps-test-soak-${id}`,
    },
  ]),
  // fromEntries forgets the keys: they are those of the table.
) as Readonly<Record<`soak-${CheckpointId}-environment`, JobInput>>

export const jobInputs = {
  'ssh-key': { means: 'Private SSH key of the fleet, as text. Kept in memory, masked line by line.', default: '' },
  'github-token': {
    means: 'Token for the ledger branch, comments, checks and issues.',
    default: '${{ github.token }}',
  },
  ledger: {
    means:
      '`branch`: the branch vps-test-ledger of this repository; `none`: a ledger that ends with this job, or is handed to `record`: nothing is written (forks, labs).',
    default: 'branch',
  },
  session: { means: 'The session that an earlier job began.', default: '' },
  compiled: { means: 'For `build` and `soak`: number of the artifact that `compile` left.', default: '' },
  node: { means: 'For `diagnose`, which node.', default: '' },
  services: {
    means:
      'For `stop`, what becomes of the services that the session started: `stop`, `keep` them running, `rollback` to the release before, or `remove` units, releases and data.',
    default: 'stop',
  },
  reason: { means: 'For `stop`, why: it is written into the ledger.', default: '' },
  notify: {
    means:
      'For `notify`, the ways to people: lines `NAME=value` with the names that `vps-test notify --help` lists. Masked.',
    default: '',
  },
  needs: { means: 'For `gate`, the results of the jobs before, as JSON (`toJSON(needs)`).', default: '' },
  attest: { means: '`auto` (where the repository allows it) or `off`.', default: 'auto' },
  'confirm-environment': {
    means: 'A protected environment whose reviewers confirm the plan. Missing or unprotected, nothing is run.',
    default: '',
  },
  'approval-environment': {
    means: 'A protected environment whose reviewers approve a session with proof `manual-verify`.',
    default: 'vps-test-approval',
  },
  ...soakEnvironments,
  'head-sha': { means: 'For `comment`, the head commit of the run whose artifact is shown.', default: '' },
  'run-id': { means: 'For `comment`, the run whose artifact is shown.', default: '' },
  'run-attempt': {
    means: 'For `comment`, which attempt of that run; evidence of another attempt is not shown.',
    default: '',
  },
  'head-repository': {
    means:
      "For `comment`, the repository that run's head came from, `owner/name`. Empty (a deleted fork), nothing is written.",
    default: '',
  },
  'head-branch': { means: "For `comment`, the branch that run's head came from.", default: '' },
} as const satisfies Readonly<Record<string, JobInput>>
