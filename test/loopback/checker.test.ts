/**
 * The checker is alive: what GitHub would refuse is refused and remembered, and our own answers are held to the same
 * description.
 */
import { getOctokit } from '@actions/github'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { type GithubApi, startGithubApi } from './github-api.ts'

const at = { owner: 'o', repo: 'r' }
let api: GithubApi
beforeEach(async () => {
  api = await startGithubApi({ repository: 'o/r' })
})
afterEach(() => api.close())

const client = (token = api.tokens.writer) => getOctokit(token, { baseUrl: api.url })
const status = (promise: Promise<unknown>): Promise<unknown> =>
  promise.then(
    () => 'accepted',
    (e: unknown) => (e as { status?: number }).status,
  )

test.each([
  [
    'a check without a commit',
    (c: ReturnType<typeof client>) => c.request('POST /repos/{owner}/{repo}/check-runs', { ...at, name: 'x' } as never),
    'head_sha',
  ],
  [
    'a conclusion GitHub does not know',
    (c: ReturnType<typeof client>) =>
      c.rest.checks.create({ ...at, name: 'x', head_sha: 'a'.repeat(40), conclusion: 'inconclusive' as 'failure' }),
    'body/conclusion',
  ],
  [
    'a body of the wrong type',
    (c: ReturnType<typeof client>) =>
      c.rest.issues.createComment({ ...at, issue_number: 1, body: 5 as unknown as string }),
    'body/body must be string',
  ],
  [
    'a field that nobody reads',
    (c: ReturnType<typeof client>) => c.rest.issues.create({ ...at, title: 'x', label: 'y' } as never),
    'body/label is not known',
  ],
  ['a query value', (c: ReturnType<typeof client>) => c.rest.pulls.list({ ...at, state: 'opened' as 'open' }), 'state'],
  [
    'a run that is no number',
    (c: ReturnType<typeof client>) => c.rest.actions.getWorkflowRun({ ...at, run_id: 'x' as unknown as number }),
    'run_id',
  ],
  [
    'a dispatch without a ref',
    (c: ReturnType<typeof client>) =>
      c.request('POST /repos/{owner}/{repo}/actions/workflows/{workflow_id}/dispatches', {
        ...at,
        workflow_id: 'x.yml',
        inputs: {},
      } as never),
    "property 'ref'",
  ],
])('refused: %s', async (_, call, why) => {
  expect(await status(call(client()))).toBe(422)
  expect(api.faults()).toEqual([expect.stringContaining(why)])
})

test('an address that GitHub does not have', async () => {
  expect(await status(client().request('GET /repos/o/r/soaks'))).toBe(404)
  expect(api.faults()).toEqual(['GET /repos/o/r/soaks: GitHub has no such address'])
})

test('an answer of ours that GitHub would not give', async () => {
  api.state.issues.push({
    number: 1,
    title: 5 as unknown as string,
    body: '',
    state: 'open',
    labels: [],
    user: { login: 'x', type: 'Bot' },
  })
  expect(await status(client().rest.issues.listForRepo(at))).toBe(500)
  expect(api.faults()).toEqual([expect.stringContaining('our answer 200: answer/0/title must be string')])
})

test("no token, another repository, a fork's token", async () => {
  expect(await status(client('nonsense').rest.repos.get(at))).toBe(401)
  expect(await status(client().rest.repos.get({ owner: 'x', repo: 'y' }))).toBe(404)
  expect(await status(client(api.tokens.reader).rest.repos.get(at))).toBe('accepted')
  expect(await status(client(api.tokens.reader).rest.issues.create({ ...at, title: 'x' }))).toBe(403)
  expect(api.faults()).toEqual([])
})

test('the state is set and read from outside', async () => {
  await fetch(`${api.url}/_state`, { method: 'POST', body: JSON.stringify({ workflows: ['a.yml'] }) })
  await client().rest.actions.createWorkflowDispatch({ ...at, workflow_id: 'a.yml', ref: 'main' })
  const said = (await (await fetch(`${api.url}/_state`)).json()) as {
    readonly state: { readonly dispatches: readonly unknown[] }
    readonly faults: readonly string[]
  }
  expect(said.state.dispatches).toEqual([{ workflow: 'a.yml', ref: 'main', inputs: {} }])
})
