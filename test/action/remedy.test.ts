/** Remedies of verbs as a job of GitHub says them. */
import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { onGitHub } from '../../src/action/remedy.ts'
import { callerWorkflows } from '../../src/inputs/init-workflows.ts'
import { readWorkflow } from '../workflows/rules.ts'

const ops = 'gh workflow run vps-test-ops.yml -f command='
const rows: readonly (readonly [string, string])[] = [
  ['vps-test status', `${ops}status`],
  ['vps-test nodes', `${ops}nodes`],
  ['vps-test nodes --fleet mine', `${ops}nodes`],
  ['vps-test diagnose saorsa-4 --fleet lab', `${ops}diagnose -f node=saorsa-4`],
  ['vps-test stop testnet', `${ops}stop -f project=testnet`],
  ['vps-test stop testnet --session testnet-1', `${ops}stop -f session=testnet-1`],
  ['vps-test init --dir /home/runner/work/x/x', 'vps-test init'],
  // Nothing on GitHub does these.
  ['vps-test nodes trust saorsa-9 --fleet mine', 'vps-test nodes trust saorsa-9 --fleet mine'],
  ['vps-test doctor --fix', 'vps-test doctor --fix'],
  ['ls -l x', 'ls -l x'],
]
test.each(rows)('%s', (remedy, told) => {
  expect(onGitHub(remedy)).toBe(told)
})

test('what is said to be run has such a form, here and in a caller', () => {
  const path = '.github/workflows/vps-test-ops.yml'
  const texts = [
    readFileSync(join(import.meta.dirname, '../..', path), 'utf8'),
    callerWorkflows({ ref: 'v1.2.3', fleet: 'saorsa', repo: '.', branch: 'main', projects: [] }).find(
      (file) => file.path === path,
    )?.text ?? '',
  ]
  for (const text of texts) {
    const form = readWorkflow(text).on['workflow_dispatch']?.inputs as Readonly<
      Record<string, { readonly options?: readonly string[] }>
    >
    for (const [, told] of rows.filter(([, line]) => line.startsWith(ops))) {
      for (const [, name = '', value = ''] of told.matchAll(/-f (\w+)=(\S+)/g)) {
        expect(Object.keys(form)).toContain(name)
        if (name === 'command') expect(form['command']?.options).toContain(value)
      }
    }
  }
})

test('no source tells anybody to fetch a package of this name from a registry: it has none there', () => {
  expect(
    execFileSync(
      'sh',
      [
        '-c',
        'grep -rn "npx vps-test" src scripts bin README.md docs action.yml .github --include=* | grep -v "^docs/errors.md" || true',
      ],
      { cwd: join(import.meta.dirname, '../..'), encoding: 'utf8' },
    ),
  ).toBe('')
})
