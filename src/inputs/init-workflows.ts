/** The caller's workflows that `init` writes: triggers and a call of the reusable one, nothing else. */
import { formFields, fromConfiguration } from './request-fields.ts'
import { formInputs, yamlText as text } from './workflow-forms.ts'

export interface CallerFacts {
  /** Tag or commit of vps-test. */
  readonly ref: string
  readonly fleet: string
  /**
   * Of the tested project, from the repository's root; like `fleet` without anything that means something to YAML or to
   * an expression.
   */
  readonly repo: string
  /** What a push counts for. */
  readonly branch: string
  readonly projects: readonly string[]
}

export interface InitFile {
  readonly path: string
  readonly text: string
}

const source = 'saorsa-labs/vps-test'
/**
 * `<job of the caller> / <job of the reusable workflow>`, as GitHub shows them. Required where nothing makes it, a
 * check is waited for without end.
 */
export const labCheck = 'lab / lab'
export const gateCheck = 'vps-test / vps-test'

/** In a branch filter some characters are patterns. */
const branchText = (branch: string): string => JSON.stringify(branch.replace(/[*?+[\]!\\]/g, '\\$&'))

export function callerWorkflows(facts: CallerFacts): readonly InitFile[] {
  return [
    ['vps-test', session(facts)],
    ['vps-test-soak', soak(facts)],
    ['vps-test-ops', ops(facts)],
    ['vps-test-pr', pullRequests(facts)],
    ['vps-test-comment', comment(facts)],
  ].map(([name = '', body = '']) => ({ path: `.github/workflows/${name}.yml`, text: body }))
}

/** A commit is pinned as it is; a tag is one that vps-test never moves, and says so to zizmor. */
const use = (name: string, { ref }: CallerFacts): string =>
  `    uses: ${source}/.github/workflows/${name}.yml@${ref}${/^[0-9a-f]{40}$/.test(ref) ? '' : ' # zizmor: ignore[unpinned-uses] the name of a version; a commit is stricter: init --ref <commit>'}\n`

const key = `    secrets:
      ssh-key: \${{ secrets.VPS_TEST_SSH_KEY }}
`
const secret = `${key}      notify: \${{ secrets.VPS_TEST_NOTIFY }} # ways to people, optional: vps-test notify --help
`
const sessionPermissions = `    permissions:
      contents: write # the branch vps-test-ledger
      actions: read
      id-token: write # signs the proof
      attestations: write
      pull-requests: write # shows the proof
      checks: write
      issues: write # asks a person
`

function session(facts: CallerFacts): string {
  // The reusable workflow's own form, with this repository's answers: the line that `modify` prints names every
  // question.
  const form = formInputs({
    project: { menu: [fromConfiguration, ...facts.projects] },
    fleet: { default: facts.fleet },
    repo: { default: facts.repo },
  })
  const pushed: Readonly<Record<string, string>> = { fleet: facts.fleet, repo: facts.repo }
  const given = formFields.map(({ input }) => {
    const own = pushed[input]
    return `      ${input}: \${{ inputs.${input}${own === undefined ? '' : ` || '${own}'`} }}\n`
  })
  return `# A session on the fleet: from the Actions tab, and on a push. Its gate is the check "${gateCheck}"; a pull request has none: require "${labCheck}" there (vps-test-pr.yml).
name: vps-test

on:
  workflow_dispatch:
    inputs:
${form}  push:
    branches: [${branchText(facts.branch)}]

permissions: {}

jobs:
  vps-test:
    name: vps-test
${sessionPermissions}${use('vps-test', facts)}    with:
      # A push gives none of them.
${given.join('')}${secret}`
}

const soak = (
  facts: CallerFacts,
): string => `# Takes the checkpoints that are due. GitHub's schedule comes late; each checkpoint says how late it was taken.
name: vps-test-soak

on:
  schedule:
    - cron: '11,26,41,56 * * * *'
  workflow_dispatch:
  workflow_run: # zizmor: ignore[dangerous-triggers] takes nothing from that run: what is due stands in the ledger
    workflows: [vps-test]
    types: [completed]

permissions: {}

jobs:
  soak:
    name: soak
${sessionPermissions}${use('vps-test-soak', facts)}${secret}`

const ops = (facts: CallerFacts): string => `# A look at sessions and nodes, or the end of a session.
name: vps-test-ops

on:
  workflow_dispatch:
    inputs:
      command: { description: "What to do", type: choice, options: [status, stop, logs, diagnose, nodes], default: status }
      project: { description: "For stop and logs: which project", type: string }
      session: { description: "For stop and logs: which session; empty: the newest", type: string }
      node: { description: "For diagnose: which node", type: string }
      services: { description: "For stop: the services that the session started", type: choice, options: [stop, keep, rollback, remove], default: stop }
      reason: { description: "For stop: why, for the ledger", type: string }

permissions: {}

jobs:
  ops:
    name: ops
    permissions:
      contents: write # a stop is written to the branch vps-test-ledger
      actions: write # runs of the session that wait are cancelled
      issues: write # whoever was asked about the session is told
${use('vps-test-ops', facts)}    with:
      command: \${{ inputs.command }}
      project: \${{ inputs.project }}
      session: \${{ inputs.session }}
      node: \${{ inputs.node }}
      services: \${{ inputs.services }}
      reason: \${{ inputs.reason }}
      fleet: ${text(facts.fleet)}
${key}`

const pullRequests = (
  facts: CallerFacts,
): string => `# The whole run on a lab of ten nodes on the runner itself: for pull requests, forks included, without secrets; and for the branch that they are compared with.
# On pull requests require its check "${labCheck}".
name: vps-test-pr

on:
  pull_request:
  push:
    branches: [${branchText(facts.branch)}]

permissions: {}

jobs:
  lab:
    name: lab
    permissions:
      contents: write # of the job that records, after a push; the jobs with the lab take contents: read
      actions: read
      issues: write # of the same job, asks a person
${use('vps-test-pr', facts)}    with:
      repo: ${text(facts.repo)}
`

const comment = (facts: CallerFacts): string => `# Shows the lab's result on the pull request; runs nothing of it.
name: vps-test-comment

on:
  workflow_run: # zizmor: ignore[dangerous-triggers] checks nothing out, takes the artifact as data
    workflows: [vps-test-pr]
    types: [completed]

permissions: {}

jobs:
  comment:
    name: comment
    permissions:
      contents: read
      actions: read
      pull-requests: write
      checks: write
${use('vps-test-comment', facts)}`
