/**
 * Every workflow file is one that GitHub, actionlint, zizmor and our own rules accept; and each of them is seen to
 * refuse.
 */
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import { parse } from 'yaml'
import { longestQueueMinutes } from '../../src/inputs/request.ts'
import { projectFiles } from '../../src/inputs/project.ts'
import { longestJobMs } from '../../src/app/writer-ended.ts'
import { buildMs } from '../../src/domain/lease-policy.ts'
import { ownOf, readWorkflow, ruleFaults } from './rules.ts'
import { actionlintFaults, parserFaults, root, withLocalUses, workflowFiles, zizmorFaults } from './tools.ts'

const files = new Map(workflowFiles(root).map((path) => [path, readFileSync(join(root, path), 'utf8')]))
const own = ownOf(readFileSync(join(root, 'action.yml'), 'utf8'), files)
const main = files.get('.github/workflows/vps-test.yml') ?? ''
const scratch = mkdtempSync(join(tmpdir(), 'vps-test-workflows-'))
afterAll(() => rmSync(scratch, { recursive: true, force: true }))

/** A repository with one file changed. */
function changed(name: string, change: (text: string) => string): string {
  const copy = mkdtempSync(join(scratch, 'r-'))
  cpSync(join(root, '.github'), join(copy, '.github'), { recursive: true })
  mkdirSync(join(copy, '.git'))
  const path = join(copy, '.github/workflows', name)
  const before = readFileSync(path, 'utf8')
  writeFileSync(path, change(before))
  expect(readFileSync(path, 'utf8')).not.toBe(before)
  return copy
}

describe('the workflow files', () => {
  test('are these', () =>
    expect([...files.keys()].map((path) => path.replace(/^.*\//, ''))).toEqual([
      'ci.yml',
      'dist-build.yml',
      'dist-commit.yml',
      'gauntlet.yml',
      'release.yml',
      'vps-test-checkpoint.yml',
      'vps-test-comment.yml',
      'vps-test-ops.yml',
      'vps-test-pr.yml',
      'vps-test-soak.yml',
      'vps-test.yml',
    ]))
  test.each([...files])("%s: GitHub's parser", async (path, text) => expect(await parserFaults(path, text)).toEqual([]))
  test.each([...files])('%s: our rules', (path, text) => expect(ruleFaults(path, text, own)).toEqual([]))
  test('actionlint', async () => expect(await actionlintFaults(root)).toEqual([]))
  test('actionlint, following our own action and workflows', async () =>
    expect(await withLocalUses(root, actionlintFaults)).toEqual([]))
  test('zizmor', async () => expect(await zizmorFaults(root)).toEqual([]))
  test('the pull request job has no secret and writes nothing', () => {
    const text = files.get('.github/workflows/vps-test-pr.yml') ?? ''
    expect(text).not.toMatch(/secrets[.:]/)
    expect(text.slice(text.indexOf('pull-request:'), text.indexOf('  record:'))).not.toMatch(/: write/)
  })
  test('the commenter checks nothing out', () =>
    expect(files.get('.github/workflows/vps-test-comment.yml')).not.toMatch(/actions\/checkout|^\s*(?:- )?run:/m))
  test('the gate sees every job', () => {
    const jobs = [...main.slice(main.indexOf('\njobs:')).matchAll(/^ {2}([\w-]+):$/gm)].map(([, name]) => name)
    expect(jobs).toContain('gate')
    expect(/ {2}gate:\n {4}name: vps-test\n {4}needs: \[(.*)\]/.exec(main)?.[1]?.split(', ')).toEqual(
      jobs.filter((name) => name !== 'gate'),
    )
  })
})

/** What is at the place that its words name; undefined where there is nothing. */
const at = (text: string, ...path: readonly string[]): unknown =>
  path.reduce<unknown>((found, name) => (found as Readonly<Record<string, unknown>> | undefined)?.[name], parse(text))

describe('the form of this repository', () => {
  const form = (input: string, what: string): unknown => at(main, 'on', 'workflow_dispatch', 'inputs', input, what)
  const config = projectFiles
    .map((name) => join(root, String(form('repo', 'default')), name))
    .find((path) => existsSync(path))
  test("left as it is, names a directory with a configuration, and a fleet; a caller's directory is its own root", () => {
    expect(config).toBeDefined()
    expect(existsSync(join(root, 'fleets', `${String(form('fleet', 'default'))}.yaml`))).toBe(true)
    expect(at(main, 'on', 'workflow_call', 'inputs', 'repo', 'default')).toBe('.')
  })
  test('offers the projects that its configuration names, and no other', () =>
    expect(form('project', 'options')).toEqual([
      'from the configuration',
      at(readFileSync(config ?? '', 'utf8'), 'project'),
    ]))
  test('asks whatever can be called, except for the environments', () => {
    const apart = (name: string): boolean => name.endsWith('-environment')
    const of = (trigger: string): readonly string[] => Object.keys(at(main, 'on', trigger, 'inputs') ?? {})
    expect(of('workflow_call').filter((name) => !apart(name))).toEqual(of('workflow_dispatch'))
  })
})

describe('jobs', () => {
  const jobs = [...files].flatMap(([path, text]) =>
    Object.entries(readWorkflow(text).jobs).map(([name, job]) => ({ path, name, job })),
  )
  const steps = jobs.flatMap(({ path, name, job }) =>
    (job.steps ?? [])
      .filter((s) => s.uses === '$/')
      .map((s) => ({
        where: `${path} ${name}`,
        with: s.with ?? {},
        may: (job.permissions ?? {}) as Readonly<Record<string, string>>,
      })),
  )

  test('end before the schedule takes them for dead; the one that waits for a fleet may wait as long as it is told', () => {
    for (const { path, name, job } of jobs)
      expect((job['timeout-minutes'] ?? 0) * 60_000, `${path} ${name}`).toBeLessThan(longestJobMs)
    expect(
      jobs.find((j) => j.path.endsWith('/vps-test.yml') && j.name === 'setup')?.job['timeout-minutes'],
    ).toBeGreaterThanOrEqual(longestQueueMinutes + 45)
    for (const command of ['plan', 'setup'])
      expect(steps.find((s) => s.with['command'] === command)?.with['queue-minutes']).toBe(
        "${{ inputs.queue-minutes || '10' }}",
      )
  })

  /** Commands that write a session, and those that ask a person or tell one who was asked. */
  const writing = [
    'plan',
    'confirm',
    'setup',
    'build',
    'deploy',
    'test',
    'advance',
    'approve',
    'reject',
    'stop',
    'record',
  ]
  const asking = ['plan', 'advance', 'approve', 'reject', 'stop', 'soak', 'record']
  test('may do what their commands do', () => {
    for (const { where, with: given, may } of steps) {
      const command = String(given['command'])
      // Its project's code must not stand beside a token that writes: another job records.
      if (command === 'run') expect(given, where).toMatchObject({ ledger: 'none' })
      const [writes, asks] = [
        writing.includes(command) || (command === 'soak' && given['session'] !== undefined),
        asking.includes(command),
      ]
      if (writes)
        expect(may, where).toMatchObject({ contents: 'write', actions: command === 'stop' ? 'write' : 'read' })
      if (asks) expect(may, where).toMatchObject({ issues: 'write' })
      if (command === 'comment' && given['run-id'] === undefined)
        expect(may, where).toMatchObject({ actions: 'read', 'pull-requests': 'write', checks: 'write' })
      if (!writes && !asks && command !== 'comment')
        expect([may['contents'], may['issues']], where).not.toContain('write')
    }
    expect(steps.map((s) => s.with['command'])).toEqual(expect.arrayContaining([...writing, 'soak', 'run', 'gate']))
  })

  test('that compile end before the lease does that SETUP takes, and the job that records has the key', () => {
    const compiling = jobs.filter(({ job }) => (job.steps ?? []).some((s) => s.with?.['command'] === 'compile'))
    expect(compiling.map(({ path, name }) => `${path.replace(/^.*\//, '')} ${name}`)).toEqual([
      'vps-test-checkpoint.yml compile',
      'vps-test.yml compile',
    ])
    for (const { job } of compiling) expect((job['timeout-minutes'] ?? Infinity) * 60_000).toBeLessThan(buildMs)
    for (const { with: given, where } of steps)
      if (given['compiled'] !== undefined) expect([where, given['ssh-key']]).not.toContain(undefined)
    expect(
      jobs.filter(({ job }) => JSON.stringify(job).includes('needs.compile.outputs.compiled }}')).map((j) => j.name),
    ).toEqual(['go-on', 'build'])
  })

  test('on one fleet wait for each other, by its name, however it was named', () => {
    const group = (path: string, job: string): unknown =>
      at(files.get(`.github/workflows/${path}`) ?? '', 'jobs', job, 'concurrency', 'group')
    for (const job of ['deploy', 'test']) {
      expect(group('vps-test.yml', job)).toBe('vps-test-fleet-${{ needs.plan.outputs.fleet }}')
      expect(at(main, 'jobs', job, 'needs')).toContain('plan')
    }
    expect(group('vps-test-checkpoint.yml', 'checkpoint')).toBe('vps-test-fleet-${{ inputs.fleet || inputs.session }}')
    // Whoever has the fleet needs that group to go on.
    expect(steps.find((s) => s.with['command'] === 'deploy')?.with['queue-minutes']).toBe('0')
    for (const job of ['soak-1h', 'soak-6h'])
      expect(at(main, 'jobs', job, 'with', 'fleet')).toBe('${{ needs.plan.outputs.fleet }}')
    expect(at(main, 'jobs', 'plan', 'outputs', 'fleet')).toBe('${{ steps.plan.outputs.fleet }}')
  })

  test("a reviewer's no, which ends the job of his environment, is written down outside of it", () => {
    const where = (command: string, inside: boolean): readonly string[] =>
      jobs
        .filter(
          ({ job }) =>
            (at(JSON.stringify(job), 'environment') !== undefined) === inside &&
            (job.steps ?? []).some((s) => s.with?.['command'] === command),
        )
        .map(({ path, name }) => `${path.replace(/^.*\//, '')} ${name}`)
    expect(where('reject', false)).toEqual(['vps-test-checkpoint.yml rejected', 'vps-test.yml rejected'])
    expect(where('approve', true)).toEqual(['vps-test-checkpoint.yml approve', 'vps-test.yml approve'])
    expect([...where('reject', true), ...where('approve', false)]).toEqual([])
  })
})

describe('each judge refuses', () => {
  test("GitHub's parser: an unknown need, an unknown value", async () => {
    expect(await parserFaults('x.yml', main.replace('needs: [plan, confirm]', 'needs: [plan, nobody]'))).toContainEqual(
      expect.stringContaining("unknown job 'nobody'"),
    )
    expect(await parserFaults('x.yml', main.replace('queue: max', 'queue: lots'))).toEqual([
      expect.stringContaining('lots'),
    ])
  })
  test('actionlint: an input that our action does not have, an output that a job does not have', async () => {
    expect(
      await withLocalUses(
        changed('vps-test.yml', (t) => t.replace('command: setup', 'comand: setup')),
        actionlintFaults,
      ),
    ).toEqual([expect.stringContaining('comand')])
    expect(
      await actionlintFaults(
        changed('vps-test.yml', (t) => t.replace('needs.plan.outputs.proceed', 'needs.plan.outputs.procede')),
      ),
    ).toEqual([expect.stringContaining('procede')])
  })
  test('zizmor: a trigger of strangers, user text in a script', async () => {
    expect(
      await zizmorFaults(
        changed('vps-test-ops.yml', (t) => t.replace('  workflow_call:', '  pull_request_target:\n  workflow_call:')),
      ),
    ).toEqual([expect.stringContaining('dangerous-triggers')])
    expect(
      await zizmorFaults(
        changed('ci.yml', (t) => t.replace('run: npm', 'run: echo ${{ github.event.pull_request.title }} && npm')),
      ),
    ).toEqual([expect.stringContaining('template-injection')])
  })

  const rule = (change: (text: string) => string): readonly string[] =>
    ruleFaults('.github/workflows/vps-test.yml', change(main), own)
  test.each<[string, (text: string) => string, string]>([
    ['callable', (t) => t.replace('workflow_call:', 'workflow_kall:'), 'no workflow_call'],
    [
      '25 inputs',
      (t) =>
        t.replace(
          '  workflow_dispatch:\n    inputs:\n',
          `  workflow_dispatch:\n    inputs:\n${Array.from({ length: 12 }, (_, i) => `      more-${i}:\n        type: string\n`).join('')}`,
        ),
      '27 inputs of workflow_dispatch',
    ],
    [
      'no permissions at the top',
      (t) => t.replace('permissions: {}', 'permissions: { contents: read }'),
      'permissions at the top',
    ],
    [
      'permissions per job',
      (t) => t.replace(/ {4}permissions:\n(?: {6}.*\n)+ {4}steps:/, '    steps:'),
      'no permissions of its own',
    ],
    ['pins', (t) => t.replace(/actions\/checkout@[0-9a-f]{40}/, 'actions/checkout@v6'), 'not pinned'],
    ['version of a pin', (t) => t.replace(' # v6.0.2', ''), 'which version'],
    ['time-out', (t) => t.replace('    timeout-minutes: 15\n', ''), 'no timeout-minutes'],
    ['runner', (t) => t.replace('ubuntu-24.04', 'ubuntu-latest'), 'runs-on'],
    [
      'no expression in run',
      (t) => t.replace('      - id: plan\n', '      - run: echo "${{ inputs.nodes }}"\n      - id: plan\n'),
      'an expression in run',
    ],
    ['credentials', (t) => t.replace('persist-credentials: false', 'fetch-depth: 1'), 'leaves its token behind'],
    ['inputs of our action', (t) => t.replace('          nodes:', '          node-list:'), 'has no input node-list'],
    ['outputs of our action', (t) => t.replace('outputs.proceed }}', 'outputs.go }}'), 'has no output go'],
    ['inputs of our workflows', (t) => t.replace('      timer-environment:', '      timer:'), 'has no input timer'],
    [
      'what a called workflow may do',
      (t) => t.replace('      issues: write\n    with:', '    with:'),
      'asks for issues: write (job checkpoint)',
    ],
    [
      "no key beside the project's code",
      (t) => t.replace('command: compile\n', 'command: compile\n          ssh-key: ${{ secrets.ssh-key }}\n'),
      "a secret beside the project's code",
    ],
    [
      "no writing token beside the project's code",
      (t) => t.replace(/( {2}compile:\n[^]*?contents: )read/, '$1write'),
      "a token that writes beside the project's code",
    ],
    [
      "nothing but compiling beside the project's code",
      (t) => t.replace('command: compile\n', 'command: compile\n          github-token: ${{ github.token }}\n'),
      'more than compiling',
    ],
    [
      'no secret where everything is one job',
      (t) => t.replace('command: build\n', 'command: run\n'),
      "a secret beside the project's code",
    ],
    [
      'no token that writes where everything is one job',
      (t) => t.replace('command: build\n', 'command: run\n').replaceAll(/\n.*ssh-key: .*secrets.*/g, ''),
      "a token that writes beside the project's code",
    ],
    [
      'every secret',
      (t) => t.replace(/    secrets:\n      ssh-key: .*\n      notify: .*\n/, '    secrets: inherit\n'),
      'hands on every secret',
    ],
  ])('our rule: %s', (_, change, says) => {
    expect(rule((t) => t)).toEqual([])
    expect(rule(change)).toContainEqual(expect.stringContaining(says))
  })
})
