/** Our state in GitHub's shapes: its own example of each answer with what matters here changed. */
import type { StoredArtifact } from './results-service.ts'
import type { Checker } from './openapi.ts'
import type { Approval, CheckRun, Comment, EnvironmentState, Issue, Pull, Run, State, User } from './github-state.ts'

type Shape = Readonly<Record<string, unknown>>

export interface Shapes {
  repository(): Shape
  user(user: User): Shape
  comment(one: Comment): Shape
  issue(one: Issue): Shape
  pull(one: Pull): Shape
  /** With all that one alone is described by. */
  openedPull(one: Pull): Shape
  check(one: CheckRun): Shape
  environment(one: EnvironmentState): Shape
  run(one: Run): Shape
  approval(one: Approval): Shape
  artifact(one: StoredArtifact): Shape
}

export function shapes(checker: Checker, state: State, api: string): Shapes {
  const list = (id: string, key?: string): Shape => {
    const example = checker.example(id) as unknown
    const all = (key === undefined ? example : (example as Shape)[key]) as readonly Shape[]
    return all[0] ?? {}
  }
  const html = `https://github.com/${state.repository}`
  const repo = `${api}/repos/${state.repository}`
  const user = (one: User): Shape => ({
    ...(list('issues/list-comments')['user'] as Shape),
    login: one.login,
    type: one.type,
  })
  const pullOf = (example: Shape, one: Pull): Shape => {
    const repository = one.repository ?? (one.fork ? 'stranger/program' : state.repository)
    const end = (side: 'head' | 'base', ref: string, sha: string): Shape => ({
      ...(example[side] as Shape),
      repo: {
        ...((example[side] as Shape)['repo'] as Shape),
        full_name: side === 'head' ? repository : state.repository,
      },
      ref,
      sha,
      label: `${one.fork && side === 'head' ? 'stranger' : 'us'}:${ref}`,
    })
    // GitHub's own example has teams of an older shape.
    return {
      ...example,
      id: one.number,
      number: one.number,
      title: one.title,
      body: one.body ?? null,
      state: one.state,
      user: user(one.user),
      head: end('head', one.head, one.sha),
      base: end('base', one.base, '0'.repeat(40)),
      requested_teams: [],
      html_url: `${html}/pull/${one.number}`,
    }
  }
  return {
    user: (one) => ({ ...checker.example('users/get-authenticated'), login: one.login, type: one.type }),
    repository: () => {
      // GitHub's own example lacks `language`.
      const example = without(checker.example('repos/get'), 'source', 'parent')
      const [owner, name] = state.repository.split('/')
      return {
        ...example,
        name,
        full_name: state.repository,
        owner: { ...(example['owner'] as Shape), login: owner },
        private: state.visibility !== 'public',
        visibility: state.visibility,
        language: null,
      }
    },
    comment: (one) => ({
      ...list('issues/list-comments'),
      id: one.id,
      body: one.body,
      user: user(one.user),
      html_url: `${html}/issues/${one.issue}#issuecomment-${one.id}`,
      issue_url: `${repo}/issues/${one.issue}`,
    }),
    issue: (one) => {
      const example = without(checker.example('issues/create'), 'pull_request')
      const pull = state.pulls.some((p) => p.number === one.number)
      const url = `${html}/${pull ? 'pull' : 'issues'}/${one.number}`
      const labels = one.labels.map((name, n) => ({
        id: n + 1,
        node_id: 'x',
        url: `${repo}/labels/${name}`,
        name,
        color: 'ededed',
        default: false,
        description: null,
      }))
      return {
        ...example,
        id: one.number,
        number: one.number,
        title: one.title,
        body: one.body,
        state: one.state,
        state_reason: one.reason ?? null,
        labels,
        user: user(one.user),
        html_url: url,
        ...(pull
          ? {
              pull_request: {
                url: `${repo}/pulls/${one.number}`,
                html_url: url,
                diff_url: `${url}.diff`,
                patch_url: `${url}.patch`,
              },
            }
          : {}),
      }
    },
    pull: (one) => pullOf(list('pulls/list'), one),
    openedPull: (one) => pullOf(checker.example('pulls/create'), one),
    check: (one) => {
      const example = list('checks/list-for-ref', 'check_runs')
      return {
        ...example,
        id: one.id,
        name: one.name,
        head_sha: one.sha,
        external_id: one.externalId,
        status: one.status,
        conclusion: one.conclusion,
        details_url: one.url,
        html_url: `${html}/runs/${one.id}`,
        output: { ...(example['output'] as Shape), title: one.title, summary: one.summary },
      }
    },
    environment: (one) => ({
      ...checker.example('repos/get-environment'),
      name: one.name,
      protection_rules: [
        ...(one.waitMinutes > 0 ? [{ id: 1, node_id: 'x', type: 'wait_timer', wait_timer: one.waitMinutes }] : []),
        ...(one.reviewers > 0
          ? [
              {
                id: 2,
                node_id: 'x',
                type: 'required_reviewers',
                prevent_self_review: false,
                reviewers: Array.from({ length: one.reviewers }, (_, n) => ({
                  type: 'User',
                  reviewer: user({ login: `reviewer-${n}`, type: 'User' }),
                })),
              },
            ]
          : []),
        ...(one.branchPolicy ? [{ id: 3, node_id: 'x', type: 'branch_policy' }] : []),
      ],
      deployment_branch_policy: one.branchPolicy ? { protected_branches: true, custom_branch_policies: false } : null,
    }),
    run: (one) => ({
      ...checker.example('actions/get-workflow-run'),
      id: one.id,
      run_attempt: one.attempt,
      status: one.status,
      conclusion: one.conclusion,
    }),
    approval: (one) => {
      const example = list('actions/get-reviews-for-run')
      return {
        ...example,
        state: one.state,
        comment: one.comment,
        user: user({ login: one.by, type: 'User' }),
        environments: [{ ...(example['environments'] as readonly Shape[])[0], name: one.environment }],
      }
    },
    artifact: (one) => ({
      ...list('actions/list-workflow-run-artifacts', 'artifacts'),
      id: one.id,
      name: one.name,
      size_in_bytes: one.data.length,
      digest: one.digest,
      expired: false,
      created_at: one.created,
      archive_download_url: `${repo}/actions/artifacts/${one.id}/zip`,
      workflow_run: { id: Number(one.run) },
    }),
  }
}

const without = (shape: Shape, ...names: readonly string[]): Shape =>
  Object.fromEntries(Object.entries(shape).filter(([name]) => !names.includes(name)))
