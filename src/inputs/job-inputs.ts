/** Inputs of the Action that are no field of a request: what a job does, with what, and for which session. */

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
  'soak',
  'approve',
  'reject',
  'comment',
  'status',
  'stop',
  'logs',
  'diagnose',
  'nodes',
  'version',
] as const

/** Stands before the fields of a request. */
export const commandInput = {
  command: {
    means:
      'What to do: `run` (every stage in this one job), or one stage as a job of its own: `plan`, `confirm`, `setup`, `compile`, `build`, `deploy`, `test`, `prove`, `advance`, `gate`; `soak` (without `session`: reconcile the ledger and list what is due; with `session`: take what is due there), `approve` (in the environment whose reviewers said yes), `reject` (outside of it, after their no); `comment`; or a look: `status`, `stop`, `logs`, `diagnose`, `nodes`, `version`.',
    default: 'run',
  },
} as const satisfies Readonly<Record<string, JobInput>>

export const jobInputs = {
  'ssh-key': { means: 'Private SSH key of the fleet, as text. Kept in memory, masked line by line.', default: '' },
  'github-token': {
    means: 'Token for the ledger branch, comments, checks and issues.',
    default: '${{ github.token }}',
  },
  ledger: {
    means: '`branch`: the branch vps-test-ledger of this repository; `none`: a ledger that ends with this job (forks).',
    default: 'branch',
  },
  session: { means: 'The session that an earlier job began.', default: '' },
  compiled: { means: 'For `build` and `soak`: number of the artifact that `compile` left.', default: '' },
  node: { means: 'For `diagnose`, which node.', default: '' },
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
  'soak-1h-environment': {
    means: 'An environment with a wait timer of 60 minutes, so that the first checkpoint is taken on time.',
    default: 'vps-test-soak-1h',
  },
  'soak-6h-environment': {
    means: 'An environment with a wait timer of 360 minutes, for the second checkpoint.',
    default: 'vps-test-soak-6h',
  },
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
