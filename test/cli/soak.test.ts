/**
 * `soak` and `approve` by the real command line, on ledgers of this machine and of a repository, where no node is
 * needed: nothing due, missed, decided, unknown.
 */
import { execFileSync } from 'node:child_process'
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { openGitLedger } from '../../src/adapters/git-ledger.ts'
import type { ProofKind } from '../../src/domain/plan.ts'
import type { Checkpoint } from '../../src/domain/states.ts'
import { saorsa } from '../inputs/read.ts'
import { planOf } from '../kit/plan.ts'
import { runWriter, story, type Step } from '../kit/session.ts'
import type { Writer } from '../../src/domain/writer.ts'
import { reachedEntries } from '../kit/reached.ts'
import type { Entry } from '../../src/domain/ledger.ts'
import { authorizationFor } from '../../src/domain/login.ts'
import { gitHost, type Host } from '../contract/ledger.host.ts'
import { clean, cli, cliWith, home, scratch } from './cli.ts'

afterAll(clean)
const hour = 3_600_000
/** A session of `project`, in its ledger of this machine unless another is named. */
async function put(project: string, steps: readonly Step[], dir = join(home, project, 'ledger.git')): Promise<string> {
  const session = `${project}-20260101-000000-0001`
  const ledger = await openGitLedger(dir)
  const now = Date.now()
  const entries = story(steps, {
    session,
    plan: planOf({ project, fleet: saorsa }),
    by: { kind: 'process', host: 'elsewhere', pid: 1 },
    at: (seq) => now - 10_000 + seq,
  })
  for (const entry of entries) await ledger.append(session, entry)
  return session
}
const ago = (ms: number) => ({ at: Date.now() - ms })
const events = async (
  project: string,
  session: string,
  dir = join(home, project, 'ledger.git'),
): Promise<readonly string[]> => reachedEntries(await (await openGitLedger(dir)).read(session)).map((e) => e.event)
const tested = (proof: ProofKind, soak: readonly Checkpoint[]): readonly Step[] => [
  ['begin'],
  ['confirmed', { soak, proof }],
  ['ready'],
  ['built'],
  ['deployed'],
]
const both = ['WAIT_1HR', 'WAIT_6HR'] as const

describe('soak', () => {
  test('of no sessions is quiet and 0; a session that nobody knows is 2', async () => {
    expect(await cli('soak')).toEqual({ code: 0, stdout: '', stderr: '' })
    expect(await cli('soak', '--json')).toEqual({ code: 0, stdout: '[]\n', stderr: '' })
    expect(await cli('soak', '--watch')).toMatchObject({ code: 0 })
    const unknown = await cli('soak', '--session', 'nobody')
    expect([unknown.code, unknown.stdout, unknown.stderr]).toEqual([
      2,
      '',
      expect.stringMatching(/U053.*no session nobody[^]*try: vps-test status/),
    ])
  })

  test('says for each session why nothing is done, and when something will be', async () => {
    const waiting = await put('waiting', [...tested('logs', both), ['passed']])
    const working = await put('working', [
      ...tested('logs', both),
      ['passed', {}, ago(2 * hour)],
      ['due', {}, ago(hour / 2)],
    ])
    const interrupted = await put('interrupted', [['begin'], ['confirmed', { soak: [], proof: 'logs' }]])
    const complete = await put('complete', [...tested('logs', []), ['passed']])
    const { code, stderr, stdout } = await cli('soak')
    const said = stderr + stdout
    expect(code).toBe(0)
    expect(said).toMatch(new RegExp(`${waiting}: WAIT_1HR: not due; next in (59 min|1 h 00 min)`))
    expect(said).toMatch(new RegExp(`${working}: TEST: process 1 on elsewhere works on it`))
    expect(said).toMatch(new RegExp(`${interrupted}: SETUP: an interrupted run: run its job again, or stop it`))
    expect(said).not.toContain(complete)
    expect(await cli('soak', '--session', complete)).toEqual({ code: 0, stdout: '', stderr: '' })
    const one = await cli('soak', '--session', waiting)
    expect([one.code, one.stderr + one.stdout]).toEqual([0, expect.not.stringContaining(working)])
    expect(await cli('soak', '--json')).toMatchObject({ code: 0, stdout: '[]\n' })
    for (const [project, session, length] of [
      ['waiting', waiting, 6],
      ['working', working, 7],
      ['interrupted', interrupted, 2],
    ] as const)
      expect(await events(project, session)).toHaveLength(length)
  })

  test('a checkpoint that nobody took is recorded as missed, once, and is inconclusive', async () => {
    const session = await put('missing', [...tested('logs', both), ['passed', {}, ago(30 * hour)]])
    const { code, stdout } = await cli('soak', '--json', '--session', session)
    expect(JSON.parse(stdout)).toEqual([
      {
        session,
        state: 'STOPPED',
        why: expect.stringMatching(/^a checkpoint was missed; due .*more than 24 h late/) as string,
        exitCode: 30,
      },
    ])
    expect(code).toBe(30)
    expect(await cli('soak', '--json', '--session', session)).toMatchObject({ code: 0, stdout: '[]\n' })
    expect(await events('missing', session)).toEqual([
      'begin',
      'confirmed',
      'ready',
      'built',
      'deployed',
      'passed',
      'missed',
    ])
  })

  test('an approval that nobody gave in time is recorded as expired', async () => {
    const session = await put('expiring', [...tested('manual-verify', []), ['passed', {}, ago(8 * 24 * hour)]])
    expect(await cli('soak', '--session', session)).toMatchObject({ code: 30 })
    expect((await events('expiring', session)).at(-1)).toBe('expired')
  })

  test('runs that end without a record are counted, and then a person is asked', async () => {
    const claims = Array.from({ length: 5 }, (_, i): Step => ['claimed', {}, ago(3.9 * hour - i)])
    const session = await put('hopeless', [
      ...tested('logs', both),
      ['passed', {}, ago(6 * hour)],
      ['due', {}, ago(4 * hour)],
      ...claims,
    ])
    const { code, stdout } = await cli('soak', '--json', '--session', session)
    expect([code, JSON.parse(stdout)]).toEqual([
      10,
      [{ session, state: 'STOPPED', why: '5 runs ended in TEST without a record: a person is asked', exitCode: 10 }],
    ])
  })

  test("of the ledger on a repository's branch", async () => {
    const remote = join(scratch, 'remote.git')
    execFileSync('git', ['init', '-q', '--bare', remote])
    const session = await put('away', [...tested('logs', both), ['passed', {}, ago(30 * hour)]], remote)
    expect((await cli('soak', '--remote', remote, '--json')).code).toBe(30)
    expect((await events('away', session, remote)).at(-1)).toBe('missed')
    expect(
      execFileSync('git', ['--git-dir', remote, 'show', 'vps-test-ledger:README.md'], { encoding: 'utf8' }),
    ).toContain(session)
    expect((await cli('soak', '--remote', join(scratch, 'nowhere.git'))).code).toBe(2)
  })
})

describe('on a forge, by HTTP', () => {
  const token = 'ghs_notARealToken0123456789abcdefghijkl'
  const served = join(scratch, 'served')
  let host: Host
  beforeAll(async () => {
    mkdirSync(served)
    host = await gitHost(served, {
      writes: authorizationFor('http://x/', { server: 'http://x', token, api: '' }) ?? '',
      reads: 'nobody',
    })
  })
  afterAll(async () => {
    await host.close()
  })

  test("the words that it shows lead there: a person's token is sent to its server, and to no other", async () => {
    const bare = join(served, 'someone/program.git')
    execFileSync('git', ['init', '-q', '--bare', bare])
    const url = `${host.url}/someone/program.git`
    const by = { ...runWriter('7', 'someone/program'), url: `${host.url}/someone/program/actions/runs/7` } as Writer
    const session = await put(
      'forge',
      [
        [
          'begin',
          {
            origin: { repository: 'someone/program', branch: 'main', commit: null, event: 'push', actor: 'a' },
          },
          { by },
        ],
        ...tested('manual-verify', []).slice(1),
        ['passed', {}, { by }],
      ],
      bare,
    )
    const status = await cli('status', '--remote', bare)
    const line = `vps-test approve --remote ${url} --session ${session}`
    expect(status.stdout).toContain(`a person decides: ${line} (no: --reject)`)
    const words = line.split(' ').slice(1)
    expect(await cli(...words)).toMatchObject({
      code: 2,
      stderr: expect.stringMatching(/U261[^]*try: export GH_TOKEN=\$\(gh auth token\)\n/) as string,
    })
    expect((await cliWith({ GH_TOKEN: token, GITHUB_SERVER_URL: 'http://127.0.0.1:1' }, ...words)).code).toBe(2)
    const yes = await cliWith({ GH_TOKEN: token, GITHUB_SERVER_URL: host.url }, ...words)
    expect([yes.code, yes.stdout + yes.stderr]).toEqual([0, expect.stringContaining(`${session}: approved by`)])
    expect((await events('forge', session, bare)).at(-1)).toBe('approved')
  })
  test.each([
    ['https://github.com/o/r.git', true],
    ['https://github.com.evil.example/o/r.git', false],
    ['https://evil.example/github.com/', false],
    ['http://github.com/o/r', false],
    ['git@github.com:o/r.git', false],
    ['/a/b', false],
  ])('%s gets it: %s', (url, gets) => {
    expect(authorizationFor(url, { server: 'https://github.com', token, api: '' }) !== null).toBe(gets)
  })
})

describe('approve', () => {
  const waits = [...tested('manual-verify', []), ['passed']] as const
  const last = async (project: string, session: string): Promise<Entry | undefined> =>
    reachedEntries(await (await openGitLedger(join(home, project, 'ledger.git'))).read(session)).at(-1)

  test('is recorded with who and how, once', async () => {
    const session = await put('yes', waits)
    const said = await cli('approve', 'yes', '--comment', 'looked at it')
    expect([said.code, said.stderr + said.stdout]).toEqual([0, expect.stringContaining(`${session}: approved by `)])
    expect(await last('yes', session)).toMatchObject({
      event: 'approved',
      to: 'COMPLETE',
      why: expect.stringMatching(/^by .+ \(cli\): looked at it$/) as string,
      facts: { how: 'cli', approvedBy: expect.stringMatching(/./) as string },
    })
    expect(await cli('approve', 'yes')).toMatchObject({
      code: 2,
      stderr: expect.stringMatching(
        /U055.*no session of project yes waits for approval[^]*try: vps-test status/,
      ) as string,
    })
    expect(await events('yes', session)).toHaveLength(7)
  })
  test('of a session that jobs made says which of them speak of it', async () => {
    const by: Writer = {
      kind: 'run',
      repository: 'o/r',
      run: '7',
      attempt: 1,
      url: 'https://github.com/o/r/actions/runs/7',
    }
    await put('jobs', [...tested('manual-verify', []), ['passed', {}, { by }]])
    expect((await cli('approve', 'jobs')).stderr).toContain(
      'https://github.com/o/r/actions/runs/7: run its jobs report and vps-test again',
    )
  })
  test('--reject ends it, and that is a failure', async () => {
    const session = await put('no', waits)
    expect((await cli('approve', '--session', session, '--reject')).code).toBe(0)
    expect(await last('no', session)).toMatchObject({
      event: 'rejected',
      to: 'STOPPED',
      why: expect.stringContaining('rejected by a person') as string,
    })
  })
  test('of a session that waits for something else, or that nobody knows, is 2 and writes nothing', async () => {
    const session = await put('else', [...tested('logs', both), ['passed']])
    for (const args of [['else'], ['--session', session], ['nobody'], ['--session', 'nobody']])
      expect((await cli('approve', ...args)).code).toBe(2)
    expect(await events('else', session)).toHaveLength(6)
  })
})

test('help of both has what can be typed', async () => {
  const soak = await cli('soak', '--help')
  expect(soak.code).toBe(0)
  for (const words of ['--watch', '--session', '--remote', '--json', '--key', 'vps-test soak --watch'])
    expect(soak.stdout).toContain(words)
  const approve = await cli('approve', '--help')
  expect([approve.code, approve.stdout]).toEqual([0, expect.stringMatching(/\[project\][^]*--reject[^]*--comment/)])
})
