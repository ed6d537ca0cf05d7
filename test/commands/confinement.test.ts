/** What a dialler may execute, by the real kernel of this machine: itself, and nothing that it could leave anywhere. */
import { chmodSync, copyFileSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { localRemote } from '../../src/adapters/local.ts'
import { confinementLines } from '../../src/commands/confinement.ts'
import { readSubjectRun, subjectRun } from '../../src/commands/subject-run.ts'
import { events } from '../../src/instruments/prober.ts'
import { isRoot, needsRoot } from './sandbox.ts'

describe.skipIf(!isRoot)(`really${needsRoot}`, () => {
  let dir = ''
  let prober = ''
  beforeAll(() => {
    const built = process.env['VPS_TEST_PROBE']
    if (built === undefined) throw new Error('VPS_TEST_PROBE names no prober: npm test builds it')
    dir = mkdtempSync(join(tmpdir(), 'confined-'))
    // As where it lies on a node.
    chmodSync(dir, 0o755)
    prober = join(dir, 'prober')
    copyFileSync(built, prober)
  })
  afterAll(() => rmSync(dir, { recursive: true }))
  const run = async (program: string, args: readonly string[], confined = true) => {
    const command = subjectRun({
      why: 'test',
      place: [],
      program,
      args,
      seconds: 5,
      output: { keep: 'beginning', bytes: 1 << 14 },
      confinedBy: confined ? prober : null,
    })
    const limits = { timeoutMs: 15_000, signal: AbortSignal.timeout(15_000) }
    const { stdout, stderr } = await localRemote('here', []).run(command, limits)
    return readSubjectRun(stdout, stderr, 5)
  }
  const tried = async (confined: boolean) => {
    const end = await run(prober, ['confined'], confined)
    return events(end.kind === 'ended' ? end.output : '')[0]
  }

  test('no file that it could write, none in memory, no other program, no namespace of its own', async () => {
    expect(await tried(true)).toMatchObject({
      ran: [],
      refused: expect.arrayContaining(['/tmp', 'a memfd', '/bin/true', 'a user namespace']) as unknown,
    })
  })
  test('what is not confined says so: each of these runs', async () => {
    expect(await tried(false)).toMatchObject({
      ran: expect.arrayContaining(['/tmp', 'a memfd', '/bin/true']) as unknown,
    })
  })
  test('the program itself runs as before: its output, exit, arguments and rights', async () => {
    expect(await run('/bin/sh', ['-c', 'echo "$0 $1"; exit 7', '--help', 'a b'])).toMatchObject({
      kind: 'ended',
      code: 7,
      output: '--help a b\n',
    })
    const end = await run('/bin/cat', ['/proc/self/status'])
    const value = (key: string): string =>
      new RegExp(`^${key}:[ \\t]*(\\S*)`, 'm').exec(end.kind === 'ended' ? end.output : '')?.[1] ?? '?'
    expect(['Uid', 'Gid', 'Groups', 'NoNewPrivs', 'Seccomp'].map(value)).toEqual(['65534', '65534', '', '1', '2'])
    expect(['CapInh', 'CapPrm', 'CapEff', 'CapBnd', 'CapAmb'].map((k) => Number(`0x${value(k)}`))).toEqual([
      0, 0, 0, 0, 0,
    ])
  })
  test('threads and forks of itself are its own matter', async () =>
    expect(await run('/bin/sh', ['-c', '(echo a); echo b & wait'])).toMatchObject({ output: 'a\nb\n' }))
  test('a file that cannot be executed was not started', async () =>
    expect(await run('/etc/passwd', [])).toEqual({
      kind: 'not-started',
      why: '/etc/passwd cannot be executed: no such file, or a file system or mode that forbids it (exit 126)',
    }))
})

test('a unit may write to no folder that it may execute from, and get no anonymous file', () => {
  const lines = confinementLines('svc', '/opt/p/current/p')
  expect(lines[0]?.split(/[= ]-?/)).toEqual(
    expect.arrayContaining(['/', '/tmp', '/var/tmp', '/dev/shm', '/run/lock', '/var/lib/svc', '/var/lib/private/svc']),
  )
  expect(lines).toContain('ExecPaths=/opt/p/current/p -/lib -/lib64 -/usr/lib -/usr/lib64 -/usr/local/lib')
  expect(lines).toContain('SystemCallFilter=~memfd_create memfd_secret execveat')
  expect(lines.join('\n')).not.toContain('MemoryDenyWriteExecute')
})
