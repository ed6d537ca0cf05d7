/** What each operation does to the state, with the refusals that GitHub's description does not hold. */
import type { ArtifactSource } from './results-service.ts'
import type { Shapes } from './github-shapes.ts'
import type { Pull, State, Token } from './github-state.ts'

type Body = Readonly<Record<string, unknown>>

export interface Asked {
  readonly path: Readonly<Record<string, string>>
  readonly query: URLSearchParams
  readonly body: Body
  readonly token: Token
}
/**
 * `page`: the whole list, of which the server shows one page and links the next; `around`: its name inside an object
 * with `total_count`.
 */
export type Answered =
  | { readonly kind: 'one'; readonly status: number; readonly body?: unknown; readonly location?: string }
  | { readonly kind: 'page'; readonly all: readonly unknown[]; readonly around?: string }
  | { readonly kind: 'refused'; readonly status: number; readonly message: string }

export type Handler = (asked: Asked) => Answered

const one = (status: number, body?: unknown): Answered =>
  body === undefined ? { kind: 'one', status } : { kind: 'one', status, body }
const refused = (status: number, message: string): Answered => ({ kind: 'refused', status, message })
const missing = refused(404, 'Not Found')
/** As GitHub says it. */
const maxBody = 65_536

export function handlers(state: State, shape: Shapes, artifacts: ArtifactSource): Readonly<Record<string, Handler>> {
  const next = (all: readonly { readonly id: number }[]): number => Math.max(1000, ...all.map((x) => x.id)) + 1
  /** Numbers of issues and pull requests are one row. */
  const nextNumber = (): number =>
    Math.max(0, ...state.issues.map((x) => x.number), ...state.pulls.map((x) => x.number)) + 1
  const tooLong = (body: unknown): boolean => typeof body === 'string' && body.length > maxBody
  const lastAttempt = (id: number) => state.runs.filter((r) => r.id === id).toSorted((a, b) => b.attempt - a.attempt)[0]
  const number = (asked: Asked, name: string): number => Number(asked.path[name])
  const output = (body: Body): { readonly title: string; readonly summary: string } => {
    const given = (body['output'] ?? {}) as { readonly title?: string; readonly summary?: string }
    return { title: given.title ?? '', summary: given.summary ?? '' }
  }
  const text = (value: unknown): string => (typeof value === 'string' ? value : '')
  return {
    'repos/get': () => one(200, shape.repository()),
    'users/get-authenticated': ({ token }) =>
      token.installation ? refused(403, 'Resource not accessible by integration') : one(200, shape.user(token.user)),

    'issues/list-comments': (asked) => {
      const issue = number(asked, 'issue_number')
      if (![...state.issues, ...state.pulls].some((i) => i.number === issue)) return missing
      return { kind: 'page', all: state.comments.filter((c) => c.issue === issue).map((c) => shape.comment(c)) }
    },
    'issues/create-comment': (asked) => {
      const issue = number(asked, 'issue_number')
      if (![...state.issues, ...state.pulls].some((i) => i.number === issue)) return missing
      if (tooLong(asked.body['body'])) return refused(422, 'Body is too long (maximum is 65536 characters)')
      const made = { id: next(state.comments), issue, body: text(asked.body['body']), user: asked.token.user }
      state.comments.push(made)
      return one(201, shape.comment(made))
    },
    'issues/update-comment': (asked) => {
      const found = state.comments.find((c) => c.id === number(asked, 'comment_id'))
      if (found === undefined) return missing
      if (tooLong(asked.body['body'])) return refused(422, 'Body is too long (maximum is 65536 characters)')
      found.body = text(asked.body['body'])
      return one(200, shape.comment(found))
    },
    'issues/delete-comment': (asked) => {
      const index = state.comments.findIndex((c) => c.id === number(asked, 'comment_id'))
      if (index < 0) return missing
      state.comments.splice(index, 1)
      return one(204)
    },
    'issues/list-for-repo': ({ query }) => {
      const wanted = query.get('labels')?.split(',') ?? []
      const open = query.get('state') ?? 'open'
      return {
        kind: 'page',
        all: state.issues
          .filter((i) => (open === 'all' || i.state === open) && wanted.every((l) => i.labels.includes(l)))
          .toSorted((a, b) => b.number - a.number)
          .map((i) => shape.issue(i)),
      }
    },
    'issues/create': ({ body, token }) => {
      if (tooLong(body['body'])) return refused(422, 'body is too long (maximum is 65536 characters)')
      const made = {
        number: nextNumber(),
        title: text(body['title']),
        body: text(body['body']),
        state: 'open' as const,
        labels: (body['labels'] as readonly string[] | undefined) ?? [],
        user: token.user,
      }
      state.issues.push(made)
      return one(201, shape.issue(made))
    },
    'issues/update': (asked) => {
      const found = state.issues.find((i) => i.number === number(asked, 'issue_number'))
      if (found === undefined) return missing
      if (tooLong(asked.body['body'])) return refused(422, 'body is too long (maximum is 65536 characters)')
      const { title, body, state: to, state_reason: reason } = asked.body
      // As on GitHub, a reason is read only where the state changes.
      Object.assign(found, {
        ...(title === undefined ? {} : { title }),
        ...(body === undefined ? {} : { body }),
        ...(to === undefined || to === found.state
          ? {}
          : { state: to, reason: reason ?? (to === 'closed' ? 'completed' : 'reopened') }),
      })
      return one(200, shape.issue(found))
    },

    'pulls/list': ({ query }) => {
      const [wanted, head] = [query.get('state') ?? 'open', query.get('head')]
      const [owner] = state.repository.split('/')
      // As on GitHub, a head without its owner selects nothing out.
      const isHead = (p: Pull): boolean =>
        head === null || !head.includes(':') || `${p.fork ? 'stranger' : owner}:${p.head}` === head
      return {
        kind: 'page',
        all: state.pulls.filter((p) => (wanted === 'all' || p.state === wanted) && isHead(p)).map((p) => shape.pull(p)),
      }
    },
    'pulls/create': ({ body, token }) => {
      const [head, base] = [text(body['head']), text(body['base'])]
      if (tooLong(body['body'])) return refused(422, 'body is too long (maximum is 65536 characters)')
      if (state.pulls.some((p) => p.state === 'open' && !p.fork && p.head === head && p.base === base))
        return refused(422, `A pull request already exists for us:${head}.`)
      const made = {
        number: nextNumber(),
        title: text(body['title']),
        body: text(body['body']),
        state: 'open' as const,
        sha: 'f'.repeat(40),
        head,
        base,
        fork: false,
        user: token.user,
      }
      state.pulls.push(made)
      return one(201, shape.openedPull(made))
    },
    'pulls/update': (asked) => {
      const found = state.pulls.find((p) => p.number === number(asked, 'pull_number'))
      if (found === undefined) return missing
      if (tooLong(asked.body['body'])) return refused(422, 'body is too long (maximum is 65536 characters)')
      const { title, body } = asked.body
      Object.assign(found, { ...(title === undefined ? {} : { title }), ...(body === undefined ? {} : { body }) })
      return one(200, shape.openedPull(found))
    },
    // As on GitHub, commits of forks are not found from here.
    'repos/list-pull-requests-associated-with-commit': ({ path }) => ({
      kind: 'page',
      all: state.pulls.filter((p) => !p.fork && p.sha === path['commit_sha']).map((p) => shape.pull(p)),
    }),

    'checks/list-for-ref': ({ path, query }) => {
      const name = query.get('check_name')
      return {
        kind: 'page',
        around: 'check_runs',
        all: state.checks
          .filter((c) => c.sha === path['ref'] && (name === null || c.name === name))
          .map((c) => shape.check(c)),
      }
    },
    'checks/create': ({ body }) => {
      if (!/^[0-9a-f]{40}$/.test(text(body['head_sha'])))
        return refused(422, `No commit found for SHA: ${text(body['head_sha'])}`)
      if (body['status'] === 'completed' && body['conclusion'] === undefined)
        return refused(422, 'conclusion is missing')
      if (output(body).summary.length > 65_535) return refused(422, 'summary exceeds a maximum length of 65535')
      const made = {
        id: next(state.checks),
        name: text(body['name']),
        sha: text(body['head_sha']),
        externalId: text(body['external_id']),
        status: text(body['status']) || 'queued',
        conclusion: (body['conclusion'] as string | undefined) ?? null,
        url: (body['details_url'] as string | undefined) ?? null,
        ...output(body),
      }
      state.checks.push(made)
      return one(201, shape.check(made))
    },
    'checks/update': (asked) => {
      const found = state.checks.find((c) => c.id === number(asked, 'check_run_id'))
      if (found === undefined) return missing
      if (output(asked.body).summary.length > 65_535) return refused(422, 'summary exceeds a maximum length of 65535')
      Object.assign(found, {
        ...output(asked.body),
        status: asked.body['status'] ?? found.status,
        conclusion: asked.body['conclusion'] ?? found.conclusion,
        url: asked.body['details_url'] ?? found.url,
      })
      return one(200, shape.check(found))
    },

    'repos/get-environment': ({ path }) => {
      const found = state.environments.find((e) => e.name === path['environment_name'])
      return found === undefined ? missing : one(200, shape.environment(found))
    },
    'actions/get-workflow-run': (asked) => {
      const run = lastAttempt(number(asked, 'run_id'))
      return run === undefined ? missing : one(200, shape.run(run))
    },
    'actions/get-workflow-run-attempt': (asked) => {
      const run = state.runs.find(
        (r) => r.id === number(asked, 'run_id') && r.attempt === number(asked, 'attempt_number'),
      )
      return run === undefined ? missing : one(200, shape.run(run))
    },
    'actions/cancel-workflow-run': (asked) => {
      const run = lastAttempt(number(asked, 'run_id'))
      if (run === undefined) return missing
      if (run.status === 'completed') return refused(409, 'Cannot cancel a workflow run that is completed.')
      Object.assign(run, { status: 'completed', conclusion: 'cancelled' })
      return one(202, {})
    },
    'actions/get-reviews-for-run': (asked) =>
      one(
        200,
        state.approvals.filter((a) => a.run === number(asked, 'run_id')).map((a) => shape.approval(a)),
      ),
    'actions/create-workflow-dispatch': ({ path, body }) => {
      const workflow = path['workflow_id'] ?? ''
      if (!state.workflows.includes(workflow)) return missing
      const inputs = (body['inputs'] ?? {}) as Readonly<Record<string, unknown>>
      if (Object.keys(inputs).length > 25) return refused(422, 'you may only define up to 25 `inputs`')
      if (JSON.stringify(inputs).length > 65_535) return refused(422, 'inputs are too large.')
      state.dispatches.push({ workflow, ref: text(body['ref']), inputs })
      return one(204)
    },

    'actions/list-workflow-run-artifacts': ({ path, query }) => ({
      kind: 'page',
      around: 'artifacts',
      all: artifacts
        .all()
        .filter((a) => a.run === path['run_id'] && (query.get('name') ?? a.name) === a.name)
        .map((a) => shape.artifact(a)),
    }),
    'actions/get-artifact': (asked) => {
      const found = artifacts.all().find((a) => a.id === number(asked, 'artifact_id'))
      return found === undefined ? missing : one(200, shape.artifact(found))
    },
    'actions/download-artifact': (asked) => {
      const found = artifacts.all().find((a) => a.id === number(asked, 'artifact_id'))
      if (found === undefined) return missing
      return asked.path['archive_format'] === 'zip'
        ? { kind: 'one', status: 302, location: artifacts.link(found.id) }
        : refused(422, 'archive format must be zip')
    },
  }
}
