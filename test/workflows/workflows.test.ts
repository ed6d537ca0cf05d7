/** Every workflow file is one that GitHub, actionlint, zizmor and our own rules accept; and each of them is seen to refuse. */
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import { ownOf, ruleFaults } from './rules.ts'
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
  test('are these', () => expect([...files.keys()].map((path) => path.replace(/^.*\//, ''))).toEqual(
    ['ci.yml', 'release.yml', 'vps-test-checkpoint.yml', 'vps-test-comment.yml', 'vps-test-ops.yml', 'vps-test-pr.yml', 'vps-test-soak.yml', 'vps-test.yml']))
  test.each([...files])('%s: GitHub\'s parser', async (path, text) => expect(await parserFaults(path, text)).toEqual([]))
  test.each([...files])('%s: our rules', (path, text) => expect(ruleFaults(path, text, own)).toEqual([]))
  test('actionlint', async () => expect(await actionlintFaults(root)).toEqual([]))
  test('actionlint, following our own action and workflows', async () => expect(await withLocalUses(root, actionlintFaults)).toEqual([]))
  test('zizmor', async () => expect(await zizmorFaults(root)).toEqual([]))
  test('ci calls exactly the script that is run here', () => expect(files.get('.github/workflows/ci.yml')).toMatch(/^ {6}- run: bash \.ci\/run$/m))
  test('the pull request job has no secret and writes nothing', () => {
    const text = files.get('.github/workflows/vps-test-pr.yml') ?? ''
    expect(text).not.toMatch(/secrets[.:]/)
    expect(text.slice(text.indexOf('pull-request:'), text.indexOf('  base:'))).not.toMatch(/write/)
  })
  test('the commenter checks nothing out', () => expect(files.get('.github/workflows/vps-test-comment.yml')).not.toMatch(/actions\/checkout|^\s*(?:- )?run:/m))
  test('the gate sees every job', () => {
    const jobs = [...main.slice(main.indexOf('\njobs:')).matchAll(/^ {2}([\w-]+):$/gm)].map(([, name]) => name)
    expect(jobs).toContain('gate')
    expect(/ {2}gate:\n {4}name: vps-test\n {4}needs: \[(.*)\]/.exec(main)?.[1]?.split(', ')).toEqual(jobs.filter((name) => name !== 'gate'))
  })
})

describe('each judge refuses', () => {
  test('GitHub\'s parser: an unknown need, an unknown value', async () => {
    expect(await parserFaults('x.yml', main.replace('needs: [plan, confirm]', 'needs: [plan, nobody]'))).toContainEqual(expect.stringContaining("unknown job 'nobody'"))
    expect(await parserFaults('x.yml', main.replace('queue: max', 'queue: lots'))).toEqual([expect.stringContaining('lots')])
  })
  test('actionlint: an input that our action does not have, an output that a job does not have', async () => {
    expect(await withLocalUses(changed('vps-test.yml', (t) => t.replace('command: setup', 'comand: setup')), actionlintFaults)).toEqual([expect.stringContaining('comand')])
    expect(await actionlintFaults(changed('vps-test.yml', (t) => t.replace('needs.plan.outputs.proceed', 'needs.plan.outputs.procede')))).toEqual([expect.stringContaining('procede')])
  })
  test('zizmor: a trigger of strangers, user text in a script', async () => {
    expect(await zizmorFaults(changed('vps-test-ops.yml', (t) => t.replace('  workflow_call:', '  pull_request_target:\n  workflow_call:')))).toEqual([expect.stringContaining('dangerous-triggers')])
    expect(await zizmorFaults(changed('ci.yml', (t) => t.replace('run: bash', 'run: echo ${{ github.event.pull_request.title }} && bash')))).toEqual([expect.stringContaining('template-injection')])
  })

  const rule = (change: (text: string) => string): readonly string[] => ruleFaults('.github/workflows/vps-test.yml', change(main), own)
  test.each<[string, (text: string) => string, string]>([
    ['callable', (t) => t.replace('workflow_call:', 'workflow_kall:'), 'no workflow_call'],
    ['25 inputs', (t) => t.replace('  workflow_dispatch:\n    inputs:\n', `  workflow_dispatch:\n    inputs:\n${Array.from({ length: 12 }, (_, i) => `      more-${i}:\n        type: string\n`).join('')}`), '26 inputs of workflow_dispatch'],
    ['no permissions at the top', (t) => t.replace('permissions: {}', 'permissions: { contents: read }'), 'permissions at the top'],
    ['permissions per job', (t) => t.replace('    permissions:\n      contents: read\n    steps:', '    steps:'), 'no permissions of its own'],
    ['pins', (t) => t.replace(/actions\/checkout@[0-9a-f]{40}/, 'actions/checkout@v6'), 'not pinned'],
    ['version of a pin', (t) => t.replace(' # v6.0.2', ''), 'which version'],
    ['time-out', (t) => t.replace('    timeout-minutes: 15\n', ''), 'no timeout-minutes'],
    ['runner', (t) => t.replace('ubuntu-24.04', 'ubuntu-latest'), 'runs-on'],
    ['no expression in run', (t) => t.replace('      - id: plan\n', '      - run: echo "${{ inputs.nodes }}"\n      - id: plan\n'), 'an expression in run'],
    ['credentials', (t) => t.replace('persist-credentials: false', 'fetch-depth: 1'), 'leaves its token behind'],
    ['inputs of our action', (t) => t.replace('          nodes:', '          node-list:'), 'has no input node-list'],
    ['outputs of our action', (t) => t.replace('outputs.proceed }}', 'outputs.go }}'), 'has no output go'],
    ['inputs of our workflows', (t) => t.replace('      timer-environment:', '      timer:'), 'has no input timer'],
    ['what a called workflow may do', (t) => t.replace('      issues: write\n    with:', '    with:'), 'asks for issues: write (job checkpoint)'],
    ['every secret', (t) => t.replace(/    secrets:\n      ssh-key: .*\n/, '    secrets: inherit\n'), 'hands on every secret'],
  ])('our rule: %s', (_, change, says) => {
    expect(rule((t) => t)).toEqual([])
    expect(rule(change)).toContainEqual(expect.stringContaining(says))
  })
})
