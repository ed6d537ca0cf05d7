/** The Action as the runner starts it, without a lab: the jobs that go on with sessions, judge them and show them. */
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import type { Counts } from '../../src/domain/counts.ts'
import type { Plan } from '../../src/domain/plan.ts'
import type { Origin } from '../../src/domain/writer.ts'
import { sha256 } from '../../src/domain/ledger.ts'
import { newestPlan } from '../../src/stages/parts/interview.ts'
import { manifestOf } from '../../src/domain/manifest.ts'
import { tamper } from '../contract/ledger.kit.ts'
import { zip } from '../loopback/zip.ts'
import { madeKey } from '../made-key.ts'
import { contents, good, type Files } from '../report/evidence-files.ts'
import { brokenRows, escapes } from '../report/surfaces.ts'
import { commit, root } from './runner.ts'
import { hour, ago, stories, writerOf, type Step, type Story } from './sessions.ts'
import { errors, openTested, type Tested } from './tested.ts'

let t: Tested
beforeAll(async () => {
  t = await openTested()
})
afterAll(async () => {
  await t.runner.close()
})
afterEach(() => {
  t.settled()
})

// Nothing here changes what GitHub knows, so that it may go side by side.
describe.concurrent('gate', () => {
  const ok = { plan: { result: 'success' }, setup: { result: 'success' }, test: { result: 'success' } }
  const cases: readonly (readonly [story: Story, code: number, title: RegExp, needs?: object])[] = [
    ['passed', 0, /^passed: direct 40\/40, relay 9\/10/],
    ['waiting', 0, /^passed: .*; WAIT_1HR is due \d{4}/],
    ['approving', 30, /^passed: .*; a person's approval is awaited \(counts as a failure until then\)/],
    [
      'approving',
      30,
      /a person's approval is awaited .*\(approve: failure\)/,
      { ...ok, approve: { result: 'failure' } },
    ],
    ['inconclusive', 30, /^inconclusive \(counts as a failure\): relay/],
    ['missed', 30, /^stopped \(counts as a failure\): a checkpoint was missed; nobody took it/],
    ['superseded', 30, /^stopped \(counts as a failure\): superseded; by testnet-2/],
    ['failed', 20, /^failed: relay: 9\/10 = 90 %, target 100 %/],
    ['fix', 20, /^failed: relay/],
    ['compile', 20, /^failed: BUILD: src\/lib\.rs:7: mismatched types/],
    ['queued', 30, /^queued, the schedule goes on with it: bob run 9 has the fleet until \d{4}.* \(session other-1\)/],
    ['interrupted', 30, /^no verdict yet: SETUP/],
    ['lost', 10, /no quorum/],
    ['misused', 2, /no such asset/],
    [
      'passed',
      1,
      /^passed: .*, but not every job ended well \(deploy: cancelled\)/,
      { ...ok, deploy: { result: 'cancelled' } },
    ],
    ['passed', 0, /^passed/, { ...ok, report: { result: 'failure' }, approve: { result: 'skipped' } }],
    ['lost', 10, /no quorum.*\(setup: failure\)/, { ...ok, setup: { result: 'failure' } }],
  ]
  test.each(cases.map((c) => ({ story: c[0], code: c[1], title: c[2], needs: c[3] ?? ok })))(
    '$story: exit $code, $title',
    async ({ story, code, title, needs }) => {
      const session = t.put(stories[story])
      const end = await t.runner.step('gate', { inputs: { session, needs: JSON.stringify(needs) } })
      expect(end.code).toBe(code)
      const said =
        code === 0
          ? end.out
          : (/^::error title=([^:]*(?:%3A[^:]*)*)::/.exec(errors(end)[0] ?? '')?.[1] ?? '')
              .replaceAll('%3A', ':')
              .replaceAll('%2C', ',')
              .replaceAll('%25', '%')
      expect(code === 0 ? (said.trimEnd().split('\n').at(-1) ?? '') : said).toMatch(title)
      expect(errors(end)).toHaveLength(code === 0 ? 0 : 1)
      expect(end.summary).toMatch(code === 0 ? /^## Passed\n/ : /^## Not passed\n/)
      expect(end.outputs['session']).toBe(session)
    },
  )

  test.each([
    [{ plan: { result: 'success' } }, 'nothing was tested (the plan was not confirmed)'],
    [{ plan: { result: 'failure' } }, 'nothing was tested (plan: failure)'],
    [{}, 'nothing was tested (no plan)'],
  ])('without a session, %j: %s', async (needs, title) => {
    const end = await t.runner.step('gate', { inputs: { session: '', needs: JSON.stringify(needs) } })
    expect(end.code).toBe(30)
    expect(errors(end)[0]?.replaceAll('%3A', ':')).toContain(title)
  })

  test('what cannot be known is no pass', async () => {
    expect((await t.runner.step('gate', { inputs: { session: 'testnet-none', needs: '{}' } })).code).toBe(2)
    expect((await t.runner.step('gate', { inputs: { session: '', needs: 'oops' } })).code).toBe(2)
  })

  test('a session that a later push went on with says nothing about this commit: neither the gate nor its proof does', async () => {
    const session = t.put([
      ...stories.failed,
      [
        'pushed',
        {
          origin: {
            repository: 'someone/program',
            branch: 'main',
            commit: 'b'.repeat(40),
            event: 'push',
            actor: 'alice',
          },
        },
      ],
      'built',
      'deployed',
      'passed',
    ])
    for (const command of ['gate', 'prove']) {
      const end = await t.runner.step(command, { inputs: { session, needs: JSON.stringify(ok) } })
      expect([command, end.code, end.outputs['attest'] ?? '', errors(end)[0]]).toEqual([
        command,
        30,
        '',
        expect.stringContaining('went on with commit bbbbbbbbbbbb'),
      ])
    }
  })

  test('rates and counts come as outputs; a link with line breaks makes no second output', async () => {
    const url = 'https://example.org/a\nEOF\nproceed=true\nverdict<<x\nfailed\nx\n::error::pwned'
    const session = t.put([...stories.passed.slice(0, -1), ['passed', { artifact: { name: 'a', id: 5, url } }]])
    const end = await t.runner.step('gate', { inputs: { session, needs: '{}' } })
    expect(end.outputs).toMatchObject({ 'artifact-url': url, verdict: 'passed', state: 'COMPLETE' })
    expect(end.outputs['proceed']).toBeUndefined()
    expect(JSON.parse(end.outputs['rates'] ?? '')).toEqual({
      connectivity: {
        direct: { attempts: 40, successes: 40, rate: 1 },
        relay: { attempts: 10, successes: 9, rate: 0.9 },
      },
    })
    expect(end.commands).toEqual([])
  })
})

describe('soak', () => {
  test('lists what is due, and claims nothing', async () => {
    t.runner.api.state.runs.push(
      { id: 55, attempt: 1, status: 'completed', conclusion: 'cancelled' },
      { id: 56, attempt: 1, status: 'in_progress', conclusion: null },
    )
    const claim: Step = ['due', {}, ago(hour / 2)]
    // Its run goes on, but no job of it can be at work for so long.
    const held = t.put(
      [...stories.waiting.slice(0, -1), ['passed', {}, ago(8 * hour)], ['due', {}, ago(6 * hour)]],
      writerOf('56'),
    )
    const [due, late, waiting, dead, alive, ended] = [
      t.put(stories.due),
      t.put(stories.late),
      t.put(stories.waiting),
      t.put([...stories.due, claim], writerOf('55')),
      t.put([...stories.due, claim], writerOf('56')),
      t.put(stories.passed),
    ]
    const end = await t.runner.step('soak')
    expect(end).toMatchObject({ code: 0, commands: [] })
    const listed = JSON.parse(end.outputs['due'] ?? '') as readonly { readonly session: string }[]
    const mine = [due, late, waiting, dead, alive, ended, held]
    expect(listed.filter((d) => mine.includes(d.session)).toSorted((a, b) => (a.session < b.session ? -1 : 1))).toEqual(
      [due, late, dead, held].toSorted().map((session) => ({ session, commit, fleet: 'saorsa', repo: '.' })),
    )
    const rows = (id: string): string => end.summary.split('\n').find((l) => l.includes(id)) ?? ''
    expect(rows(due)).toMatch(/WAIT\\_1HR.*1 h [0-5]\d min late.*due: /)
    expect(rows(late)).toMatch(/missed: .*more than 24 h late/)
    expect(rows(waiting)).toMatch(/not due/)
    expect(rows(dead)).toMatch(/claimed: taken over from run 55/)
    expect(rows(held)).toMatch(/claimed: taken over from run 56/)
    expect(rows(alive)).toMatch(/run 56 \\\(attempt 1\\\) of someone\/program works on it/)
    expect(rows(ended)).toBe('')
    for (const id of mine)
      expect((await t.path(id)).filter((event) => event === 'claimed' || event === 'missed')).toEqual([])
  })

  test('a session that has nothing due is left alone, a missed one is recorded once', async () => {
    const [waiting, late] = [t.put(stories.waiting), t.put(stories.late)]
    expect(
      await t.runner.step('soak', { inputs: { session: waiting }, env: { VPS_TEST_PROBE: process.execPath } }),
    ).toMatchObject({ code: 0, outputs: { state: 'WAIT_1HR' } })
    expect(await t.path(waiting)).toHaveLength(6)
    const one = await t.runner.step('soak', { inputs: { session: late }, env: { VPS_TEST_PROBE: process.execPath } })
    expect(one).toMatchObject({ code: 30, outputs: { state: 'STOPPED' } })
    expect((await t.path(late)).slice(-2)).toEqual(['passed', 'missed'])
    expect(t.runner.api.state.issues.map((i) => i.title).join()).toContain('a checkpoint was missed')
    expect(
      (await t.runner.step('soak', { inputs: { session: late }, env: { VPS_TEST_PROBE: process.execPath } })).code,
    ).toBe(0)
    expect((await t.path(late)).filter((event) => event === 'missed')).toHaveLength(1)
  })

  test('a checkpoint that nobody took has no verdict of its own: the test before it is neither shown nor attested again', async () => {
    const session = t.put([
      ...stories.late.slice(0, -1),
      ['passed', { artifact: { name: 'vps-test-evidence-old', id: 5, url: 'https://example.org/5' } }, ago(30 * hour)],
    ])
    const end = await t.runner.step('soak', { inputs: { session }, env: { VPS_TEST_PROBE: process.execPath } })
    expect([
      end.code,
      end.outputs['state'],
      end.outputs['verdict'],
      end.outputs['attest'],
      end.outputs['proof'],
    ]).toEqual([30, 'STOPPED', 'inconclusive', 'false', undefined])
    expect(end.out).not.toContain('fetching artifact')
    expect((await t.runner.step('gate', { inputs: { session, needs: '{}' } })).outputs['verdict']).toBe('inconclusive')
    const lost = t.put([...stories.due, ['due', {}, ago(hour / 2)]], writerOf('57'))
    t.runner.api.state.runs.push({ id: 57, attempt: 1, status: 'in_progress', conclusion: null })
    expect(
      await t.runner.step('soak', { inputs: { session: lost }, env: { VPS_TEST_PROBE: process.execPath } }),
    ).toMatchObject({ code: 0, outputs: { state: 'TEST', verdict: 'inconclusive' } })
  })

  test('without a key, or with a clock that was moved, a checkpoint that is due is left to a run that can take it', async () => {
    const session = t.put(stories.due)
    const env = { VPS_TEST_PROBE: process.execPath }
    const end = await t.runner.step('soak', { inputs: { session }, env })
    expect([end.code, errors(end).join()]).toEqual([
      2,
      expect.stringMatching(/U069.*needs the input ssh-key, which is empty.*gh secret set VPS_TEST_SSH_KEY/),
    ])
    const moved = await t.runner.step('soak', {
      inputs: { session, 'ssh-key': madeKey().private },
      env: { ...env, VPS_TEST_CLOCK_SHIFT_SECONDS: '3700' },
    })
    expect([moved.code, errors(moved).join()]).toEqual([
      2,
      expect.stringMatching(/U058.*moved by 3700 s.*fleet saorsa is none/),
    ])
    expect((await t.path(session)).at(-1)).toBe('passed')
  })

  test('a session that is damaged or odd costs no other one its place; the job says which, what to do, and fails', async () => {
    const [due, odd, torn] = [
      t.put(stories.due),
      t.put([...stories.due, ['due', {}, ago(hour / 2)]], writerOf('abc')),
      t.put(stories.due),
    ]
    const file = `sessions/${torn}/0006-WAIT_1HR-TEST.json`
    tamper(t.runner.remote, (files) => {
      files.set(file, '{')
    })
    const end = await t.runner.step('soak')
    tamper(t.runner.remote, (files) => {
      files.delete(file)
      ;[...files.keys()].filter((name) => name.startsWith(`sessions/${odd}/`)).forEach((name) => files.delete(name))
    })
    expect(end.code).toBe(2)
    const listed = (JSON.parse(end.outputs['due'] ?? '') as readonly { readonly session: string }[]).map(
      (d) => d.session,
    )
    expect([listed.includes(due), listed.includes(odd), listed.includes(torn)]).toEqual([true, false, false])
    expect(errors(end).join('\n')).toMatch(
      new RegExp(
        `title=vps-test H010::${torn}.*is damaged.*try.*git clone[^]*title=vps-test U452::${odd}.*not abc.*gh workflow run vps-test-ops.yml -f command=stop -f session=${odd}`,
      ),
    )
    for (const id of [odd, torn]) expect(end.summary.split('\n').find((l) => l.includes(id))).toContain('passed over')
    expect(end.summary).toMatch(/^## Soak: \d+ due, \d+ open, 2 passed over\n/)
    // A job that needs one that failed is skipped, unless it says otherwise.
    expect(readFileSync(join(root, '.github/workflows/vps-test-soak.yml'), 'utf8')).toContain(
      "if: ${{ !cancelled() && needs.reconcile.outputs.due != ''",
    )
  })
})

describe('approve', () => {
  test("is whose yes let this run into the environment, and nobody else's", async () => {
    const session = t.put(stories.approving)
    t.runner.api.state.approvals.push(
      { run: 102, environment: 'vps-test-approval', state: 'approved', by: 'eve', comment: '' },
      { run: 101, environment: 'elsewhere', state: 'approved', by: 'eve', comment: '' },
    )
    const early = await t.runner.step('approve', { inputs: { session } })
    expect(early.code).toBe(2)
    expect(errors(early).join()).toMatch(/U067.*nobody has approved this run in environment vps-test-approval/)
    t.runner.api.state.approvals.push({
      run: 101,
      environment: 'vps-test-approval',
      state: 'approved',
      by: 'bob',
      comment: 'ok',
    })
    expect(await t.runner.step('approve', { inputs: { session } })).toMatchObject({
      code: 0,
      outputs: { state: 'COMPLETE' },
    })
    expect((await t.runner.entries(session)).at(-1)).toMatchObject({
      event: 'approved',
      facts: { approvedBy: 'bob', how: 'environment vps-test-approval' },
    })
    const again = await t.runner.step('approve', { inputs: { session } })
    expect([again.code, again.out]).toEqual([0, expect.stringContaining('nothing waits for approval')])
    expect((await t.path(session)).filter((event) => event === 'approved')).toHaveLength(1)
  })

  test("a reviewer's no ends the session, though GitHub ran nothing in that environment; a later yes changes nothing", async () => {
    const session = t.put(stories.approving)
    const early = await t.runner.step('reject', { inputs: { session } })
    expect(errors(early).join()).toMatch(/U079.*nobody has rejected this run in environment vps-test-approval/)
    t.runner.api.state.approvals.push({
      run: 101,
      environment: 'vps-test-approval',
      state: 'rejected',
      by: 'mallory',
      comment: 'not this one',
    })
    expect(errors(await t.runner.step('approve', { inputs: { session } })).join()).toMatch(/U067/)
    expect(await t.runner.step('reject', { inputs: { session } })).toMatchObject({
      code: 0,
      outputs: { state: 'STOPPED' },
    })
    expect((await t.runner.entries(session)).at(-1)).toMatchObject({
      event: 'rejected',
      facts: { approvedBy: 'mallory', how: 'environment vps-test-approval' },
    })
    t.runner.api.state.approvals.push({
      run: 101,
      environment: 'vps-test-approval',
      state: 'approved',
      by: 'bob',
      comment: '',
    })
    expect((await t.runner.step('approve', { inputs: { session } })).outputs['state']).toBe('STOPPED')
    expect((await t.runner.step('gate', { inputs: { session, needs: '{}' } })).code).toBe(20)
  })

  test('a yes and a no in one run, for two sessions or for plan and proof: the no is never a yes, and a person says it again', async () => {
    const session = t.put(stories.approving)
    for (const state of ['approved', 'rejected', 'approved'] as const)
      t.runner.api.state.approvals.push({
        run: 101,
        environment: 'vps-test-approval',
        state,
        by: state === 'approved' ? 'alice' : 'bob',
        comment: '',
      })
    const end = await t.runner.step('reject', { inputs: { session } })
    expect([end.code, errors(end).join()]).toEqual([
      2,
      expect.stringMatching(
        /U079.*both approved \(alice\) and rejected \(bob\).*vps-test approve --reject --remote .*someone\/program\.git.* --session /,
      ),
    ])
    expect((await t.path(session)).at(-1)).toBe('passed')
  })
})

describe('comment', () => {
  const pull = {
    number: 7,
    title: '# @everyone ](x)',
    state: 'open' as const,
    sha: commit,
    head: 'topic',
    base: 'main',
    fork: false,
    user: { login: 'alice', type: 'User' as const },
  }

  test('shows a session on the pull requests of its commit: one comment, changed later, never too long, and a check', async () => {
    t.runner.api.state.pulls.push(pull, { ...pull, number: 8, sha: 'd'.repeat(40) })
    const evil = '</details><script>alert(1)</script> @everyone ::error::pwned\n```\n| x |'
    const session = t.put([
      ...stories.failed.slice(0, -2),
      ['failed', { reasons: Array.from({ length: 1500 }, (_, i) => `${i} ${evil}`) }, { why: evil }],
    ])
    for (let n = 0; n < 2; n++)
      expect(await t.runner.step('comment', { inputs: { session } })).toMatchObject({ code: 0, commands: [] })
    const { comments, checks } = t.runner.api.state
    expect(comments.map((c) => c.issue)).toEqual([7])
    expect(comments[0]?.body.length).toBeLessThanOrEqual(64_000)
    expect(comments[0]?.body).toMatch(/^<!-- vps-test:fleet\/testnet\/saorsa -->\n/)
    expect(comments[0]?.body).not.toMatch(/<script>|(?<![\w&;#])@everyone/)
    expect(checks).toMatchObject([{ name: 'vps-test proof (testnet, saorsa)', sha: commit, conclusion: 'failure' }])
  })

  describe('a test is compared', () => {
    const rates = (successes: number): Counts => ({
      connectivity: { direct: { attempts: 40, successes, planned: 20, tried: 20, recovered: 0 } },
    })
    const origin = (branch: string): Origin => ({
      repository: 'someone/program',
      branch,
      commit: 'e'.repeat(40),
      event: 'push',
      actor: 'alice',
    })
    const proven = (branch: string, successes: number, more: { readonly plan?: Plan } = {}): string =>
      t.put([
        ['begin', { origin: origin(branch), ...more }],
        ...stories.passed.slice(1, -1),
        ['passed', { counts: rates(successes) }],
      ])
    const bodyOf = (issue: number): string => t.runner.api.state.comments.find((c) => c.issue === issue)?.body ?? ''

    test('with the base that GitHub says of each pull request, of its own project and fleet', async () => {
      const plan = newestPlan(await t.runner.entries(t.put(['begin'])))
      if (plan === undefined) throw new Error('begin holds a plan')
      const [main, release] = [proven('main', 31), proven('release', 32)]
      const session = t.put([['begin', { origin: { ...origin('topic'), commit } }], ...stories.passed.slice(1)])
      // Newer, and of another kind: each would be taken if it were not looked at.
      proven('release', 33, {
        plan: { ...plan, answers: { ...plan.answers, project: { value: 'ant-quic', from: 'default' } } },
      })
      proven('release', 34, { plan: { ...plan, fleet: { ...plan.fleet, name: 'lab' } } })
      t.runner.api.state.pulls.push(
        pull,
        { ...pull, number: 9, base: 'release', fork: true },
        { ...pull, number: 10, base: 'never' },
      )
      expect((await t.runner.step('comment', { inputs: { session } })).code).toBe(0)
      expect(bodyOf(7)).toMatch(
        new RegExp(`Compared with session \`${main}\` of commit \`e{12}\` on \`main\`, fleet \`saorsa\``),
      )
      expect(bodyOf(9)).toMatch(
        new RegExp(
          `Compared with session \`${release}\`[^]*on \`release\`, fleet \`saorsa\`[^]*\\| direct \\| 40/40 = 100 % \\| 32/40 = 80 % \\|`,
        ),
      )
      expect(bodyOf(10)).toContain('no recorded test of this project on this fleet')
    })
  })

  test('a title full of Markdown and mentions is shown as text, on each pull request its own', async () => {
    const titles = [
      '# [a](https://evil.example) **b** <!-- vps-test:fleet/testnet -->',
      '@everyone @octocat #1 | a | b |',
      'one `two` ```\n\n## three\n::error::pwned\n</details><script>alert(1)</script>',
      'x|'.repeat(120),
    ]
    t.runner.api.state.pulls.push(...titles.map((title, n) => ({ ...pull, number: 11 + n, title })))
    expect(await t.runner.step('comment', { inputs: { session: t.put(stories.passed) } })).toMatchObject({
      code: 0,
      commands: [],
    })
    const bodies = t.runner.api.state.comments.map((c) => c.body)
    expect(bodies.map((b) => /^\| Of \| (\S+)/m.exec(b)?.[1])).toEqual([
      '#\u200b',
      '@\u200beveryone',
      'one',
      'x\\|'.repeat(100) + '…',
    ])
    expect(bodies.map((b) => [escapes(b), brokenRows(b)])).toEqual(titles.map(() => [[], []]))
    expect(escapes(t.runner.api.state.checks[0]?.summary ?? '@nobody')).toEqual([])
  })

  test('finds no pull request: a check, no comment', async () => {
    const end = await t.runner.step('comment', { inputs: { session: t.put(stories.passed) } })
    expect(end.out).toContain('no open pull request has c0ffeec0ffee as its head')
    expect([t.runner.api.state.comments, t.runner.api.state.checks]).toMatchObject([[], [{ conclusion: 'success' }]])
  })

  test('an older session says nothing over a newer one of the same commit, project and fleet', async () => {
    const plan = newestPlan(await t.runner.entries(t.put(['begin'])))
    if (plan === undefined) throw new Error('begin holds a plan')
    const [older, newer] = [t.put(stories.passed), t.put(stories.fix)]
    // Newest of all, and mute: never confirmed, refused.
    for (const mute of [['begin'], stories.lost] as const) t.put(mute)
    // Of another fleet, and of another commit: newer, and beside the point.
    t.put([['begin', { plan: { ...plan, fleet: { ...plan.fleet, name: 'lab' } } }], ...stories.passed.slice(1)])
    t.put([
      [
        'begin',
        {
          origin: {
            repository: 'someone/program',
            branch: 'main',
            commit: 'e'.repeat(40),
            event: 'push',
            actor: 'alice',
          },
        },
      ],
      ...stories.passed.slice(1),
    ])
    t.runner.api.state.pulls.push(pull)
    await t.runner.step('comment', { inputs: { session: newer } })
    const before = structuredClone([t.runner.api.state.comments, t.runner.api.state.checks])
    expect(before).toMatchObject([
      [{ body: expect.stringContaining('vps-test: failed') as string }],
      [{ conclusion: 'failure' }],
    ])
    const end = await t.runner.step('comment', { inputs: { session: older } })
    expect([end.code, end.out]).toEqual([
      0,
      expect.stringContaining(`${newer} is a newer session of the same commit on the same fleet`),
    ])
    expect([t.runner.api.state.comments, t.runner.api.state.checks]).toEqual(before)
  })

  describe('of a run of a fork', () => {
    const of = (run: string, more: Readonly<Record<string, string>> = {}) => ({
      'run-id': run,
      'run-attempt': '1',
      'head-sha': commit,
      'head-repository': 'stranger/program',
      'head-branch': 'topic',
      ...more,
    })
    const said = (issue: number): string => t.runner.api.state.comments.find((c) => c.issue === issue)?.body ?? ''
    /** `sealed`: what the manifest lists, where that is not what lies there. */
    const evidenceZip = (files = contents(good), sealed: Readonly<Record<string, string>> = {}): Buffer => {
      const all = Object.entries({ 'verdict.json': '{"suites":{}}', 'diagnosis.json': 'null', ...files })
      const listed = all.map(([name, data]) => {
        const held = sealed[name] ?? data
        return { path: `evidence/${name}`, bytes: Buffer.byteLength(held), sha256: sha256(held) }
      })
      return zip([
        { path: 'manifest.json', data: `${JSON.stringify(manifestOf(listed), null, 1)}\n` },
        ...all.map(([name, data]) => ({ path: `evidence/${name}`, data })),
      ])
    }
    const unread = /^<!-- vps-test:pull-request -->\n### vps-test: the evidence of this run cannot be read\n/

    test('found by its head; what it left is data', async () => {
      t.runner.api.state.pulls.push({ ...pull, fork: true })
      expect((await t.runner.step('comment', { inputs: of('900') })).code).toBe(0)
      expect(t.runner.api.state.comments).toMatchObject([
        { issue: 7, body: expect.stringContaining('nothing was tested') as string },
      ])
      t.runner.results.plant(
        '900',
        'vps-test-evidence-x-test-1-1',
        zip([
          { path: 'manifest.json', data: '{"files":[]}' },
          { path: '../../evil', data: 'x' },
        ]),
      )
      const end = await t.runner.step('comment', { inputs: of('900') })
      expect(end.code).toBe(0)
      expect(errors(end)).toEqual([])
      expect(t.runner.api.state.comments).toMatchObject([{ body: expect.stringMatching(unread) as string }])
      expect(t.runner.api.state.checks).toMatchObject([
        {
          name: 'vps-test lab proof (main)',
          conclusion: 'failure',
          title: '#7 into main: the evidence of this run cannot be read',
        },
      ])
      expect(existsSync(join(t.runner.dir, 'evil'))).toBe(false)
    })

    test('on no other pull request with that head, whose merge is another program; the check says which base', async () => {
      t.runner.api.state.pulls.push(
        { ...pull, fork: true },
        { ...pull, number: 8, base: 'release', head: 'other', fork: true },
        { ...pull, number: 9, base: 'release', fork: true, repository: 'else/program' },
        { ...pull, number: 10 },
      )
      expect((await t.runner.step('comment', { inputs: of('901') })).code).toBe(0)
      expect((await t.runner.step('comment', { inputs: of('902', { 'head-repository': 'else/program' }) })).code).toBe(
        0,
      )
      expect(t.runner.api.state.comments.map((c) => c.issue)).toEqual([7, 9])
      expect(t.runner.api.state.checks.map((c) => [c.name, c.title.slice(0, 19)])).toEqual([
        ['vps-test lab proof (main)', '#7 into main: nothi'],
        ['vps-test lab proof (release)', '#9 into release: no'],
      ])
    })

    test('of one branch into two bases it cannot be told which was tested: both are red, and say so', async () => {
      t.runner.api.state.pulls.push({ ...pull, fork: true }, { ...pull, number: 8, base: 'release', fork: true })
      t.runner.results.plant('903', 'vps-test-evidence-x-test-1-1', evidenceZip())
      await t.runner.step('comment', { inputs: of('903') })
      for (const issue of [7, 8])
        expect(said(issue)).toMatch(
          /### vps-test: it cannot be told which pull request was tested\n\n.*\[7\]\(\S+\/pull\/7\), \[8\]\(\S+\/pull\/8\)/,
        )
      expect(t.runner.api.state.checks.map((c) => [c.name, c.conclusion])).toEqual([
        ['vps-test lab proof (main)', 'failure'],
        ['vps-test lab proof (release)', 'failure'],
      ])
    })

    test.each([
      [{ 'head-repository': '' }, /GitHub does not say which repository/],
      [{ 'head-branch': '' }, /GitHub does not say which repository/],
      [{ 'head-branch': 'gone' }, /no open pull request of that repository and branch/],
    ])('%j: nothing is written, and that is said', async (more, words) => {
      t.runner.api.state.pulls.push({ ...pull, fork: true })
      const end = await t.runner.step('comment', { inputs: of('904', more) })
      expect([end.code, end.out, end.summary]).toEqual([0, expect.stringMatching(words), expect.stringMatching(words)])
      expect([t.runner.api.state.comments, t.runner.api.state.checks]).toEqual([[], []])
    })

    test('an attempt that kept nothing does not show what the one before kept', async () => {
      t.runner.api.state.pulls.push({ ...pull, fork: true })
      t.runner.results.plant('905', 'vps-test-evidence-x-test-1-1', evidenceZip())
      await t.runner.step('comment', { inputs: of('905', { 'run-attempt': '2' }) })
      expect(said(7)).toMatch(/### vps-test: nothing was tested\n\nThis attempt .*runs\/905\/attempts\/2\)/)
      await t.runner.step('comment', { inputs: of('905') })
      expect(said(7)).not.toContain('nothing was tested')
    })

    test('a name that is none of ours is not fetched, and nothing of it reaches the log', async () => {
      t.runner.api.state.pulls.push({ ...pull, fork: true })
      t.runner.results.plant('906', 'vps-test-evidence-##[error]pwned ##[stop-commands]x-1', evidenceZip())
      const end = await t.runner.step('comment', { inputs: of('906') })
      expect([end.commands, end.out.includes('pwned')]).toEqual([[], false])
      expect(said(7)).toContain('nothing was tested')
    })

    test.each([
      [
        'not what was uploaded',
        /has sha256 \w{64} instead of 0{64}/,
        () => ({ data: evidenceZip(), digest: `sha256:${'0'.repeat(64)}` }),
      ],
      [
        'megabytes of lists',
        /plan\.json holds more than 1000000 values/,
        () => ({ data: evidenceZip({ ...contents(good), 'plan.json': `[${'[],'.repeat(5_000_000)}1]` }) }),
      ],
      [
        'a file of 17 MB',
        /nat\.json has 17825792 bytes/,
        () => ({ data: evidenceZip({ ...contents(good), 'nat.json': ' '.repeat(17 * 1024 ** 2) }) }),
      ],
      [
        '65 MB in all',
        /unpacks to more than 67108864 bytes/,
        () => ({
          data: zip(Array.from({ length: 5 }, (_, n) => ({ path: `f${n}`, data: Buffer.alloc(13 * 1024 ** 2) }))),
        }),
      ],
    ])('%s cannot be read, and is said to be so in place of an older comment', async (_, why, make) => {
      t.runner.api.state.pulls.push({ ...pull, fork: true })
      t.runner.api.state.comments.push({
        id: 1,
        issue: 7,
        body: '<!-- vps-test:pull-request -->\n### vps-test: passed',
        user: { login: 'github-actions[bot]', type: 'Bot' },
      })
      const { data, digest } = { digest: undefined, ...make() }
      const { id } = t.runner.results.plant('907', `vps-test-evidence-x-test-1-1`, data, digest)
      const end = await t.runner.step('comment', { inputs: of('907') })
      expect([end.code, end.out], String(id)).toEqual([0, expect.stringMatching(why)])
      expect(said(7)).toMatch(unread)
    })

    test("of evidence with faults, title and note come first, in comment, check and summary; the check's summary is whole folds", async () => {
      t.runner.api.state.pulls.push({ ...pull, fork: true })
      const long = {
        ...good,
        facts: {
          ...(good.facts as object),
          notes: Array.from({ length: 900 }, (_, n) => ({ what: `${n}`, why: '\u{1f642}'.repeat(100) })),
        },
      }
      t.runner.results.plant(
        '908',
        'vps-test-evidence-x-test-1-1',
        evidenceZip(contents(long as Files), { 'nat.json': '[]' }),
      )
      const end = await t.runner.step('comment', { inputs: of('908') })
      const first =
        /^<!-- vps-test:pull-request -->\n### vps-test: the evidence is not whole: \d+ faults\n\nThe evidence is \*\*not whole\*\* \\\(\d+ faults\\\): do not trust it\.\n/
      const [check] = t.runner.api.state.checks
      for (const page of [said(7), check?.summary ?? '', end.summary]) expect(page).toMatch(first)
      expect(check).toMatchObject({
        conclusion: 'failure',
        title: expect.stringMatching(/^#7 into main: the evidence is not whole: \d+ faults$/) as string,
      })
      expect(Buffer.byteLength(said(7))).toBeGreaterThan(60_000)
      expect(Buffer.byteLength(check?.summary ?? '')).toBeLessThanOrEqual(60_000)
      for (const page of [said(7), check?.summary ?? ''])
        expect([page.match(/<details>/g)?.length, brokenRows(page), escapes(page)]).toEqual([
          page.match(/<\/details>/g)?.length,
          [],
          [],
        ])
      expect(check?.summary).toContain('**Cut here:**')
    })
  })

  test('with a token that may only read: what is missing is named', async () => {
    t.runner.api.state.pulls.push(pull)
    const end = await t.runner.step('comment', {
      inputs: { session: t.put(stories.passed) },
      token: t.runner.api.tokens.reader,
    })
    expect(end.code).toBe(10)
    expect(errors(end).join()).toMatch(/I451.*permissions: \{ pull-requests: write \}/)
    expect(t.runner.api.state.comments).toEqual([])
  })
})

test('a job that is run again fetches what an earlier attempt of its own run kept, where the runtime service shows no more of it', async () => {
  const { id, name } = t.runner.results.plant(
    '101',
    'vps-test-evidence-x-test-1-1',
    zip([{ path: 'manifest.json', data: '{}' }]),
  )
  const session = t.put(
    [...stories.passed.slice(0, -1), ['passed', { artifact: { id, name, url: 'https://github.com/x' } }]],
    writerOf('101'),
  )
  const end = await t.runner.step('prove', { inputs: { session }, run: '101', attempt: 2 })
  expect(end.out).toContain(`fetching artifact ${name}`)
  // It came, and is not what was recorded.
  expect(errors(end).join()).toMatch(/H033.*manifest\.json/)
})

describe('looks', () => {
  test('status and logs tell the branch, as summary and artifact', async () => {
    const session = t.put(stories.waiting)
    const status = await t.runner.step('status', { run: '201' })
    expect(status.code).toBe(0)
    expect(errors(status)).toEqual([])
    expect(status.summary).toMatch(/^## status\n\n`{3,}text\n/)
    for (const text of [status.out, status.summary]) expect(text).toContain(session)
    expect(t.runner.results.artifacts('201').map((a) => a.name)).toEqual(['vps-test-status-1'])
    const logs = await t.runner.step('logs', { run: '202', inputs: { project: 'testnet' } })
    expect(logs.summary).toContain('IDLE → INTERVIEW')
    expect((await t.runner.step('logs', { run: '203', inputs: { project: 'nobody' } })).code).toBe(2)
  })

  test('logs of the session that is named, with its project or without; of an unknown one: how to list them', async () => {
    const [old, young] = [t.put(stories.waiting), t.put(stories.compile)]
    for (const inputs of [{ session: old }, { session: old, project: 'testnet' }] as const) {
      const logs = await t.runner.step('logs', { inputs })
      expect(logs.summary).toContain('TEST → WAIT_1HR')
      expect(logs.summary).not.toContain('it does not compile')
    }
    expect((await t.runner.step('logs', { inputs: { session: young } })).summary).toContain('it does not compile')
    for (const [command, inputs] of [
      ['logs', { session: 'testnet-none' }],
      ['logs', { session: 'testnet-none', project: 'testnet' }],
      ['stop', { session: 'testnet-none', project: 'testnet' }],
      ['logs', { session: old, project: 'other' }],
    ] as const) {
      const end = await t.runner.step(command, { inputs })
      expect([end.code, errors(end).join().replaceAll('%3A', ':')]).toEqual([
        2,
        expect.stringMatching(
          /U076.*the ledger has no session .* \(try: gh workflow run vps-test-ops\.yml -f command=status\)/,
        ),
      ])
    }
  })

  test('stop ends a session, and says which leases it could not give back', async () => {
    const session = t.put(stories.waiting)
    const end = await t.runner.step('stop', { inputs: { session }, run: '204' })
    expect([end.code, end.out]).toEqual([
      10,
      expect.stringMatching(
        new RegExp(
          `stopped ${session}[^]*saorsa-2: the lease was not given back[^]*saorsa-2: its service stays as it is`,
        ),
      ),
    ])
    expect((await t.runner.entries(session)).at(-1)).toMatchObject({
      event: 'stop',
      to: 'STOPPED',
      facts: { by: { run: '204' } },
    })
  })

  test('a remedy is one that works from here', async () => {
    const end = await t.runner.step('diagnose', { inputs: { node: 'saorsa-99' } })
    expect([end.code, errors(end).join()]).toEqual([
      2,
      expect.stringMatching(/U030.*\(try: gh workflow run vps-test-ops\.yml -f command=nodes\)/),
    ])
    expect(end.summary).toContain('gh workflow run vps-test-ops.yml -f command=nodes')
  })

  test('diagnose without a node says how to ask', async () => {
    const end = await t.runner.step('diagnose')
    expect(end.code).toBe(2)
    expect(errors(end).join()).toMatch(/U075.*-f node=saorsa-4/)
  })
})
