/**
 * The Action as the runner starts it, without a lab: its surroundings, what must never be shown, and the jobs that
 * begin a session.
 */
import { execFileSync } from 'node:child_process'
import { chmodSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { madeKey } from '../made-key.ts'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import pkg from '../../package.json' with { type: 'json' }
import { gitHost } from '../contract/ledger.host.ts'
import { commit, leftBy, repository, root } from './runner.ts'
import { ago, hour, stories, writerOf } from './sessions.ts'
import { answers, errors, openTested, type Tested } from './tested.ts'

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

describe('plan', () => {
  test('records what was asked for, by whom and where; a second attempt begins nothing twice, another run does', async () => {
    const one = await t.runner.step('plan', { inputs: answers })
    expect(one).toMatchObject({
      code: 0,
      err: '',
      commands: [],
      outputs: {
        state: 'SETUP',
        proceed: 'true',
        verdict: '',
        rates: '{}',
        'confirm-environment': '',
        session: expect.stringMatching(/^testnet-\d{8}-\d{6}-[0-9a-f]{4}$/) as string,
      },
    })
    expect(one.summary).toMatch(/^## Test plan\n\n```text\nTest Plan Summary\n[^]*4\. TEST[^]*```/)
    const session = one.outputs['session'] ?? ''
    const entries = await t.runner.entries(session)
    expect(entries.map((e) => e.event)).toEqual(['begin', 'confirmed'])
    expect(entries[0]?.facts).toMatchObject({
      origin: { repository, branch: 'main', commit, event: 'workflow_dispatch', actor: 'alice' },
      by: { kind: 'run', repository, run: '101', attempt: 1, url: `https://github.com/${repository}/actions/runs/101` },
    })
    expect(entries[1]?.facts).toMatchObject({
      confirmedBy: 'alice (workflow_dispatch)',
      onBusy: 'queue',
      restarts: 3,
      preemptible: false,
      proof: 'logs',
    })
    const again = await t.runner.step('plan', { inputs: answers, attempt: 2 })
    expect(again.outputs['session']).toBe(session)
    expect(await t.path(session)).toEqual(['begin', 'confirmed'])
    const other = await t.runner.step('plan', { inputs: answers, run: '102' })
    expect(other.outputs['session']).not.toBe(session)
    expect(
      execFileSync('git', ['--git-dir', t.runner.remote, 'show', 'vps-test-ledger:README.md'], { encoding: 'utf8' }),
    ).toContain(session)
  })

  test('a form with bad answers: every fault at once, and nothing is begun', async () => {
    const before = await t.runner.sessions()
    const end = await t.runner.step('plan', {
      inputs: {
        ...answers,
        focus: 'conectivity',
        nodes: 'saorsa-1,saorsa-l2',
        'on-busy': 'que',
        'queue-minutes': 'x',
        'binary-source': 'release',
      },
    })
    expect(end.code).toBe(2)
    for (const words of [
      'did you mean "connectivity"',
      'fleet saorsa has no node saorsa-l2',
      'on-busy: "que" is not one of',
      'queue-minutes: "x"',
      'release-tag is missing',
    ])
      expect(errors(end).join('\n')).toContain(words)
    expect(errors(end).length).toBeGreaterThanOrEqual(5)
    expect(errors(end).length).toBeLessThanOrEqual(10)
    expect(end.summary).toContain('queue-minutes')
    expect(await t.runner.sessions()).toEqual(before)
  })

  test('a fleet file: the jobs after it learn the name of the fleet', async () => {
    const fleet = join(t.runner.dir, 'mine.yaml')
    writeFileSync(
      fleet,
      readFileSync(join(root, 'fleets/saorsa.yaml'), 'utf8').replace(/^name: saorsa$/m, 'name: ours'),
    )
    expect(await t.runner.step('plan', { inputs: { ...answers, fleet }, run: '107' })).toMatchObject({
      code: 0,
      outputs: { fleet: 'ours' },
    })
  })

  test('modify prints the line that starts it, cancel nothing; neither begins a session', async () => {
    const before = await t.runner.sessions()
    const modify = await t.runner.step('plan', {
      inputs: { ...answers, confirm: 'modify', nodes: 'saorsa-1,saorsa-2,saorsa-6' },
    })
    expect(modify).toMatchObject({ code: 0, outputs: { proceed: 'false', session: '', state: '' } })
    const line = modify.out.split('\n').find((l) => l.startsWith('gh ')) ?? ''
    const words = execFileSync('sh', ['-c', `printf '%s\\n' ${line}`], { encoding: 'utf8' })
      .trimEnd()
      .split('\n')
    expect(words.slice(0, 8)).toEqual(['gh', 'workflow', 'run', 'vps-test.yml', '--repo', repository, '--ref', 'main'])
    for (const word of [
      'project=testnet',
      'focus=connectivity',
      'criteria=threshold',
      'proof=logs',
      'nodes=saorsa-1,saorsa-2,saorsa-6',
      'soak=off',
      'confirm=proceed',
    ])
      expect(words).toContain(word)
    expect(modify.summary).toContain('gh workflow run')
    const cancel = await t.runner.step('plan', { inputs: { ...answers, confirm: 'cancel' } })
    expect(cancel).toMatchObject({ code: 0, outputs: { proceed: 'false', session: '' } })
    expect(await t.runner.sessions()).toEqual(before)
  })

  test('a push asks nobody; where there is no configuration, it says which file to add', async () => {
    expect(await t.runner.step('plan', { event: 'push', run: '103' })).toMatchObject({
      code: 0,
      outputs: { state: 'SETUP', proceed: 'true' },
    })
    mkdirSync(join(t.runner.workspace, 'empty'), { recursive: true })
    const end = await t.runner.step('plan', { event: 'push', run: '104', inputs: { repo: 'empty' } })
    expect(end.code).toBe(2)
    expect(errors(end).join()).toMatch(/U034.*add vps-test\.yaml to the repository/)
  })

  test('a push goes on with the session of its branch that waits for one, on the same nodes alone', async () => {
    const waits = t.put(stories.failed, writerOf('120'))
    // Where git does not look: another source would be another plan.
    mkdirSync(join(t.runner.workspace, 'target'), { recursive: true })
    writeFileSync(
      join(t.runner.workspace, 'target/other.yaml'),
      readFileSync(join(root, 'fleets/saorsa.yaml'), 'utf8').replace(/^name: saorsa$/m, 'name: other'),
    )
    const elsewhere = await t.runner.step('plan', { event: 'push', run: '121', inputs: { fleet: 'target/other.yaml' } })
    expect(elsewhere).toMatchObject({ code: 0, outputs: { fleet: 'other', state: 'SETUP' } })
    const fewer = await t.runner.step('plan', {
      event: 'push',
      run: '122',
      inputs: { nodes: 'saorsa-1,saorsa-2,saorsa-6' },
    })
    expect(fewer.outputs['state']).toBe('SETUP')
    expect((await t.path(waits)).at(-1)).toBe('no-fix-command')
    expect(await t.runner.step('plan', { event: 'push', run: '123' })).toMatchObject({
      code: 0,
      outputs: { session: waits, state: 'BUILD' },
    })
    expect((await t.path(waits)).at(-1)).toBe('pushed')
  })

  test('all jobs run again: what has ended is over and another session begins, what waits for a change is tried again', async () => {
    const over = t.put(stories.missed, writerOf('130'))
    const again = await t.runner.step('plan', { inputs: answers, run: '130', attempt: 2 })
    expect(again).toMatchObject({ code: 0, outputs: { state: 'SETUP' } })
    expect(again.outputs['session']).not.toBe(over)
    const failed = t.put(stories.failed, writerOf('131'))
    expect(await t.runner.step('plan', { inputs: answers, run: '131', attempt: 2 })).toMatchObject({
      code: 0,
      outputs: { session: failed, state: 'BUILD' },
    })
    const waiting = t.put(stories.waiting, writerOf('132'))
    expect(await t.runner.step('plan', { inputs: answers, run: '132', attempt: 2 })).toMatchObject({
      code: 0,
      outputs: { session: waiting, state: 'WAIT_1HR' },
    })
  })

  test.each([
    ['does not exist', undefined, 'does not exist'],
    ['protects nothing', { reviewers: 0, waitMinutes: 0, branchPolicy: true }, 'has no required reviewers'],
    ['has a timer only', { reviewers: 0, waitMinutes: 5, branchPolicy: false }, 'has no required reviewers'],
  ])('an environment for the yes that %s stops it before anything is begun', async (_, environment, words) => {
    const before = await t.runner.sessions()
    if (environment !== undefined) t.runner.api.state.environments.push({ name: 'prod', ...environment })
    const end = await t.runner.step('plan', { inputs: { ...answers, 'confirm-environment': 'prod' }, run: '105' })
    expect(end.code).toBe(2)
    expect(errors(end).join()).toMatch(new RegExp(`U066.*environment prod ${words}`))
    expect(await t.runner.sessions()).toEqual(before)
  })

  test('a protected environment: nothing is done before a reviewer has said yes, and the ledger says who', async () => {
    t.runner.api.state.environments.push({ name: 'prod', reviewers: 1, waitMinutes: 0, branchPolicy: false })
    const planned = await t.runner.step('plan', { inputs: { ...answers, 'confirm-environment': 'prod' }, run: '106' })
    expect(planned).toMatchObject({ code: 0, outputs: { state: 'INTERVIEW', 'confirm-environment': 'prod' } })
    const inputs = { session: planned.outputs['session'] ?? '', 'confirm-environment': 'prod' }
    expect(errors(await t.runner.step('setup', { inputs, run: '106' })).join()).toMatch(
      /U068.*is in INTERVIEW; SETUP comes later/,
    )
    const early = await t.runner.step('confirm', { inputs, run: '106' })
    expect(early.code).toBe(2)
    expect(errors(early).join()).toContain('U067')
    expect(await t.path(inputs.session)).toEqual(['begin'])
    t.runner.api.state.approvals.push({
      run: 106,
      environment: 'prod',
      state: 'rejected',
      by: 'mallory',
      comment: 'no',
    })
    expect(errors(await t.runner.step('confirm', { inputs, run: '106' })).join()).toMatch(
      /U067.*nobody has approved this run/,
    )
    expect(await t.path(inputs.session)).toEqual(['begin'])
    const waits = t.put(stories.failed, writerOf('120'))
    const pushed = await t.runner.step('plan', { event: 'push', inputs: { 'confirm-environment': 'prod' }, run: '107' })
    expect(pushed, 'a push takes nothing up before a reviewer has said yes').toMatchObject({
      code: 0,
      outputs: { state: 'INTERVIEW' },
    })
    expect((await t.path(waits)).at(-1)).toBe('no-fix-command')
    t.runner.api.state.approvals.push({ run: 107, environment: 'prod', state: 'approved', by: 'bob', comment: '' })
    expect(
      await t.runner.step('confirm', {
        event: 'push',
        inputs: { session: pushed.outputs['session'] ?? '', 'confirm-environment': 'prod' },
        run: '107',
      }),
    ).toMatchObject({ code: 0, outputs: { state: 'SETUP' } })
    expect((await t.runner.entries(waits)).at(-1)).toMatchObject({
      event: 'superseded',
      why: expect.stringContaining(`by ${pushed.outputs['session'] ?? '?'}, which reviewers confirmed`) as string,
    })
    t.runner.api.state.approvals.push(
      { run: 106, environment: 'other', state: 'approved', by: 'eve', comment: '' },
      { run: 106, environment: 'prod', state: 'approved', by: 'bob', comment: 'go' },
    )
    expect(await t.runner.step('confirm', { inputs, run: '106' })).toMatchObject({
      code: 0,
      outputs: { state: 'SETUP', proceed: 'true' },
    })
    expect((await t.runner.entries(inputs.session)).at(-1)).toMatchObject({
      facts: { confirmedBy: 'bob (environment prod), asked for by alice' },
    })
  })
})

describe('the surroundings', () => {
  test('version needs no ledger', async () =>
    expect(await t.runner.step('version', { env: { VPS_TEST_LEDGER_REMOTE: '/nowhere' } })).toMatchObject({
      code: 0,
      outputs: { version: pkg.version },
      commands: [],
      err: '',
    }))
  test('an unknown command is refused with the nearest', async () => {
    const end = await t.runner.step('gaet')
    expect([end.code, errors(end).join()]).toEqual([2, expect.stringMatching(/U063.*did you mean "gate"/)])
  })
  test.each(['GITHUB_REPOSITORY', 'GITHUB_RUN_ID'])(
    '%s is missing: this is no t.runner, and what to do instead',
    async (name) => {
      const end = await t.runner.step('status', { env: { [name]: undefined } })
      expect([end.code, errors(end).join()]).toEqual([
        2,
        expect.stringMatching(new RegExp(`U064.*${name} is not set.*try: vps-test start`)),
      ])
    },
  )
  test('fourteen faults of a build: ten annotations of the step, its end among them; the rest is told in one', async () => {
    const faults = Array.from({ length: 14 }, (_, n) => ({
      file: 'src/lib.rs',
      line: n + 1,
      message: `fault number ${n}`,
    }))
    const session = t.put([
      'begin',
      ['confirmed', { soak: [], proof: 'logs' }],
      'ready',
      ['failed', { code: 'P201', faults }, { why: 'it does not compile' }],
    ])
    const end = await t.runner.step('build', { inputs: { session } })
    expect(end.code).toBe(20)
    const said = (end.out + end.err).split(/\r\n|\n|\r/).filter((line) => line.includes('::error'))
    expect(said.length).toBeLessThanOrEqual(10)
    expect(said.at(-1)).toMatch(/^::error title=failed%3A BUILD.*exit code 20/)
    for (const { message } of faults) expect(said.join('\n')).toContain(message)
  })
  test('no summary, no results service, no event file: it goes on', async () => {
    expect(
      (
        await t.runner.step('status', {
          env: {
            GITHUB_STEP_SUMMARY: undefined,
            ACTIONS_RESULTS_URL: undefined,
            ACTIONS_RUNTIME_TOKEN: undefined,
            GITHUB_EVENT_PATH: undefined,
          },
        })
      ).code,
    ).toBe(0)
  })
  test('a ledger that may not be written: the permission is named, and the token is not shown', async () => {
    const served = join(t.runner.dir, 'served')
    execFileSync('git', ['init', '-q', '--bare', join(served, 'someone/program.git')])
    const { writer } = t.runner.api.tokens
    const token = `Basic ${Buffer.from(`x-access-token:${writer}`).toString('base64')}`
    const host = await gitHost(served, { writes: 'nobody', reads: token })
    try {
      const env = { GITHUB_SERVER_URL: host.url, VPS_TEST_LEDGER_REMOTE: undefined }
      const end = await t.runner.step('plan', { inputs: answers, env, run: '301' })
      expect(end.code).toBe(2)
      expect(errors(end).join()).toMatch(/U262.*permissions: \{ contents: write \}/)
      // The forge repeats what it was sent.
      expect(host.seen).toContainEqual(expect.stringMatching(/^403 /))
      for (const secret of [writer, token.slice('basic '.length)]) expect(end.out + end.summary).not.toContain(secret)
    } finally {
      await host.close()
    }
  })
  test('a hook that refuses the ledger is no missing permission, whatever words it says', async () => {
    const guarded = join(t.runner.dir, 'guarded.git')
    execFileSync('git', ['init', '-q', '--bare', guarded])
    writeFileSync(
      join(guarded, 'hooks/pre-receive'),
      '#!/bin/sh\necho "Permission to someone/program.git denied to github-actions[bot]." >&2; exit 1\n',
    )
    chmodSync(join(guarded, 'hooks/pre-receive'), 0o755)
    const end = await t.runner.step('plan', { inputs: answers, env: { VPS_TEST_LEDGER_REMOTE: guarded }, run: '302' })
    expect(end.code).toBe(2)
    expect(errors(end).join()).toMatch(/U267.*pre-receive hook declined/)
  })
  test('cancelled while GitHub does not answer: it ends in time, and says that it was cancelled', async () => {
    t.put([...stories.due, ['due', {}, ago(hour / 2)]], writerOf('57'))
    t.runner.api.state.trouble.push({ operation: '*', times: 50, delayMs: 600_000 })
    const seen = t.runner.api.requests().length
    const { child, end } = t.runner.begin('soak')
    await expect.poll(() => t.runner.api.requests().length, { timeout: 15_000, interval: 50 }).toBeGreaterThan(seen)
    child.kill('SIGINT')
    const ended = await end
    // One that waited for the answers would be ended by the runner after a minute, with no code of its own.
    expect(ended.code).toBe(1)
    expect(errors(ended)).toEqual([expect.stringMatching(/^::error title=interrupted::the job was cancelled/)])
  })
})

describe('the key', () => {
  const { private: key, public: open } = madeKey()
  const lines = key
    .trim()
    .split('\n')
    .filter((l) => l !== '')
  const bodies = lines.filter((l) => !l.startsWith('-----'))

  test('is masked line by line before anything is said, and is nowhere but there', async () => {
    const end = await t.runner.step('plan', { inputs: { ...answers, 'ssh-key': key }, run: '401', job: 'keyed' })
    expect(end.code).toBe(0)
    const said = end.out.split('\n').filter((l) => l !== '')
    const masks = said.filter((l) => l.startsWith('::add-mask::'))
    for (const line of [...lines, bodies.join('')]) expect(masks).toContain(`::add-mask::${line}`)
    expect(said.slice(0, masks.length)).toEqual(masks)
    const ledger = JSON.stringify(await t.runner.entries(end.outputs['session'] ?? ''))
    expect(ledger).toContain('confirmed')
    const rest =
      said.slice(masks.length).join('\n') + end.summary + JSON.stringify(end.outputs) + ledger + leftBy(t.runner)
    expect(bodies.filter((body) => rest.includes(body))).toEqual([])
  })

  test.each<[string, string, RegExp]>([
    ['a public key', open, /U071/],
    ['the two characters \\n', key.replaceAll('\n', '\\n'), /U073/],
    ['no key', 'hunter2\nhunter3', /U073/],
  ])('%s is refused, masked all the same', async (_, text, code) => {
    const end = await t.runner.step('plan', { inputs: { ...answers, 'ssh-key': text }, run: '402' })
    expect(end.code).toBe(2)
    expect(errors(end).join()).toMatch(code)
    const said = end.out.split('\n').filter((l) => l !== '')
    expect(said[0]).toMatch(/^::add-mask::/)
    expect(said.filter((l) => !l.startsWith('::add-mask::')).join('\n') + end.summary).not.toMatch(/hunter|AAAA/)
  })
  test('with Windows line ends and without its last newline it is a key', async () => {
    expect(
      (
        await t.runner.step('plan', {
          inputs: { ...answers, 'ssh-key': key.trim().replaceAll('\n', '\r\n') },
          run: '403',
        })
      ).code,
    ).toBe(0)
  })
})
