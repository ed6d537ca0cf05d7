/** `vps-test init` in real checkouts: what it writes passes every judge; what exists stays. */
import { execFileSync } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import { parse } from 'yaml'
import { ownOf, readWorkflow, ruleFaults } from '../workflows/rules.ts'
import { actionlintFaults, parserFaults, root, workflowFiles, zizmorFaults } from '../workflows/tools.ts'
import pkg from '../../package.json' with { type: 'json' }
import { clean, cli, scratch } from './cli.ts'

afterAll(clean)
const own = ownOf(
  readFileSync(join(root, 'action.yml'), 'utf8'),
  new Map(workflowFiles(root).map((path) => [path, readFileSync(join(root, path), 'utf8')])),
)

function checkout(files: Readonly<Record<string, string>>, branch = 'main'): string {
  const path = mkdtempSync(join(scratch, 'checkout-'))
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(dirname(join(path, name)), { recursive: true })
    writeFileSync(join(path, name), text)
  }
  execFileSync('git', ['init', '-q', '-b', branch], { cwd: path })
  return path
}
const rust = { 'Cargo.toml': '[package]\nname = "mesh"\n', 'src/main.rs': '' }
const workflows = ['vps-test-comment.yml', 'vps-test-ops.yml', 'vps-test-pr.yml', 'vps-test-soak.yml', 'vps-test.yml']

describe('init', () => {
  test.each([
    ['the version that wrote them', `v${pkg.version}`, []],
    ['a tag', 'v2.0.1', ['--ref', 'v2.0.1']],
    [
      'a commit',
      'de0fac2e4500dabe0009e67214ff5f5447ce83dd',
      ['--ref', 'de0fac2e4500dabe0009e67214ff5f5447ce83dd', '--fleet', 'fleets/ours.yaml'],
    ],
  ])('writes workflows that every judge accepts: %s', async (_, ref, flags) => {
    const path = checkout(rust, 'trunk')
    const told = await cli('init', '--dir', path, ...flags)
    expect(told, told.stderr).toMatchObject({ code: 0, stdout: expect.stringContaining('VPS_TEST_SSH_KEY') as string })
    expect(readdirSync(join(path, '.github/workflows')).toSorted()).toEqual(workflows)
    for (const file of workflowFiles(path)) {
      const text = readFileSync(join(path, file), 'utf8')
      expect(await parserFaults(file, text)).toEqual([])
      expect(ruleFaults(file, text, own, 'saorsa-labs/vps-test')).toEqual([])
      expect(text).toMatch(
        new RegExp(`^ {4}uses: saorsa-labs/vps-test/[\\w./-]+@${ref.replaceAll('.', '\\.')}(?: #|$)`, 'm'),
      )
    }
    expect(await actionlintFaults(path)).toEqual([])
    expect(await zizmorFaults(path)).toEqual([])
    const session = readFileSync(join(path, '.github/workflows/vps-test.yml'), 'utf8')
    expect(session).toMatch(/branches: \["trunk"\]/)
    const asked = (text: string): readonly string[] =>
      Object.keys(readWorkflow(text).on['workflow_dispatch']?.inputs ?? {}).toSorted()
    expect(asked(session)).toEqual(asked(readFileSync(join(root, '.github/workflows/vps-test.yml'), 'utf8')))
  })

  test('names the checks as GitHub names them: that of pull requests, and the gate, which no pull request has', async () => {
    const path = checkout(rust)
    const { stdout } = await cli('init', '--dir', path)
    const caller = (file: string): string => readFileSync(join(path, '.github/workflows', file), 'utf8')
    const check = (file: string, job: string): string => {
      const of = (text: string): Readonly<Record<string, { readonly name: string; readonly if?: string }>> =>
        (parse(text) as { readonly jobs: Readonly<Record<string, { readonly name: string }>> }).jobs
      const called = of(readFileSync(join(root, '.github/workflows', file), 'utf8'))[job]
      return `"${Object.values(of(caller(file)))[0]?.name ?? '?'} / ${called?.name ?? '?'}"`
    }
    const [lab, gate] = [check('vps-test-pr.yml', 'pull-request'), check('vps-test.yml', 'gate')]
    expect([
      Object.keys(readWorkflow(caller('vps-test-pr.yml')).on),
      Object.keys(readWorkflow(caller('vps-test.yml')).on),
    ]).toEqual([
      ['pull_request', 'push'],
      ['workflow_dispatch', 'push'],
    ])
    expect(stdout).toMatch(new RegExp(`On pull requests require the check ${lab}[^]*${gate}[^\n]*pushed or dispatched`))
    expect(caller('vps-test-pr.yml')).toMatch(new RegExp(`^#.*require its check ${lab}`, 'm'))
    expect(caller('vps-test.yml')).toMatch(new RegExp(`^#.*gate is the check ${gate}.*pull request.*${lab}`, 'm'))
    const plain = (text: string): string => text.replaceAll('`', '"')
    for (const file of ['README.md', 'docs/github.md'])
      for (const name of [lab, gate]) expect(plain(readFileSync(join(root, file), 'utf8'))).toContain(name)
  })

  test('in a directory of a larger repository: workflows at its root, the configuration in the directory', async () => {
    const path = checkout({ 'net/work space/Cargo.toml': rust['Cargo.toml'], 'net/work space/src/main.rs': '' })
    expect((await cli('init', '--dir', join(path, 'net/work space'))).code).toBe(0)
    expect(existsSync(join(path, 'net/work space/vps-test.yaml'))).toBe(true)
    expect(readFileSync(join(path, '.github/workflows/vps-test-pr.yml'), 'utf8')).toContain('repo: net/work space\n')
  })

  test('overwrites nothing: every file that exists is named, none is written', async () => {
    const path = checkout({ ...rust, '.github/workflows/vps-test-ops.yml': 'mine', 'vps-test.yaml': 'project: mine' })
    const told = await cli('init', '--dir', path)
    expect(told.code).toBe(2)
    expect(told.stderr).toContain(
      'U084: nothing was written, because these exist: vps-test.yaml, .github/workflows/vps-test-ops.yml',
    )
    expect(readdirSync(join(path, '.github/workflows'))).toEqual(['vps-test-ops.yml'])
    expect(readFileSync(join(path, 'vps-test.yaml'), 'utf8')).toBe('project: mine')
  })

  test('keeps a configuration under its other name', async () => {
    const text = readFileSync(join(root, 'test/inputs/files/workspace.yaml'), 'utf8')
    const path = checkout({ '.claude/vps-test/config.yaml': text })
    const told = await cli('init', '--dir', path)
    expect(told, told.stderr).toMatchObject({ code: 0 })
    expect(existsSync(join(path, 'vps-test.yaml'))).toBe(false)
    expect(readFileSync(join(path, '.github/workflows/vps-test.yml'), 'utf8')).toMatch(/project: \{ .*saorsa-gossip/)
    expect(await actionlintFaults(path)).toEqual([])
  })

  test('names what is wrong: no Cargo.toml, no program, a strange ref or fleet', async () => {
    const none = checkout({ 'readme.md': '' })
    expect(await cli('init', '--dir', none)).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('U082') as string,
    })
    expect(
      await cli('init', '--dir', checkout({ 'Cargo.toml': '[package]\nname = "x"\n', 'src/lib.rs': '' })),
    ).toMatchObject({ code: 2, stderr: expect.stringContaining('U083') as string })
    expect(await cli('init', '--dir', none, '--ref', 'v1 # x')).toMatchObject({
      code: 2,
      stderr: expect.stringMatching(
        new RegExp(`U080[^]*init --ref v${pkg.version.replaceAll('.', '\\.')}\n`),
      ) as string,
    })
    expect(await cli('init', '--dir', none, '--fleet', '${{ github.token }}')).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('U081') as string,
    })
    expect(
      await cli('init', '--dir', join(checkout({ "it's #1/Cargo.toml": rust['Cargo.toml'] }), "it's #1")),
    ).toMatchObject({ code: 2, stderr: expect.stringContaining('U085') as string })
    rmSync(none, { recursive: true })
  })
})
