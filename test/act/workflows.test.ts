/**
 * The workflow files run end to end by act, with a stand-in for the action: which job runs after what, with which
 * inputs.
 */
import { readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import { parse } from 'yaml'
import { root } from '../workflows/tools.ts'
import { runAct, startAct, type ActOptions, type ActResult } from './act.ts'
import { jobOutputs, tell } from './log.ts'
import { commit, ownTreeWithStandIn, repository } from './repository.ts'

const action = ownTreeWithStandIn()
const { path: workspace, sha } = repository({ 'Cargo.toml': '[workspace]\n', '.gitignore': 'target\n' }, root)
afterAll(() => {
  for (const path of [action, workspace]) rmSync(path, { recursive: true, force: true })
})

type Script = Readonly<
  Record<
    string,
    { readonly outputs?: Readonly<Record<string, string>>; readonly wait?: boolean; readonly fail?: boolean }
  >
>

const session = '20261123-000000-abcd'
const green: Script = {
  plan: { outputs: { session, state: 'SETUP', proceed: 'true' } },
  setup: { outputs: { state: 'BUILD' } },
  compile: { outputs: { state: 'BUILD', compiled: '5' } },
  build: { outputs: { state: 'DEPLOY' } },
  deploy: { outputs: { state: 'TEST' } },
  test: { outputs: { state: 'COMPLETE', verdict: 'passed', rates: '{"direct":{"attempts":40}}' } },
  prove: { outputs: { attest: 'true', predicate: '$RUNNER_TEMP/p.json', subject: '$RUNNER_TEMP/s.json' } },
  advance: { outputs: { state: 'COMPLETE' } },
}
const options = (script: Script, more: Partial<ActOptions> = {}): ActOptions => ({
  workspace,
  action,
  event: 'workflow_dispatch',
  workflow: 'vps-test.yml',
  inputs: { repo: 'here', fleet: 'lab', 'queue-minutes': '0' },
  secrets: { VPS_TEST_SSH_KEY: 'line one\nline two\n', GITHUB_TOKEN: 'secret-token' },
  timeoutMs: 5 * 60_000,
  ...more,
  env: {
    GITHUB_RUN_ID: '77',
    GITHUB_API_URL: 'http://127.0.0.1:9/api',
    ...more.env,
    VPS_TEST_ACT_SCRIPT: JSON.stringify(script),
  },
})
interface Called {
  readonly command: string
  readonly inputs: Readonly<Record<string, string>>
  readonly facts: Readonly<Record<string, string>>
  readonly git: boolean
  readonly files: readonly string[]
  readonly node: string
}
const called = (result: ActResult, job: string): Called => {
  const line = result.job(job)?.log.find((one) => one.startsWith('called '))
  if (line === undefined) throw new Error(`${job} called nothing:\n${tell(result.raw)}`)
  return JSON.parse(line.slice(7)) as Called
}
const ran = (result: ActResult): readonly string[] => result.jobs.map((job) => job.id)

let once: Promise<ActResult> | undefined
/** One green session for all that only look at it. */
const undisturbed = (): Promise<ActResult> =>
  (once ??= amid({ STRAY: 'of this machine' }, () => runAct(options(green))))
async function amid<T>(variables: Readonly<Record<string, string>>, act: () => Promise<T>): Promise<T> {
  Object.assign(process.env, variables)
  return act().finally(() => {
    for (const name of Object.keys(variables)) delete process.env[name]
  })
}

describe('vps-test.yml', () => {
  test('a green session: every job in its order, each with the session, the key untrimmed, its own workspace', async () => {
    const result = await undisturbed()
    expect(ran(result), tell(result.raw)).toEqual([
      'plan',
      'setup',
      'compile',
      'build',
      'deploy',
      'test',
      'collect-proof',
      'advance',
      'report',
      'gate',
    ])
    expect(result.code).toBe(0)
    const plan = called(result, 'plan')
    expect(plan.inputs).toMatchObject({
      repo: 'here',
      fleet: 'lab',
      project: '',
      soak: '',
      confirm: 'proceed',
      'binary-source': 'zigbuild',
      'github-token': '***',
    })
    expect(plan.facts).toMatchObject({
      GITHUB_REPOSITORY: 'someone/program',
      GITHUB_SHA: sha,
      GITHUB_REF: 'refs/heads/main',
      GITHUB_RUN_ID: '77',
      GITHUB_RUN_ATTEMPT: '1',
      GITHUB_API_URL: 'http://127.0.0.1:9/api',
      GITHUB_EVENT_NAME: 'workflow_dispatch',
    })
    expect(plan.facts).not.toHaveProperty('STRAY')
    expect(plan).toMatchObject({
      git: true,
      files: ['.git', '.github', '.gitignore', 'Cargo.toml'],
      node: expect.stringMatching(/^v24\./) as string,
    })
    for (const job of ['plan', 'setup']) expect(called(result, job).inputs).toMatchObject({ 'queue-minutes': '0' })
    const deploy = called(result, 'deploy')
    expect(deploy.inputs).toMatchObject({ session: session, 'ssh-key': 'line one\nline two\n' })
    expect(deploy.facts['GITHUB_WORKSPACE']).not.toBe(plan.facts['GITHUB_WORKSPACE'])
    expect(result.job('collect-proof')?.log.at(-1)).toMatch(
      /^attested .*"type":"https:\/\/in-toto.io\/attestation\/test-result\/v0.1","predicate":\{"result":"PASSED"\}/,
    )
    expect(result.job('collect-proof')?.summary).toBe('# prove\n')
    expect(JSON.parse(called(result, 'gate').inputs['needs'] ?? '')).toMatchObject({
      plan: { result: 'success' },
      confirm: { result: 'skipped' },
      test: { result: 'success', outputs: { verdict: 'passed' } },
    })
  })

  test('the job that compiles has no key; the one that records has it, also when it could not be compiled', async () => {
    const result = await undisturbed()
    expect(called(result, 'compile').inputs).toMatchObject({ session, repo: 'here', 'ssh-key': '', compiled: '' })
    expect(called(result, 'build').inputs).toMatchObject({ session, compiled: '5', 'ssh-key': 'line one\nline two\n' })
    const failed = await runAct(options({ ...green, compile: { ...green.compile, fail: true } }))
    expect(called(failed, 'build').inputs).toMatchObject({ compiled: '5' })
    const dead = await runAct(options({ ...green, compile: { fail: true } }))
    expect(ran(dead)).toEqual(['plan', 'setup', 'compile', 'collect-proof', 'advance', 'report', 'gate'])
  })

  test('a failed build: nothing is deployed, the proof job and the gate still run, the annotation has its place', async () => {
    const result = await runAct(options({ ...green, build: { fail: true } }))
    expect(ran(result)).toEqual(['plan', 'setup', 'compile', 'build', 'collect-proof', 'advance', 'report', 'gate'])
    expect(result.job('build')).toMatchObject({
      result: 'failure',
      annotations: [{ kind: 'error', message: 'boom', properties: { file: 'src/x.rs', line: '3', title: 'T' } }],
    })
    expect(result.code).not.toBe(0)
  })

  test('modify and cancel end after the plan; a busy fleet ends after the setup', async () => {
    expect(
      ran(await runAct(options({ ...green, plan: { outputs: { session, state: 'INTERVIEW', proceed: 'false' } } }))),
    ).toEqual(['plan', 'gate'])
    expect(ran(await runAct(options({ ...green, setup: { outputs: { state: 'SETUP' } } })))).toEqual([
      'plan',
      'setup',
      'collect-proof',
      'advance',
      'report',
      'gate',
    ])
  })

  test('checkpoints on time: the timer, the test, the report; the second after the first says so', async () => {
    const result = await runAct(
      options({
        ...green,
        advance: { outputs: { state: 'WAIT_1HR', 'wait-1h': 'vps-test-soak-1h', 'wait-6h': 'vps-test-soak-6h' } },
        soak: { outputs: { state: 'WAIT_6HR', verdict: 'passed', 'wait-6h': 'six', 'approval-environment': 'people' } },
      }),
    )
    expect(ran(result).slice(-9)).toEqual(expect.arrayContaining(['timer', 'checkpoint', 'report', 'approve', 'gate']))
    expect(result.jobs.filter((job) => job.id === 'checkpoint').map((job) => job.path)).toEqual([
      'soak-1h/vps-test-checkpoint/checkpoint',
      'soak-6h/vps-test-checkpoint/checkpoint',
    ])
    expect(called(result, 'soak-6h/vps-test-checkpoint/checkpoint').inputs).toMatchObject({
      session: session,
      repo: 'here',
      'approval-environment': 'vps-test-approval',
      'ssh-key': 'line one\nline two\n',
    })
    expect(result.code).toBe(0)
  })

  test("a reviewer's no fails the job of his environment before its first step: another one writes it down, and the gate gives its verdict", async () => {
    const people = { state: 'AWAIT_APPROVAL', 'approval-environment': 'people' }
    const result = await runAct(options({ ...green, advance: { outputs: people }, approve: { fail: true } }))
    expect(result.job('approve')?.result, tell(result.raw)).toBe('failure')
    expect(called(result, 'rejected').inputs).toMatchObject({
      command: 'reject',
      session,
      'approval-environment': 'people',
    })
    expect(JSON.parse(called(result, 'gate').inputs['needs'] ?? '')).toMatchObject({
      approve: { result: 'failure' },
      rejected: { result: 'success' },
    })
    const yes = await runAct(options({ ...green, advance: { outputs: people } }))
    expect(ran(yes)).toEqual(expect.arrayContaining(['approve', 'gate']))
    expect(ran(yes)).not.toContain('rejected')
    expect(
      (yes.job('approve')?.log ?? [])
        .filter((line) => line.startsWith('called '))
        .map((line) => (JSON.parse(line.slice(7)) as Called).command),
    ).toEqual(['approve', 'comment'])
    const soaked = await runAct(
      options(
        {
          soak: {
            outputs: {
              due: JSON.stringify([{ session, commit: sha, repo: '.', fleet: 'lab' }]),
              'approval-environment': 'people',
            },
          },
          approve: { fail: true },
        },
        { workflow: 'vps-test-soak.yml', event: 'schedule', inputs: {} },
      ),
    )
    expect(called(soaked, 'rejected').inputs).toMatchObject({
      command: 'reject',
      session,
      'approval-environment': 'people',
    })
  })

  test('a job that dies is run again alone: its neighbours are as they were', async () => {
    const run = await startAct(options({ ...green, deploy: { wait: true } }))
    await run.seen('deploy', 'waiting')
    run.kill('deploy', 'SIGKILL')
    const first = await run.done
    expect(first.job('deploy')?.result).toBe('failure')
    expect(ran(first)).toContain('collect-proof')
    expect(ran(first)).not.toContain('test')

    const flow = parse(readFileSync(join(root, '.github/workflows/vps-test.yml'), 'utf8')) as {
      readonly jobs: Readonly<Record<string, { readonly outputs?: Readonly<Record<string, string>> }>>
    }
    const earlier = Object.fromEntries(
      ['plan', 'compile', 'build'].map((name) => {
        const job = first.job(name)
        return [
          name,
          job === undefined
            ? { result: 'skipped' as const }
            : { result: 'success' as const, outputs: jobOutputs(job, flow.jobs[name]?.outputs ?? {}) },
        ]
      }),
    )
    const second = await runAct(
      options(green, {
        env: { GITHUB_RUN_ATTEMPT: '2' },
        rerun: { workflow: 'vps-test.yml', jobs: ['deploy'], earlier },
      }),
    )
    expect(second.code, tell(second.raw)).toBe(0)
    expect(called(second, 'deploy')).toMatchObject({ inputs: { session }, facts: { GITHUB_RUN_ATTEMPT: '2' } })
  })

  test('a cancelled job gets SIGINT and ends itself', async () => {
    const run = await startAct(options({ ...green, test: { wait: true } }))
    await run.seen('test', 'waiting')
    run.kill('test', 'SIGINT')
    const result = await run.done
    expect(result.job('test')).toMatchObject({
      result: 'failure',
      log: expect.arrayContaining(['ended by SIGINT']) as string[],
    })
    expect(ran(result)).toContain('collect-proof')
  })
})

test('a run that is given up leaves no process behind', async () => {
  const giveUp = new AbortController()
  const run = await startAct(options({ ...green, setup: { wait: true } }, { signal: giveUp.signal }))
  await run.seen('setup', 'waiting')
  giveUp.abort()
  const result = await run.done
  expect(result.code).not.toBe(0)
  const { pid } = JSON.parse(
    result
      .job('setup')
      ?.log.find((one) => one.startsWith('called '))
      ?.slice(7) ?? '{}',
  ) as { readonly pid: number }
  expect(() => process.kill(pid, 0)).toThrow('ESRCH')
  await expect(run.seen('deploy', 'waiting')).rejects.toThrow('act ended')
})

describe('the others', () => {
  test('the schedule: one checkpoint per session that is due, of its commit', async () => {
    const { path: moved, sha: older } = repository({ 'Cargo.toml': '[workspace]\n' }, root)
    writeFileSync(join(moved, 'later'), '')
    const due = JSON.stringify([
      { session: 's-1', commit: older, repo: 'a' },
      { session: 's-2', commit: commit(moved), repo: 'b', fleet: 'lab' },
    ])
    const result = await runAct(
      options(
        { soak: { outputs: { due, state: 'WAIT_6HR', 'approval-environment': '' } } },
        { workspace: moved, workflow: 'vps-test-soak.yml', event: 'schedule', inputs: {} },
      ),
    )
    rmSync(moved, { recursive: true, force: true })
    expect(ran(result).toSorted(), tell(result.raw)).toEqual([
      'checkpoint',
      'checkpoint',
      'reconcile',
      'report',
      'report',
    ])
    const checkpoints = result.jobs
      .filter((job) => job.id === 'checkpoint')
      .map((job) => called(result, job.path))
      .toSorted((a, b) => (String(a.inputs['session']) < String(b.inputs['session']) ? -1 : 1))
    expect(checkpoints).toMatchObject([
      { inputs: { session: 's-1', repo: 'a' }, files: ['.git', '.github', 'Cargo.toml'] },
      { inputs: { session: 's-2', repo: 'b' }, files: ['.git', '.github', 'Cargo.toml', 'later'] },
    ])
    expect(
      ran(
        await runAct(
          options({ soak: { outputs: { due: '[]' } } }, { workflow: 'vps-test-soak.yml', event: 'schedule' }),
        ),
      ),
    ).toEqual(['reconcile'])
  })

  test('a pull request: the lab, no secret; a push to the base branch: the same with a token that reads', async () => {
    const request = await runAct(
      options(
        {},
        {
          workflow: 'vps-test-pr.yml',
          event: 'pull_request',
          eventJson: { number: 5, pull_request: { number: 5, head: { ref: 'x', sha }, base: { ref: 'main', sha } } },
        },
      ),
    )
    expect(ran(request), tell(request.raw)).toEqual(['pull-request'])
    expect(called(request, 'pull-request').inputs).toMatchObject({
      command: 'run',
      fleet: 'lab',
      ledger: 'none',
      soak: 'off',
      'ssh-key': '',
    })
    const push = await runAct(options({}, { workflow: 'vps-test-pr.yml', event: 'push' }))
    expect(called(push, 'base').inputs).toMatchObject({ command: 'run', ledger: 'none', 'ssh-key': '' })
    // The stand-in for our action begins no session, so there is none to be recorded.
    expect(ran(push)).toEqual(['base'])
  })

  test('the commenter: after a pull request only, with the head commit of the run', async () => {
    const event = (kind: string): Partial<ActOptions> => ({
      workflow: 'vps-test-comment.yml',
      event: 'workflow_run',
      eventJson: { workflow_run: { id: 42, event: kind, head_sha: 'abc' } },
    })
    const result = await runAct(options({}, event('pull_request')))
    expect(called(result, 'comment').inputs).toMatchObject({
      command: 'comment',
      'run-id': '42',
      'head-sha': 'abc',
      ledger: 'none',
    })
    expect(ran(await runAct(options({}, event('push'))))).toEqual([])
  })

  test('ops: a look, or the end', async () => {
    expect(ran(await runAct(options({}, { workflow: 'vps-test-ops.yml', inputs: { command: 'nodes' } })))).toEqual([
      'look',
    ])
    expect(
      ran(await runAct(options({}, { workflow: 'vps-test-ops.yml', inputs: { command: 'stop', project: 'testnet' } }))),
    ).toEqual(['stop'])
  })
})
