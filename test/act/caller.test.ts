/**
 * A repository that `init` made runs our reusable workflows by act, on a dispatch, a push, a schedule and a pull
 * request.
 */
import { execFileSync } from 'node:child_process'
import { rmSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import pkg from '../../package.json' with { type: 'json' }
import { root } from '../workflows/tools.ts'
import { runAct, type ActOptions, type ActResult } from './act.ts'
import { tell } from './log.ts'
import { commit, ownTreeWithStandIn, repository } from './repository.ts'

const action = ownTreeWithStandIn()
const workspace = repository({ 'Cargo.toml': '[package]\nname = "mesh"\n', 'src/main.rs': '' }).path
let sha = ''
beforeAll(() => {
  execFileSync(process.execPath, [join(root, 'src/cli.ts'), 'init', '--dir', workspace, '--fleet', 'lab'], {
    stdio: 'ignore',
  })
  sha = commit(workspace)
})
afterAll(() => {
  for (const path of [action, workspace]) rmSync(path, { recursive: true, force: true })
})

const session = '20261123-000000-abcd'
const script = {
  plan: { outputs: { session, proceed: 'true' } },
  setup: { outputs: { state: 'BUILD' } },
  advance: { outputs: { 'wait-1h': 'one' } },
  soak: { outputs: { due: JSON.stringify([{ session, commit: 'main', repo: '.' }]), state: 'WAIT_6HR' } },
}
const run = (workflow: string, more: Partial<ActOptions>): Promise<ActResult> =>
  runAct({
    workspace,
    action,
    refs: [`v${pkg.version}`],
    workflow,
    event: 'push',
    secrets: { VPS_TEST_SSH_KEY: 'a\nb\n' },
    timeoutMs: 5 * 60_000,
    ...more,
    env: { VPS_TEST_ACT_SCRIPT: JSON.stringify(script) },
  })
const inputsOf = (result: ActResult, job: string): Readonly<Record<string, string>> =>
  (
    JSON.parse(
      result
        .job(job)
        ?.log.find((one) => one.startsWith('called '))
        ?.slice(7) ?? '{"inputs":{}}',
    ) as { readonly inputs: Readonly<Record<string, string>> }
  ).inputs
const paths = (result: ActResult): readonly string[] => result.jobs.map((job) => job.path)

describe('a caller', () => {
  test('a dispatch: the answers reach the plan, the key reaches the nodes, checkpoints are called two levels down', async () => {
    const result = await run('vps-test.yml', {
      event: 'workflow_dispatch',
      inputs: { focus: 'full-suite', criteria: 'from the configuration', soak: 'default', 'on-busy': 'refuse' },
    })
    expect(result.code, tell(result.raw)).toBe(0)
    expect(paths(result)).toEqual(
      expect.arrayContaining([
        'vps-test/vps-test/plan',
        'vps-test/vps-test/deploy',
        'soak-1h/vps-test-checkpoint/checkpoint',
        'vps-test/vps-test/vps-test',
      ]),
    )
    expect(inputsOf(result, 'plan')).toMatchObject({
      command: 'plan',
      focus: 'full-suite',
      criteria: '',
      soak: '',
      confirm: 'proceed',
      'on-busy': 'refuse',
      fleet: 'lab',
      repo: '.',
      'binary-source': 'zigbuild',
    })
    expect(inputsOf(result, 'deploy')).toMatchObject({ session, 'ssh-key': 'a\nb\n' })
    expect(inputsOf(result, 'soak-1h/vps-test-checkpoint/checkpoint')).toMatchObject({
      session,
      'ssh-key': 'a\nb\n',
      repo: '.',
    })
  })

  test('a job of the reusable workflow is run again alone', async () => {
    const earlier = {
      plan: { result: 'success' as const, outputs: { session, proceed: 'true' } },
      build: { result: 'success' as const },
    }
    const result = await run('vps-test.yml', {
      rerun: { of: 'action', workflow: 'vps-test.yml', jobs: ['deploy', 'test'], earlier },
    })
    expect(result.code, tell(result.raw)).toBe(0)
    expect(inputsOf(result, 'deploy')).toMatchObject({ command: 'deploy', session })
    // Earlier jobs are stand-ins that need nothing of each other: only what is run again has an order.
    expect(
      paths(result)
        .slice(0, 2)
        .toSorted((a, b) => a.localeCompare(b)),
    ).toEqual(['vps-test/vps-test/build', 'vps-test/vps-test/plan'])
    expect(paths(result).slice(2)).toEqual(['vps-test/vps-test/deploy', 'vps-test/vps-test/test'])
  })

  test('a push: nobody is asked', async () => {
    const result = await run('vps-test.yml', {})
    expect(result.code, tell(result.raw)).toBe(0)
    expect(inputsOf(result, 'plan')).toMatchObject({
      focus: '',
      soak: '',
      confirm: 'proceed',
      'on-busy': 'queue',
      repo: '.',
      fleet: 'lab',
    })
  })

  test('the schedule, ops, a pull request', async () => {
    const soak = await run('vps-test-soak.yml', { event: 'schedule' })
    expect(paths(soak), tell(soak.raw)).toEqual([
      `soak/vps-test-soak/reconcile`,
      `${session}/vps-test-checkpoint/checkpoint`,
      `${session}/vps-test-checkpoint/report`,
    ])
    const ops = await run('vps-test-ops.yml', {
      event: 'workflow_dispatch',
      inputs: { command: 'diagnose', node: 'node-1' },
    })
    expect(inputsOf(ops, 'look'), tell(ops.raw)).toMatchObject({ command: 'diagnose', node: 'node-1', fleet: 'lab' })
    const request = await run('vps-test-pr.yml', {
      event: 'pull_request',
      eventJson: { number: 5, pull_request: { number: 5, head: { ref: 'x', sha }, base: { ref: 'main', sha } } },
    })
    expect(inputsOf(request, 'pull-request'), tell(request.raw)).toMatchObject({
      command: 'run',
      repo: '.',
      'ssh-key': '',
    })
    expect(paths(request)).toHaveLength(1)
  })
})
