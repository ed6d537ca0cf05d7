/**
 * The adapter with the official client against the loopback GitHub, which refuses whatever GitHub's own description
 * refuses.
 */
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { openForge } from '../../../src/adapters/github/forge.ts'
import { Failure } from '../../../src/domain/failure.ts'
import type { Forge } from '../../../src/ports/forge.ts'
import { type GithubApi, startGithubApi } from '../../loopback/github-api.ts'

const repository = 'saorsa-labs/saorsa-testnet'
const sha = 'a'.repeat(40)
const marker = '<!-- vps-test s1 -->'
const bot = { login: 'github-actions[bot]', type: 'Bot' } as const
const stranger = { login: 'mallory', type: 'User' } as const

let api: GithubApi
beforeEach(async () => {
  api = await startGithubApi({ repository })
})
afterEach(async () => {
  const faults = api.faults()
  await api.close()
  if (faults.length > 0) throw new Error(faults.join('\n'))
})

const open = (
  more: { readonly token?: string; readonly timeoutMs?: number; readonly signal?: AbortSignal } = {},
): Forge =>
  openForge({
    repository,
    token: api.tokens.writer,
    apiUrl: api.url,
    signal: new AbortController().signal,
    pauseMs: 5,
    ...more,
  })
const pull = (number: number, more: Partial<GithubApi['state']['pulls'][number]> = {}) => ({
  number,
  title: 'a change',
  state: 'open' as const,
  sha,
  head: 'change',
  base: 'main',
  fork: false,
  user: stranger,
  ...more,
})
const code = async (promise: Promise<unknown>): Promise<string> => {
  const error: unknown = await promise.then(
    () => undefined,
    (e: unknown) => e,
  )
  if (!(error instanceof Failure)) throw new Error(`no failure but ${String(error)}`)
  return `${error.facts.kind} ${error.facts.code} ${error.facts.message} | ${error.facts.remedy ?? ''}`
}
const asked = (method: string): readonly string[] => api.requests().filter((r) => r.startsWith(method))

describe('comment', () => {
  beforeEach(() => {
    api.state.pulls.push(pull(7))
  })

  test('is written once and changed afterwards', async () => {
    const url = await open().comment(7, marker, `${marker}\nfirst`)
    expect(await open().comment(7, marker, `${marker}\nsecond`)).toBe(url)
    expect(api.state.comments.map((c) => c.body)).toEqual([`${marker}\nsecond`])
    expect(url).toContain('/7#issuecomment-')
  })

  test('of a stranger with our marker is not touched', async () => {
    api.state.comments.push({ id: 1, issue: 7, body: `${marker}\nmine`, user: stranger })
    await open().comment(7, marker, 'ours')
    expect(api.state.comments.map((c) => c.body)).toEqual([`${marker}\nmine`, `${marker}\nours`])
  })

  test('that quotes our marker later on is another one', async () => {
    api.state.comments.push({ id: 1, issue: 7, body: `report\n${marker}`, user: bot })
    await open().comment(7, marker, 'ours')
    expect(api.state.comments).toHaveLength(2)
  })

  test("with a person's token is that person's, not another's and not a bot's", async () => {
    api.state.comments.push(
      { id: 1, issue: 7, body: marker, user: bot },
      { id: 2, issue: 7, body: marker, user: stranger },
    )
    const forge = open({ token: api.tokens.person })
    await forge.comment(7, marker, 'a')
    await forge.comment(7, marker, 'b')
    expect(api.state.comments.map((c) => [c.user.login, c.body])).toEqual([
      [bot.login, marker],
      ['mallory', marker],
      ['octocat', `${marker}\nb`],
    ])
  })

  test('is found behind more than a hundred others', async () => {
    api.state.comments.push(
      ...Array.from({ length: 230 }, (_, n) => ({ id: n + 1, issue: 7, body: n === 215 ? marker : 'talk', user: bot })),
    )
    await open().comment(7, marker, 'ours')
    expect(api.state.comments).toHaveLength(230)
    expect(api.state.comments[215]?.body).toBe(`${marker}\nours`)
    expect(asked('GET').filter((r) => r.includes('/comments'))).toHaveLength(3)
  })

  test('of two that race: one stays', async () => {
    // Both have read the list long before the first comment is there.
    api.state.trouble.push({ operation: 'issues/create-comment', times: 2, delayMs: 300 })
    await Promise.all([open().comment(7, marker, 'one'), open().comment(7, marker, 'two')])
    expect(asked('POST')).toHaveLength(2)
    expect(api.state.comments).toHaveLength(1)
  })

  test('longer than GitHub takes is our own mistake, and is not sent', async () => {
    expect(await code(open().comment(7, marker, 'x'.repeat(65_536)))).toMatch(/^harness H450/)
    expect(asked('POST')).toEqual([])
    await open().comment(7, marker, `${marker}${'x'.repeat(65_536 - marker.length)}`)
  })

  test('without the permission, and on a pull request that is not there: the permission is named', async () => {
    expect(await code(open({ token: api.tokens.reader }).comment(7, marker, 'x'))).toMatch(
      /^infra I451 the token may not write a comment on #7.*permissions: \{ pull-requests: write \}/,
    )
    expect(await code(open().comment(99, marker, 'x'))).toMatch(/^infra I452 .*#99/)
    expect(await code(open({ token: 'wrong' }).comment(7, marker, 'x'))).toMatch(/^infra I450/)
  })
})

describe('issue', () => {
  test('is opened once, with the label, and changed afterwards', async () => {
    const url = await open().issue(marker, 'a person is needed', 'why')
    expect(await open().issue(marker, 'a person is still needed', 'why not')).toBe(url)
    expect(api.state.issues).toMatchObject([
      { title: 'a person is still needed', body: `${marker}\nwhy not`, labels: ['vps-test'] },
    ])
  })

  test('is opened again when it was closed; what a stranger wrote is left alone', async () => {
    api.state.issues.push(
      { number: 1, title: 't', body: marker, state: 'closed', labels: ['vps-test'], user: bot },
      { number: 2, title: 't', body: marker, state: 'open', labels: [], user: stranger },
    )
    await open().issue(marker, 'ours', '')
    expect(api.state.issues.map((i) => [i.title, i.state])).toEqual([
      ['ours', 'open'],
      ['t', 'open'],
    ])
  })

  test('whose label was dropped is still found', async () => {
    api.state.issues.push({ number: 1, title: 'old', body: marker, state: 'open', labels: [], user: bot })
    await open().issue(marker, 'new', '')
    expect(api.state.issues.map((i) => i.title)).toEqual(['new'])
  })
})

describe('environment', () => {
  test.each([
    ['missing', undefined, { kind: 'missing', reviewers: 0, waitMinutes: 0 }],
    [
      'without rules',
      { reviewers: 0, waitMinutes: 0, branchPolicy: false },
      { kind: 'open', reviewers: 0, waitMinutes: 0 },
    ],
    [
      'with a branch policy alone',
      { reviewers: 0, waitMinutes: 0, branchPolicy: true },
      { kind: 'open', reviewers: 0, waitMinutes: 0 },
    ],
    [
      'with reviewers',
      { reviewers: 2, waitMinutes: 0, branchPolicy: true },
      { kind: 'protected', reviewers: 2, waitMinutes: 0 },
    ],
    [
      'with a timer',
      { reviewers: 0, waitMinutes: 60, branchPolicy: false },
      { kind: 'protected', reviewers: 0, waitMinutes: 60 },
    ],
  ] as const)('%s', async (_, given, expected) => {
    if (given !== undefined) api.state.environments.push({ name: 'soak 1h/x', ...given })
    expect(await open().environment('soak 1h/x')).toEqual(expected)
  })

  test('who approved is read for that environment only', async () => {
    api.state.approvals.push(
      { run: 5, environment: 'release', state: 'approved', by: 'ann', comment: 'go' },
      { run: 5, environment: 'other', state: 'rejected', by: 'bob', comment: '' },
      { run: 5, environment: 'release', state: 'pending', by: 'cy', comment: '' },
    )
    expect(await open().approvals('5', 'release')).toEqual([{ state: 'approved', by: 'ann', comment: 'go' }])
  })
})

describe('a run', () => {
  beforeEach(() => {
    api.state.runs.push(
      { id: 5, attempt: 1, status: 'in_progress', conclusion: null },
      { id: 5, attempt: 2, status: 'in_progress', conclusion: null },
      { id: 6, attempt: 1, status: 'in_progress', conclusion: null },
      { id: 8, attempt: 1, status: 'completed', conclusion: 'cancelled' },
    )
  })

  test.each([
    ['6', 1, false],
    ['8', 1, true],
    ['5', 1, true],
    ['5', 2, false],
    ['404', 1, true],
  ])('%s attempt %i has ended: %s', async (run, attempt, ended) => {
    expect(await open().runEnded(run, attempt)).toBe(ended)
  })

  test('that is no number is not asked for', async () =>
    expect(await code(open().runEnded('../../user', 1))).toMatch(/^usage U452/))

  test('is cancelled where it has not ended; one that has, or that nobody knows, is over', async () => {
    expect(await open().cancelRun('6')).toBe('cancelled')
    expect(await open().runEnded('6', 1)).toBe(true)
    expect([await open().cancelRun('8'), await open().cancelRun('404')]).toEqual(['over', 'over'])
    expect(await code(open().cancelRun('../../user'))).toMatch(/^usage U452/)
  })
})

describe('pull requests of a commit', () => {
  test('own and of forks, open ones, by head only', async () => {
    api.state.pulls.push(
      pull(1),
      pull(2, { fork: true }),
      pull(3, { state: 'closed' }),
      pull(4, { sha: 'b'.repeat(40) }),
    )
    expect(await open().pullRequestsAt(sha)).toEqual([
      { number: 1, title: 'a change', base: 'main', repository, branch: 'change' },
      { number: 2, title: 'a change', base: 'main', repository: 'stranger/program', branch: 'change' },
    ])
  })

  test('of a fork behind a hundred others', async () => {
    api.state.pulls.push(
      ...Array.from({ length: 120 }, (_, n) => pull(n + 1, { sha: 'b'.repeat(40) })),
      pull(200, { fork: true }),
    )
    expect(await open().pullRequestsAt(sha)).toMatchObject([{ number: 200 }])
  })
})

describe('check', () => {
  const wanted = { name: 'vps-test', sha, conclusion: 'failure', title: 'inconclusive', summary: 'why' } as const

  test('is one per name and commit', async () => {
    const url = await open().check(wanted)
    expect(
      await open().check({ ...wanted, conclusion: 'success', title: 'passed', url: 'https://example.org/run' }),
    ).toBe(url)
    expect(api.state.checks).toMatchObject([
      {
        status: 'completed',
        conclusion: 'success',
        title: 'passed',
        externalId: 'vps-test',
        url: 'https://example.org/run',
      },
    ])
  })

  test('of the same name by somebody else stays', async () => {
    api.state.checks.push({
      id: 1,
      name: 'vps-test',
      sha,
      externalId: 'theirs',
      status: 'completed',
      conclusion: 'success',
      title: '',
      summary: '',
      url: null,
    })
    await open().check(wanted)
    expect(api.state.checks.map((c) => c.conclusion)).toEqual(['success', 'failure'])
  })

  test('needs its permission', async () =>
    expect(await code(open({ token: api.tokens.reader }).check(wanted))).toMatch(/checks: write/))
})

test('visibility and dispatch', async () => {
  api.state.visibility = 'internal'
  api.state.workflows.push('vps-test-soak.yml')
  expect(await open().visibility()).toBe('internal')
  await open().dispatch('vps-test-soak.yml', 'main', { session: 's1' })
  expect(api.state.dispatches).toEqual([{ workflow: 'vps-test-soak.yml', ref: 'main', inputs: { session: 's1' } }])
  expect(await code(open().dispatch('none.yml', 'main', {}))).toMatch(/^infra I452 .*none\.yml.*actions: write/)
})

describe('trouble', () => {
  test('questions are asked again after 5xx and 429', async () => {
    api.state.trouble.push(
      { operation: 'repos/get', times: 1, status: 502 },
      { operation: 'repos/get', times: 1, status: 429, headers: { 'retry-after': '0' } },
    )
    expect(await open().visibility()).toBe('public')
    expect(asked('GET')).toHaveLength(3)
  })

  test('but three times at most', async () => {
    api.state.trouble.push({ operation: 'repos/get', times: 9, status: 503 })
    expect(await code(open().visibility())).toMatch(/^infra I454 .*503/)
    expect(asked('GET')).toHaveLength(3)
  })

  test('a pause longer than a job may wait is not waited for', async () => {
    api.state.trouble.push({ operation: 'repos/get', times: 1, status: 429, headers: { 'retry-after': '3600' } })
    expect(await code(open().visibility())).toMatch(/^infra I453/)
    expect(asked('GET')).toHaveLength(1)
  })

  test('a change is never sent twice', async () => {
    api.state.pulls.push(pull(7))
    api.state.trouble.push({ operation: 'issues/create-comment', times: 1, status: 502 })
    expect(await code(open().comment(7, marker, 'x'))).toMatch(/^infra I454/)
    expect(asked('POST')).toHaveLength(1)
  })

  test('a rate limit is told from a missing permission', async () => {
    api.state.trouble.push({ operation: 'repos/get', times: 1, status: 403, headers: { 'x-ratelimit-remaining': '0' } })
    expect(await code(open().visibility())).toMatch(/^infra I453/)
  })

  test('a server that is silent: the limit, and what is not known of a change', async () => {
    api.state.workflows.push('x.yml')
    api.state.trouble.push({ operation: '*', times: 9, delayMs: 60_000 })
    expect(await code(open({ timeoutMs: 100 }).visibility())).toMatch(/^infra I454 .*not in 0\.1 s/)
    expect(await code(open({ timeoutMs: 100 }).dispatch('x.yml', 'main', {}))).toMatch(/not known whether it was done/)
  })

  test("an abort ends a request that hangs, with the caller's reason", async () => {
    api.state.trouble.push({ operation: '*', times: 9, delayMs: 60_000 })
    const stop = new AbortController()
    const going = open({ signal: stop.signal }).visibility()
    await expect.poll(() => api.requests().length).toBe(1)
    stop.abort(new Error('the job was cancelled'))
    await expect(going).rejects.toThrow('the job was cancelled')
  })
})
