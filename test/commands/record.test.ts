/** The receiver's file, read by the real `sh` of this machine: where it was rotated to, and what could not be read. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { localRemote } from '../../src/adapters/local.ts'
import { fileLines, journalLines } from '../../src/commands/record.ts'
import type { Command } from '../../src/commands/command.ts'

let dir: string
beforeAll(() => {
  dir = mkdtempSync(join(tmpdir(), 'records-'))
})
afterAll(() => {
  rmSync(dir, { recursive: true })
})

/** `before`: shell functions that stand in for programs of the node. */
const run = async (command: Command, before: string) => {
  const text = `${before}\n${command.kind === 'script' ? command.text : ''}`
  const { code, stdout } = await localRemote('here', []).run(
    { kind: 'script', why: 'test', idempotent: true, text },
    { timeoutMs: 15_000, signal: AbortSignal.timeout(15_000) },
  )
  return { code, lines: stdout.split('\n').filter((l) => l !== '') }
}

test('a file that was rotated under any name is read where the service still has it open', async () => {
  const file = join(dir, 'received.jsonl')
  writeFileSync(file, '')
  const service = spawn('sh', ['-c', `exec 7>>"${file}"; echo '{"nonce":"aa"}' >&7; echo ready; exec sleep 60`])
  try {
    await once(service.stdout, 'data')
    renameSync(file, join(dir, 'received.jsonl-20261126'))
    const unit = `systemctl() { echo ${String(service.pid)}; }`
    expect(await run(fileLines(file, 'peer', ['aa']), unit)).toEqual({ code: 0, lines: ['{"nonce":"aa"}'] })
    expect(await run(fileLines(file, 'peer', ['aa']), 'systemctl() { return 1; }')).toEqual({ code: 0, lines: [] })
  } finally {
    service.kill('SIGKILL')
  }
})
test('what could not be read is told apart from what has no line', async () => {
  const file = join(dir, 'other')
  writeFileSync(file, '{"nonce":"aa"}\n')
  const noUnit = 'systemctl() { echo 0; }'
  expect(await run(fileLines(file, 'peer', ['zz']), noUnit)).toEqual({ code: 0, lines: [] })
  expect((await run(fileLines(file, 'peer', ['aa']), `${noUnit}; timeout() { return 5; }`)).code).toBe(65)
  expect((await run(journalLines('peer', ['aa']), 'journalctl() { return 1; }')).code).toBe(65)
  const journal = 'journalctl() { echo "x aa"; echo "y bb"; }'
  expect(await run(journalLines('peer', ['aa']), journal)).toEqual({ code: 0, lines: ['x aa'] })
})
