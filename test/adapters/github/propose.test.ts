/** One pull request for each branch of a fix, against the loopback GitHub: opened, changed, and never in place of a person's. */
import { afterEach, beforeEach, expect, test } from 'vitest'
import { openForge } from '../../../src/adapters/github/forge.ts'
import type { Forge } from '../../../src/ports/forge.ts'
import { type GithubApi, startGithubApi } from '../../loopback/github-api.ts'

const repository = 'saorsa-labs/saorsa-testnet'
const branch = 'vps-test/fix/testnet-1/1'
let api: GithubApi
beforeEach(async () => {
  api = await startGithubApi({ repository })
})
afterEach(async () => {
  const faults = api.faults()
  await api.close()
  if (faults.length > 0) throw new Error(faults.join('\n'))
})

const open = (token = api.tokens.writer): Forge =>
  openForge({ repository, token, apiUrl: api.url, signal: new AbortController().signal, pauseMs: 5 })
const wanted = { branch, base: 'main', title: 'Fix after TEST', body: 'it was red' }
const pull = (number: number, more: Partial<GithubApi['state']['pulls'][number]> = {}) => ({
  number,
  title: 'mine',
  body: 'a text of a person',
  state: 'open' as const,
  sha: 'a'.repeat(40),
  head: branch,
  base: 'main',
  fork: false,
  user: { login: 'mallory', type: 'User' } as const,
  ...more,
})

test('it is opened once, whoever asks again, and its text follows; the title may be a person’s by then', async () => {
  const url = await open().propose(wanted)
  expect(api.state.pulls).toMatchObject([{ head: branch, base: 'main', title: 'Fix after TEST', body: 'it was red' }])
  expect(await open().propose(wanted)).toBe(url)
  expect(api.requests().filter((r) => r.startsWith('PATCH'))).toEqual([])
  expect(await open().propose({ ...wanted, title: 'another', body: 'it is green' })).toBe(url)
  expect(api.state.pulls).toMatchObject([{ title: 'Fix after TEST', body: 'it is green' }])
})

test('one that a person closed stays closed', async () => {
  await open().propose(wanted)
  api.state.pulls = api.state.pulls.map((p) => ({ ...p, state: 'closed' as const }))
  await open().propose({ ...wanted, body: 'again' })
  expect(api.state.pulls).toMatchObject([{ state: 'closed', body: 'it was red' }])
})

test('nobody else’s is taken for ours: of a fork, of another branch', async () => {
  api.state.pulls = [pull(1, { fork: true }), pull(2, { head: `${branch}0` })]
  await open().propose(wanted)
  expect(api.state.pulls.map((p) => [p.number, p.body])).toEqual([
    [1, 'a text of a person'],
    [2, 'a text of a person'],
    [3, 'it was red'],
  ])
})

test('a token that may not is told of by the permission that is missing', async () => {
  await expect(open(api.tokens.reader).propose(wanted)).rejects.toThrow(
    expect.objectContaining({ facts: expect.objectContaining({ code: 'I451' }) }),
  )
})
