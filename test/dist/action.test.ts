/** The Action as the runner starts it, without a lab: everything that needs no node. */
import { execFileSync } from 'node:child_process'
import { chmodSync, existsSync, mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import ssh2 from 'ssh2'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import type { Json } from '../../src/domain/ledger.ts'
import { freshState } from '../loopback/github-state.ts'
import { zip } from '../loopback/zip.ts'
import pkg from '../../package.json' with { type: 'json' }
import { commit, leftBy, openRunner, repository, type Runner, type StepEnd } from './runner.ts'
import { entriesOf, hour, plant, stories, testFacts, writerOf, type Step, type Story } from './sessions.ts'

let runner: Runner
let plan: Readonly<Record<string, Json>>
const answers = { project: 'testnet', focus: 'connectivity', criteria: 'threshold', proof: 'logs' }
let planted = 0
const put = (steps: readonly Step[], writer: Json = writerOf('50')): string => {
  const id = `testnet-20260101-000000-${String(planted++).padStart(4, '0')}`
  plant(runner.remote, entriesOf(id, steps, plan, writer))
  return id
}
const path = async (session: string): Promise<readonly string[]> => (await runner.entries(session)).map((e) => e.event)
/** Annotations of the level error, as the runner would show them. */
const errors = (end: StepEnd): readonly string[] => end.commands.filter((line) => line.startsWith('::error'))

beforeAll(async () => {
  runner = await openRunner()
  const first = await runner.step('plan', { inputs: answers, run: '90' })
  expect(first.code).toBe(0)
  const { plan: made, planDigest } = (await runner.entries(first.outputs['session'] ?? ''))[0]?.facts ?? {}
  plan = { plan: made ?? null, planDigest: planDigest ?? null }
}, 60_000)
afterAll(async () => { await runner.close() })
afterEach(() => {
  expect(runner.api.faults()).toEqual([])
  Object.assign(runner.api.state, freshState(repository))
})

describe('plan', () => {
  test('records what was asked for, by whom and where; a second attempt begins nothing twice, another run does', async () => {
    const one = await runner.step('plan', { inputs: answers })
    expect(one).toMatchObject({ code: 0, err: '', commands: [], outputs: { state: 'SETUP', proceed: 'true', verdict: '', rates: '{}', 'confirm-environment': '', session: expect.stringMatching(/^testnet-\d{8}-\d{6}-[0-9a-f]{4}$/) as string } })
    expect(one.summary).toMatch(/^## Test plan\n\n```text\nTest Plan Summary\n[^]*4\. TEST[^]*```/)
    const session = one.outputs['session'] ?? ''
    const entries = await runner.entries(session)
    expect(entries.map((e) => e.event)).toEqual(['begin', 'confirmed'])
    expect(entries[0]?.facts).toMatchObject({ origin: { repository, branch: 'main', commit, event: 'workflow_dispatch', actor: 'alice' }, by: { kind: 'run', repository, run: '101', attempt: 1, url: `https://github.com/${repository}/actions/runs/101` } })
    expect(entries[1]?.facts).toMatchObject({ confirmedBy: 'alice (workflow_dispatch)', onBusy: 'queue', proof: 'logs' })
    const again = await runner.step('plan', { inputs: answers, attempt: 2 })
    expect(again.outputs['session']).toBe(session)
    expect(await path(session)).toEqual(['begin', 'confirmed'])
    const other = await runner.step('plan', { inputs: answers, run: '102' })
    expect(other.outputs['session']).not.toBe(session)
    expect(execFileSync('git', ['--git-dir', runner.remote, 'show', 'vps-test-ledger:README.md'], { encoding: 'utf8' })).toContain(session)
  })

  test('a form with bad answers: every fault, within seconds, and nothing is begun', async () => {
    const before = await runner.sessions()
    const end = await runner.step('plan', { inputs: { ...answers, focus: 'conectivity', nodes: 'saorsa-1,saorsa-l2', 'on-busy': 'que', 'queue-minutes': 'x', 'binary-source': 'release' } })
    expect(end.code).toBe(2)
    expect(end.ms).toBeLessThan(8000)
    for (const words of ['did you mean "connectivity"', 'fleet saorsa has no node saorsa-l2', 'on-busy: "que" is not one of', 'queue-minutes: "x"', 'release-tag is missing']) expect(errors(end).join('\n')).toContain(words)
    expect(errors(end).length).toBeGreaterThanOrEqual(5)
    expect(errors(end).length).toBeLessThanOrEqual(10)
    expect(end.summary).toContain('queue-minutes')
    expect(await runner.sessions()).toEqual(before)
  })

  test('modify prints the line that starts it, cancel nothing; neither begins a session', async () => {
    const before = await runner.sessions()
    const modify = await runner.step('plan', { inputs: { ...answers, confirm: 'modify', nodes: 'saorsa-1,saorsa-2,saorsa-6' } })
    expect(modify).toMatchObject({ code: 0, outputs: { proceed: 'false', session: '', state: '' } })
    const line = modify.out.split('\n').find((l) => l.startsWith('gh ')) ?? ''
    const words = execFileSync('sh', ['-c', `printf '%s\\n' ${line}`], { encoding: 'utf8' }).trimEnd().split('\n')
    expect(words.slice(0, 8)).toEqual(['gh', 'workflow', 'run', 'vps-test.yml', '--repo', repository, '--ref', 'main'])
    for (const word of ['project=testnet', 'focus=connectivity', 'criteria=threshold', 'proof=logs', 'nodes=saorsa-1,saorsa-2,saorsa-6', 'soak=off', 'confirm=proceed']) expect(words).toContain(word)
    expect(modify.summary).toContain('gh workflow run')
    const cancel = await runner.step('plan', { inputs: { ...answers, confirm: 'cancel' } })
    expect(cancel).toMatchObject({ code: 0, outputs: { proceed: 'false', session: '' } })
    expect(await runner.sessions()).toEqual(before)
  })

  test('a push asks nobody; where there is no configuration, it says which file to add', async () => {
    expect(await runner.step('plan', { event: 'push', run: '103' })).toMatchObject({ code: 0, outputs: { state: 'SETUP', proceed: 'true' } })
    mkdirSync(join(runner.workspace, 'empty'), { recursive: true })
    const end = await runner.step('plan', { event: 'push', run: '104', inputs: { repo: 'empty' } })
    expect(end.code).toBe(2)
    expect(errors(end).join()).toMatch(/U034.*add vps-test\.yaml to the repository/)
  })

  test.each([
    ['does not exist', undefined, 'does not exist'], ['protects nothing', { reviewers: 0, waitMinutes: 0, branchPolicy: true }, 'has no required reviewers'], ['has a timer only', { reviewers: 0, waitMinutes: 5, branchPolicy: false }, 'has no required reviewers'],
  ])('an environment for the yes that %s stops it before anything is begun', async (_, environment, words) => {
    const before = await runner.sessions()
    if (environment !== undefined) runner.api.state.environments.push({ name: 'prod', ...environment })
    const end = await runner.step('plan', { inputs: { ...answers, 'confirm-environment': 'prod' }, run: '105' })
    expect(end.code).toBe(2)
    expect(errors(end).join()).toMatch(new RegExp(`U066.*environment prod ${words}`))
    expect(await runner.sessions()).toEqual(before)
  })

  test('a protected environment: nothing is done before a reviewer has said yes, and the ledger says who', async () => {
    runner.api.state.environments.push({ name: 'prod', reviewers: 1, waitMinutes: 0, branchPolicy: false })
    const planned = await runner.step('plan', { inputs: { ...answers, 'confirm-environment': 'prod' }, run: '106' })
    expect(planned).toMatchObject({ code: 0, outputs: { state: 'INTERVIEW', 'confirm-environment': 'prod' } })
    const inputs = { session: planned.outputs['session'] ?? '', 'confirm-environment': 'prod' }
    expect(errors(await runner.step('setup', { inputs, run: '106' })).join()).toMatch(/U068.*is in INTERVIEW; SETUP comes later/)
    const early = await runner.step('confirm', { inputs, run: '106' })
    expect(early.code).toBe(2)
    expect(errors(early).join()).toContain('U067')
    expect(await path(inputs.session)).toEqual(['begin'])
    runner.api.state.approvals.push({ run: 106, environment: 'other', state: 'approved', by: 'eve', comment: '' }, { run: 106, environment: 'prod', state: 'approved', by: 'bob', comment: 'go' })
    expect(await runner.step('confirm', { inputs, run: '106' })).toMatchObject({ code: 0, outputs: { state: 'SETUP', proceed: 'true' } })
    expect((await runner.entries(inputs.session)).at(-1)?.facts['confirmedBy']).toBe('bob (environment prod), asked for by alice')
  })
})

// Nothing here changes what GitHub knows, so that it may go side by side.
describe.concurrent('gate', () => {
  const ok = { plan: { result: 'success' }, setup: { result: 'success' }, test: { result: 'success' } }
  const cases: readonly (readonly [story: Story, code: number, title: RegExp, needs?: object])[] = [
    ['passed', 0, /^passed: direct 40\/40, relay 9\/10/],
    ['waiting', 0, /^passed: .*; WAIT_1HR is due \d{4}/],
    ['approving', 0, /a person's approval is awaited/],
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
    ['passed', 1, /^passed: .*, but not every job ended well \(deploy: cancelled\)/, { ...ok, deploy: { result: 'cancelled' } }],
    ['passed', 0, /^passed/, { ...ok, report: { result: 'failure' }, approve: { result: 'skipped' } }],
    ['lost', 10, /no quorum.*\(setup: failure\)/, { ...ok, setup: { result: 'failure' } }],
  ]
  test.each(cases.map((c) => ({ story: c[0], code: c[1], title: c[2], needs: c[3] ?? ok })))('$story: exit $code, $title', async ({ story, code, title, needs }) => {
    const session = put(stories[story])
    const end = await runner.step('gate', { inputs: { session, needs: JSON.stringify(needs) } })
    expect(end.code).toBe(code)
    const said = code === 0 ? end.out : (/^::error title=([^:]*(?:%3A[^:]*)*)::/.exec(errors(end)[0] ?? '')?.[1] ?? '').replaceAll('%3A', ':').replaceAll('%2C', ',').replaceAll('%25', '%')
    expect(code === 0 ? (said.trimEnd().split('\n').at(-1) ?? '') : said).toMatch(title)
    expect(errors(end)).toHaveLength(code === 0 ? 0 : 1)
    expect(end.summary).toMatch(code === 0 ? /^## Passed\n/ : /^## Not passed\n/)
    expect(end.outputs['session']).toBe(session)
  })

  test.each([
    [{ plan: { result: 'success' } }, 'nothing was tested (the plan was not confirmed)'], [{ plan: { result: 'failure' } }, 'nothing was tested (plan: failure)'], [{}, 'nothing was tested (no plan)'],
  ])('without a session, %j: %s', async (needs, title) => {
    const end = await runner.step('gate', { inputs: { session: '', needs: JSON.stringify(needs) } })
    expect(end.code).toBe(30)
    expect(errors(end)[0]?.replaceAll('%3A', ':')).toContain(title)
  })

  test('what cannot be known is no pass', async () => {
    expect((await runner.step('gate', { inputs: { session: 'testnet-none', needs: '{}' } })).code).toBe(2)
    expect((await runner.step('gate', { inputs: { session: '', needs: 'oops' } })).code).toBe(2)
  })

  test('rates and counts come as outputs; a link with line breaks makes no second output', async () => {
    const url = 'https://example.org/a\nEOF\nproceed=true\nverdict<<x\nfailed\nx\n::error::pwned'
    const session = put([...stories.passed.slice(0, -1), ['passed', testFacts('passed', { artifact: { name: 'a', id: 5, url } })]])
    const end = await runner.step('gate', { inputs: { session, needs: '{}' } })
    expect(end.outputs).toMatchObject({ 'artifact-url': url, verdict: 'passed', state: 'COMPLETE' })
    expect(end.outputs['proceed']).toBeUndefined()
    expect(JSON.parse(end.outputs['rates'] ?? '')).toEqual({ direct: { attempts: 40, successes: 40, rate: 1 }, relay: { attempts: 10, successes: 9, rate: 0.9 } })
    expect(end.commands).toEqual([])
  })
})

describe('soak', () => {
  test('lists what is due, and claims nothing', async () => {
    runner.api.state.runs.push({ id: 55, attempt: 1, status: 'completed', conclusion: 'cancelled' }, { id: 56, attempt: 1, status: 'in_progress', conclusion: null })
    const claim: Step = ['due', {}, 'on time', hour / 2]
    const [due, late, waiting, dead, alive, ended] = [put(stories.due), put(stories.late), put(stories.waiting), put([...stories.due, claim], writerOf('55')), put([...stories.due, claim], writerOf('56')), put(stories.passed)]
    const end = await runner.step('soak')
    expect(end).toMatchObject({ code: 0, commands: [] })
    const listed = JSON.parse(end.outputs['due'] ?? '') as readonly { readonly session: string }[]
    const mine = [due, late, waiting, dead, alive, ended]
    expect(listed.filter((d) => mine.includes(d.session)).toSorted((a, b) => (a.session < b.session ? -1 : 1))).toEqual([due, late, dead].map((session) => ({ session, commit, fleet: 'saorsa', repo: '.' })))
    const rows = (id: string): string => end.summary.split('\n').find((l) => l.includes(id)) ?? ''
    expect(rows(due)).toMatch(/WAIT_1HR.*1 h 00 min late.*due: /)
    expect(rows(late)).toMatch(/missed: .*more than 24 h late/)
    expect(rows(waiting)).toMatch(/not due/)
    expect(rows(dead)).toMatch(/claimed: taken over from run 55/)
    expect(rows(alive)).toMatch(/run 56 \\\(attempt 1\\\) of someone\/program works on it/)
    expect(rows(ended)).toBe('')
    for (const id of mine) expect((await path(id)).filter((event) => event === 'claimed' || event === 'missed')).toEqual([])
  })

  test('a session that has nothing due is left alone, a missed one is recorded once', async () => {
    const [waiting, late] = [put(stories.waiting), put(stories.late)]
    expect(await runner.step('soak', { inputs: { session: waiting }, env: { VPS_TEST_PROBE: process.execPath } })).toMatchObject({ code: 0, outputs: { state: 'WAIT_1HR' } })
    expect(await path(waiting)).toHaveLength(6)
    const one = await runner.step('soak', { inputs: { session: late }, env: { VPS_TEST_PROBE: process.execPath } })
    expect(one).toMatchObject({ code: 30, outputs: { state: 'STOPPED' } })
    expect((await path(late)).slice(-2)).toEqual(['passed', 'missed'])
    expect(runner.api.state.issues.map((i) => i.title).join()).toContain('a checkpoint was missed')
    expect((await runner.step('soak', { inputs: { session: late }, env: { VPS_TEST_PROBE: process.execPath } })).code).toBe(0)
    expect((await path(late)).filter((event) => event === 'missed')).toHaveLength(1)
  })
})

describe('approve', () => {
  test('is whose yes let this run into the environment, and nobody else\'s', async () => {
    const session = put(stories.approving)
    runner.api.state.approvals.push({ run: 102, environment: 'vps-test-approval', state: 'approved', by: 'eve', comment: '' }, { run: 101, environment: 'elsewhere', state: 'approved', by: 'eve', comment: '' }, { run: 101, environment: 'vps-test-approval', state: 'rejected', by: 'mallory', comment: '' })
    const early = await runner.step('approve', { inputs: { session } })
    expect(early.code).toBe(2)
    expect(errors(early).join()).toMatch(/U067.*nobody has approved this run in environment vps-test-approval/)
    runner.api.state.approvals.push({ run: 101, environment: 'vps-test-approval', state: 'approved', by: 'bob', comment: 'ok' })
    expect(await runner.step('approve', { inputs: { session } })).toMatchObject({ code: 0, outputs: { state: 'COMPLETE' } })
    expect((await runner.entries(session)).at(-1)).toMatchObject({ event: 'approved', facts: { approvedBy: 'bob', how: 'environment vps-test-approval' } })
    const again = await runner.step('approve', { inputs: { session } })
    expect([again.code, again.out]).toEqual([0, expect.stringContaining('nothing waits for approval')])
    expect((await path(session)).filter((event) => event === 'approved')).toHaveLength(1)
  })
})

describe('comment', () => {
  const pull = { number: 7, title: '# @everyone ](x)', state: 'open' as const, sha: commit, head: 'topic', base: 'main', fork: false, user: { login: 'alice', type: 'User' as const } }

  test('shows a session on the pull requests of its commit: one comment, changed later, never too long, and a check', async () => {
    runner.api.state.pulls.push(pull, { ...pull, number: 8, sha: 'd'.repeat(40) })
    const evil = '</details><script>alert(1)</script> @everyone ::error::pwned\n```\n| x |'
    const session = put([...stories.failed.slice(0, -2), ['failed', testFacts('failed', { reasons: Array.from({ length: 1500 }, (_, i) => `${i} ${evil}`) }), evil]])
    for (let n = 0; n < 2; n++) expect(await runner.step('comment', { inputs: { session } })).toMatchObject({ code: 0, commands: [] })
    const { comments, checks } = runner.api.state
    expect(comments.map((c) => c.issue)).toEqual([7])
    expect(comments[0]?.body.length).toBeLessThanOrEqual(64_000)
    expect(comments[0]?.body).toMatch(/^<!-- vps-test:fleet\/testnet -->\n/)
    expect(comments[0]?.body).not.toMatch(/<script>|(?<![\w&;#])@everyone/)
    expect(checks).toMatchObject([{ name: 'vps-test proof', sha: commit, conclusion: 'failure' }])
  })

  test('finds no pull request: a check, no comment', async () => {
    const end = await runner.step('comment', { inputs: { session: put(stories.passed) } })
    expect(end.out).toContain('no open pull request has c0ffeec0ffee as its head')
    expect([runner.api.state.comments, runner.api.state.checks]).toMatchObject([[], [{ conclusion: 'success' }]])
  })

  test('of a run of a fork: found by its head commit; what it left is data', async () => {
    runner.api.state.pulls.push({ ...pull, fork: true })
    const inputs = { 'run-id': '900', 'head-sha': commit }
    expect((await runner.step('comment', { inputs })).code).toBe(0)
    expect(runner.api.state.comments).toMatchObject([{ issue: 7, body: expect.stringContaining('nothing was tested') as string }])
    runner.results.plant('900', 'vps-test-evidence-x-test-1-1', zip([{ path: 'manifest.json', data: '{"files":[]}' }, { path: '../../evil', data: 'x' }]))
    const end = await runner.step('comment', { inputs })
    expect(end.code).toBe(0)
    expect(errors(end)).toEqual([])
    expect(runner.api.state.comments).toHaveLength(1)
    expect(runner.api.state.comments[0]?.body).toContain('the evidence of this run cannot be read')
    expect(runner.api.state.checks).toMatchObject([{ name: 'vps-test lab proof', conclusion: 'failure' }])
    expect(existsSync(join(runner.dir, 'evil'))).toBe(false)
  })

  test('with a token that may only read: what is missing is named', async () => {
    runner.api.state.pulls.push(pull)
    const end = await runner.step('comment', { inputs: { session: put(stories.passed) }, token: runner.api.tokens.reader })
    expect(end.code).toBe(10)
    expect(errors(end).join()).toMatch(/I451.*permissions: \{ pull-requests: write \}/)
    expect(runner.api.state.comments).toEqual([])
  })
})

describe('looks', () => {
  test('status and logs tell the branch, as summary and artifact', async () => {
    const session = put(stories.waiting)
    const status = await runner.step('status', { run: '201' })
    expect(status.code).toBe(0)
    expect(errors(status)).toEqual([])
    expect(status.summary).toMatch(/^## status\n\n`{3,}text\n/)
    for (const text of [status.out, status.summary]) expect(text).toContain(session)
    expect(runner.results.artifacts('201').map((a) => a.name)).toEqual(['vps-test-status-1'])
    const logs = await runner.step('logs', { run: '202', inputs: { project: 'testnet' } })
    expect(logs.summary).toContain('IDLE → INTERVIEW')
    expect((await runner.step('logs', { run: '203', inputs: { project: 'nobody' } })).code).toBe(2)
  })

  test('stop ends a session, and says which leases it could not give back', async () => {
    const session = put(stories.waiting)
    const end = await runner.step('stop', { inputs: { session }, run: '204' })
    expect([end.code, end.out]).toEqual([0, expect.stringMatching(new RegExp(`stopped ${session}[^]*saorsa-2: the lease was not given back`))])
    expect((await runner.entries(session)).at(-1)).toMatchObject({ event: 'stop', to: 'STOPPED', facts: { by: { run: '204' } } })
  })

  test('diagnose without a node says how to ask', async () => {
    const end = await runner.step('diagnose')
    expect(end.code).toBe(2)
    expect(errors(end).join()).toMatch(/U075.*-f node=saorsa-4/)
  })
})

describe('the surroundings', () => {
  test('version needs no ledger', async () => expect(await runner.step('version', { env: { VPS_TEST_LEDGER_REMOTE: '/nowhere' } })).toMatchObject({ code: 0, outputs: { version: pkg.version }, commands: [], err: '' }))
  test('an unknown command is refused with the nearest', async () => {
    const end = await runner.step('gaet')
    expect([end.code, errors(end).join()]).toEqual([2, expect.stringMatching(/U063.*did you mean "gate"/)])
  })
  test.each(['GITHUB_REPOSITORY', 'GITHUB_RUN_ID'])('%s is missing: this is no runner, and what to do instead', async (name) => {
    const end = await runner.step('status', { env: { [name]: undefined } })
    expect([end.code, errors(end).join()]).toEqual([2, expect.stringMatching(new RegExp(`U064.*${name} is not set.*npx vps-test start`))])
  })
  test('no summary, no results service, no event file: it goes on', async () => {
    expect((await runner.step('status', { env: { GITHUB_STEP_SUMMARY: undefined, ACTIONS_RESULTS_URL: undefined, ACTIONS_RUNTIME_TOKEN: undefined, GITHUB_EVENT_PATH: undefined } })).code).toBe(0)
  })
  test('a ledger that may not be written: the permission is named, and the token is not shown', async () => {
    const guarded = join(runner.dir, 'guarded.git')
    execFileSync('git', ['init', '-q', '--bare', guarded])
    writeFileSync(join(guarded, 'hooks/pre-receive'), '#!/bin/sh\necho "Permission to someone/program.git denied to github-actions[bot]." >&2; exit 1\n')
    chmodSync(join(guarded, 'hooks/pre-receive'), 0o755)
    const end = await runner.step('plan', { inputs: answers, env: { VPS_TEST_LEDGER_REMOTE: guarded }, run: '301' })
    expect(end.code).toBe(2)
    expect(errors(end).join()).toMatch(/U262.*permissions: contents: write/)
    expect(end.out + end.summary).not.toContain(runner.api.tokens.writer)
  })
  test('cancelled while GitHub does not answer: it ends in time, and says that it was cancelled', async () => {
    put([...stories.due, ['due', {}, '', hour / 2]], writerOf('57'))
    runner.api.state.trouble.push({ operation: '*', times: 50, delayMs: 60_000 })
    const seen = runner.api.requests().length
    const { child, end } = runner.begin('soak')
    await expect.poll(() => runner.api.requests().length, { timeout: 15_000, interval: 50 }).toBeGreaterThan(seen)
    const began = performance.now()
    child.kill('SIGINT')
    const ended = await end
    expect(performance.now() - began).toBeLessThan(7000)
    expect(ended.code).toBe(1)
    expect(errors(ended)).toEqual([expect.stringMatching(/^::error title=interrupted::the job was cancelled/)])
  })
})

describe('the key', () => {
  const { private: key, public: open } = ssh2.utils.generateKeyPairSync('ed25519')
  const lines = key.trim().split('\n').filter((l) => l !== '')
  const bodies = lines.filter((l) => !l.startsWith('-----'))

  test('is masked line by line before anything is said, and is nowhere but there', async () => {
    const end = await runner.step('plan', { inputs: { ...answers, 'ssh-key': key }, run: '401', job: 'keyed' })
    expect(end.code).toBe(0)
    const said = end.out.split('\n').filter((l) => l !== '')
    const masks = said.filter((l) => l.startsWith('::add-mask::'))
    for (const line of [...lines, bodies.join('')]) expect(masks).toContain(`::add-mask::${line}`)
    expect(said.slice(0, masks.length)).toEqual(masks)
    const ledger = JSON.stringify(await runner.entries(end.outputs['session'] ?? ''))
    expect(ledger).toContain('confirmed')
    const rest = said.slice(masks.length).join('\n') + end.summary + JSON.stringify(end.outputs) + ledger + leftBy(runner)
    expect(bodies.filter((body) => rest.includes(body))).toEqual([])
  })

  test.each<[string, string, RegExp]>([
    ['a public key', open, /U071/], ['the two characters \\n', key.replaceAll('\n', '\\n'), /U073/], ['no key', 'hunter2\nhunter3', /U073/],
  ])('%s is refused, masked all the same', async (_, text, code) => {
    const end = await runner.step('plan', { inputs: { ...answers, 'ssh-key': text }, run: '402' })
    expect(end.code).toBe(2)
    expect(errors(end).join()).toMatch(code)
    const said = end.out.split('\n').filter((l) => l !== '')
    expect(said[0]).toMatch(/^::add-mask::/)
    expect(said.filter((l) => !l.startsWith('::add-mask::')).join('\n') + end.summary).not.toMatch(/hunter|AAAA/)
  })
  test('with Windows line ends and without its last newline it is a key', async () => {
    expect((await runner.step('plan', { inputs: { ...answers, 'ssh-key': key.trim().replaceAll('\n', '\r\n') }, run: '403' })).code).toBe(0)
  })
})
