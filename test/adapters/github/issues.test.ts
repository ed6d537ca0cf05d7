/** The issue that asks a person, once it is answered: found again, told, closed; what is not ours is left alone. */
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { openForge } from '../../../src/adapters/github/forge.ts'
import type { Forge } from '../../../src/ports/forge.ts'
import { type GithubApi, startGithubApi } from '../../loopback/github-api.ts'

const repository = 'saorsa-labs/saorsa-testnet'
const marker = '<!-- vps-test:s1 -->'
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

const open = (token = api.tokens.writer): Forge =>
  openForge({ repository, token, apiUrl: api.url, signal: new AbortController().signal, pauseMs: 5 })

describe('an issue that is answered', () => {
  const closed = (): readonly string[] => api.state.issues.filter((i) => i.state === 'closed').map((i) => i.title)

  test('is told so and closed as completed, once', async () => {
    const url = await open().issue(marker, 'a person is needed', 'why')
    expect(await open().closeIssue(marker, 'approved', 'by bob')).toBe(url)
    expect(api.state.issues).toMatchObject([
      { title: 'approved', body: `${marker}\nby bob`, state: 'closed', reason: 'completed' },
    ])
    expect(await open().closeIssue(marker, 'again', '')).toBeNull()
    expect(closed()).toEqual(['approved'])
    expect(await open().issue(marker, 'again', 'a person is needed again'), 'the same one').toBe(url)
    expect(api.state.issues).toMatchObject([{ title: 'again', state: 'open' }])
  })

  test('is only an open one of ours that begins with the marker; where there is none, none is made', async () => {
    const one = { title: 't', body: marker, state: 'open', labels: ['vps-test'], user: bot } as const
    api.state.issues.push(
      { ...one, number: 1, user: stranger },
      { ...one, number: 2, body: `quoted ${marker}` },
      { ...one, number: 3, body: '<!-- vps-test:s2 -->' },
      { ...one, number: 4, state: 'closed' },
    )
    api.state.pulls.push({
      number: 5,
      title: 'a change',
      state: 'open',
      sha: 'a'.repeat(40),
      head: 'change',
      base: 'main',
      fork: false,
      user: stranger,
    })
    api.state.issues.push({ ...one, number: 5 })
    expect(await open().closeIssue(marker, 'ours', '')).toBeNull()
    expect(api.state.issues.map((i) => i.title)).toEqual(['t', 't', 't', 't', 't'])
    expect(api.requests().filter((r) => !r.startsWith('GET '))).toEqual([])
  })

  test('with a dropped label is found; with a token that may only read, the permission is named', async () => {
    api.state.issues.push({ number: 1, title: 'old', body: marker, state: 'open', labels: [], user: bot })
    await expect(open(api.tokens.reader).closeIssue(marker, 'x', '')).rejects.toMatchObject({
      facts: {
        code: 'I451',
        message: expect.stringContaining('may not close issue #1') as string,
        remedy: expect.stringContaining('issues: write') as string,
      },
    })
    await open().closeIssue(marker, 'answered', '')
    expect(closed()).toEqual(['answered'])
  })

  test('open ones of ours are listed by their first lines', async () => {
    const one = { title: 't', state: 'open', labels: ['vps-test'], user: bot } as const
    api.state.issues.push(
      { ...one, number: 1, body: '<!-- vps-test:s1 -->\r\ntext' },
      { ...one, number: 2, body: '<!-- vps-test:s2 -->', user: stranger },
      { ...one, number: 3, body: 'no marker' },
      { ...one, number: 4, body: '<!-- vps-test:s4 -->\ntext' },
    )
    expect((await open().openIssues()).toSorted()).toEqual(['<!-- vps-test:s1 -->', '<!-- vps-test:s4 -->'])
  })
})
