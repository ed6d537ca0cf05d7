/** GitHub as the port `Forge` sees it. */
import { Failure, isFailure } from '../../domain/failure.ts'
import type { CommitCheck, Environment, Forge, PullRequest } from '../../ports/forge.ts'
import { type Client, type ForgeOptions, asking, openClient, statusOf } from './client.ts'
import { type IsOurs, author, closeIssue, collectPages, upsertComment, issue, openMarkers } from './sticky.ts'
import { proposePullRequest } from './propose.ts'
import { stripHidden } from '../../domain/text.ts'

export type { ForgeOptions } from './client.ts'

/** How we know our own check runs among others of the same name. */
const checkId = 'vps-test'
/** Open pull requests that are looked at: ten pages. */
const pullPages = 10

export function openForge(options: ForgeOptions): Forge {
  const client = openClient(options)
  const at = { owner: client.owner, repo: client.repo }
  let us: Promise<IsOurs> | undefined
  const isOurs = (): Promise<IsOurs> =>
    (us ??= asking('say whose token this is', 'contents: read', () => author(client)).catch((error: unknown) => {
      us = undefined
      throw error
    }))
  return {
    runEnded: (run, attempt) => runEnded(client, run, attempt),
    cancelRun: (run) => cancelRun(client, run),
    environment: (name) => environment(client, name),
    approvals: async (run, name) => {
      const said = await asking(`say who approved run ${stripHidden(run)}`, 'actions: read', () =>
        client.rest.actions.getReviewsForRun({ ...at, run_id: runId(run) }),
      )
      return said.data.flatMap(({ state, user, comment: words, environments }) =>
        state === 'pending' || !environments.some((one) => one.name === name)
          ? []
          : [{ state, by: user?.login ?? 'ghost', comment: words }],
      )
    },
    pullRequestsAt: (sha) => pullRequestsAt(client, sha),
    comment: async (number, marker, body) => upsertComment(client, await isOurs(), number, marker, body),
    issue: async (marker, title, body) => issue(client, await isOurs(), marker, title, body),
    closeIssue: async (marker, title, body) => closeIssue(client, await isOurs(), marker, title, body),
    openIssues: async () => openMarkers(client, await isOurs()),
    propose: async (wanted) => proposePullRequest(client, await isOurs(), wanted),
    check: (wanted) => check(client, wanted),
    visibility: async () => {
      const { data } = await asking('describe the repository', 'contents: read', () => client.rest.repos.get(at))
      return data.visibility ?? (data.private ? 'private' : 'public')
    },
    dispatch: async (workflow, ref, inputs) => {
      await asking(`start ${stripHidden(workflow)} at ${stripHidden(ref)}`, 'actions: write', () =>
        client.rest.actions.createWorkflowDispatch({ ...at, workflow_id: workflow, ref, inputs }),
      )
    },
  }
}

async function runEnded(client: Client, run: string, attempt: number): Promise<boolean> {
  const at = { owner: client.owner, repo: client.repo, run_id: runId(run) }
  try {
    return await asking(`say whether run ${run} has ended`, 'actions: read', async () => {
      const { data } = await client.rest.actions.getWorkflowRunAttempt({ ...at, attempt_number: attempt })
      if (data.status === 'completed') return true
      return ((await client.rest.actions.getWorkflowRun(at)).data.run_attempt ?? 1) > attempt
    })
  } catch (error) {
    // Runs are deleted by people and by age.
    if (isFailure(error, 'I452')) return true
    throw error
  }
}

async function cancelRun(client: Client, run: string): Promise<'cancelled' | 'over'> {
  const at = { owner: client.owner, repo: client.repo, run_id: runId(run) }
  return asking(`cancel run ${run}`, 'actions: write', () =>
    client.rest.actions.cancelWorkflowRun(at).then(
      () => 'cancelled' as const,
      (error: unknown) => {
        if ([404, 409].includes(statusOf(error) ?? 0)) return 'over' as const
        throw error
      },
    ),
  )
}

async function environment(client: Client, name: string): Promise<Environment> {
  const asked = () =>
    client.rest.repos.getEnvironment({ owner: client.owner, repo: client.repo, environment_name: name })
  const answer = await asking(`describe the environment ${stripHidden(name)}`, 'actions: read', () =>
    asked().catch((error: unknown) => {
      if (statusOf(error) === 404) return undefined
      throw error
    }),
  )
  if (answer === undefined) return { kind: 'missing', reviewers: 0, waitMinutes: 0 }
  // A branch policy says from where, not whether somebody was asked: it counts as no protection.
  const rules = answer.data.protection_rules ?? []
  const reviewers = rules.reduce(
    (sum, rule) =>
      sum + ('reviewers' in rule && rule.type === 'required_reviewers' ? (rule.reviewers?.length ?? 0) : 0),
    0,
  )
  const waitMinutes = rules.reduce(
    (most, rule) => Math.max(most, 'wait_timer' in rule && rule.type === 'wait_timer' ? (rule.wait_timer ?? 0) : 0),
    0,
  )
  return { kind: reviewers > 0 || waitMinutes > 0 ? 'protected' : 'open', reviewers, waitMinutes }
}

/** GitHub's list for a commit leaves out commits of forks; the list of open pull requests has their heads. */
async function pullRequestsAt(client: Client, sha: string): Promise<readonly PullRequest[]> {
  const at = { owner: client.owner, repo: client.repo, per_page: 100 }
  const ofHead = (one: {
    readonly number: number
    readonly title: string
    readonly state: string
    readonly head: { readonly sha: string; readonly ref: string; readonly repo: { readonly full_name: string } | null }
    readonly base: { readonly ref: string }
  }): readonly PullRequest[] =>
    one.state === 'open' && one.head.sha.toLowerCase() === sha.toLowerCase()
      ? [
          {
            number: one.number,
            title: one.title,
            base: one.base.ref,
            repository: one.head.repo?.full_name ?? null,
            branch: one.head.ref,
          },
        ]
      : []
  return asking(`list the pull requests of ${stripHidden(sha)}`, 'pull-requests: read', async () => {
    const byCommit = collectPages(
      client.paginate.iterator(client.rest.repos.listPullRequestsAssociatedWithCommit, { ...at, commit_sha: sha }),
      ofHead,
      pullPages,
    )
      // 422 and 404: this repository does not have the commit.
      .catch((error: unknown) => {
        if ([404, 409, 422].includes(statusOf(error) ?? 0)) return []
        throw error
      })
    const open = collectPages(
      client.paginate.iterator(client.rest.pulls.list, { ...at, state: 'open', sort: 'updated', direction: 'desc' }),
      ofHead,
      pullPages,
    )
    const found = await Promise.all([byCommit, open])
    return [...new Map(found.flat().map((one) => [one.number, one])).values()].toSorted((a, b) => a.number - b.number)
  })
}

async function check(client: Client, wanted: CommitCheck): Promise<string> {
  if (wanted.summary.length > 65_535)
    throw new Failure({
      code: 'H452',
      message: `a check's summary of ${wanted.summary.length} characters; GitHub takes 65535`,
    })
  const at = { owner: client.owner, repo: client.repo }
  const content = {
    status: 'completed' as const,
    conclusion: wanted.conclusion,
    external_id: checkId,
    output: { title: wanted.title, summary: wanted.summary },
    ...(wanted.url === undefined ? {} : { details_url: wanted.url }),
  }
  return asking(`write the check ${stripHidden(wanted.name)}`, 'checks: write', async () => {
    const listed = await collectPages(
      client.paginate.iterator(client.rest.checks.listForRef, {
        ...at,
        ref: wanted.sha,
        check_name: wanted.name,
        filter: 'all',
        per_page: 100,
      }),
      (one) => (one.name === wanted.name && one.external_id === checkId ? [one.id] : []),
      pullPages,
    )
    const ours = listed.toSorted((a, b) => b - a)[0]
    const { data } =
      ours === undefined
        ? await client.rest.checks.create({ ...at, name: wanted.name, head_sha: wanted.sha, ...content })
        : await client.rest.checks.update({ ...at, check_run_id: ours, ...content })
    return data.html_url ?? data.url
  })
}

function runId(run: string): number {
  const id = Number(run)
  if (!/^[1-9][0-9]*$/.test(run) || !Number.isSafeInteger(id))
    throw new Failure({ code: 'U452', message: `a workflow run has a number, not ${stripHidden(run)}` })
  return id
}
