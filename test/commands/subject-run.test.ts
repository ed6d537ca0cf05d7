/**
 * Code of the project on a node, by the real `sh` of this machine: its end is known whatever it prints, leaves behind
 * or holds, and what stands before it is no word of it.
 */
import { createHash } from 'node:crypto'
import { existsSync, readFileSync } from 'node:fs'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { localRemote } from '../../src/adapters/local.ts'
import { ownersText } from '../../src/commands/owners-text.ts'
import { readSubjectRun, subjectRun } from '../../src/commands/subject-run.ts'
import { cgroupMount } from '../../src/lab/cgroup.ts'
import { isRoot, needsRoot, sandbox, type Sandbox } from './sandbox.ts'

const hashOf = (path: string): string => createHash('sha256').update(readFileSync(path)).digest('hex')
const limits = { timeoutMs: 15_000, signal: AbortSignal.timeout(60_000) }
const run = async (text: string, seconds = 5, place: readonly string[] = [], maxBytes = 4096) => {
  const result = await localRemote('here', []).run(ownersText({ why: 'test', place, text, seconds, maxBytes }), limits)
  return { ...readSubjectRun(result.stdout, result.stderr, seconds), stderr: result.stderr }
}

describe.skipIf(!isRoot)(`really${needsRoot}`, () => {
  test.each([
    ['exit 0', 'echo "it\'s $((40 + 2))"', { kind: 'ended', code: 0, output: "it's 42\n", errors: '' }],
    ['another exit', 'echo a; echo b >&2; exit 7', { code: 7, late: false, output: 'a\n', errors: 'b\n' }],
    ['a signal', 'kill -9 $$', { kind: 'ended', code: 137, late: false, output: '' }],
    ['an exit that looks like a timeout', 'exit 124', { kind: 'ended', code: 124, late: false }],
    ['an exit that looks like one of ours', 'exit 125', { kind: 'ended', code: 125 }],
    ['lines that look like ours', 'echo "vps-test-run no - - "; exit 3', { code: 3, output: 'vps-test-run no - - \n' }],
    ['descriptors of ours, which it has not', 'echo started >&3; echo 1 >&4; exit 3', { code: 3, output: '' }],
    ['nobody', 'id -u; pwd; cat', { kind: 'ended', code: 0, output: '65534\n/\n' }],
  ])('%s', async (_, text, end) => expect(await run(text)).toMatchObject(end))

  test('the end of much output, and of many errors', async () => {
    const end = await run('seq 1 100000; seq 1 100000 >&2; echo last', 5, [], 20)
    expect(end).toMatchObject({ kind: 'ended', code: 0, output: '8\n99999\n100000\nlast\n' })
    expect(end).toMatchObject({ errors: expect.stringMatching(/^[^]{4089}100000\n$/) as string })
  })
  test('the beginning of much output, all of which it may write', async () => {
    const command = subjectRun({
      why: 'test',
      place: [],
      program: '/bin/sh',
      args: ['-c', 'seq 1 3000000; exit 4'],
      seconds: 10,
      output: { keep: 'beginning', bytes: 8 },
      confinedBy: null,
    })
    const { stdout, stderr } = await localRemote('here', []).run(command, limits)
    expect(readSubjectRun(stdout, stderr, 10)).toMatchObject({
      code: 4,
      late: false,
      sha256: hashOf('/bin/sh'),
      output: '1\n2\n3\n4\n',
    })
  })
  test('one that does not end is ended with all its children, and what it printed is kept', async () => {
    expect(await run('echo "$$"; sleep 60 & trap "" TERM; while :; do sleep 0.1; done', 3)).toMatchObject({
      kind: 'ended',
      late: true,
      output: expect.stringMatching(/^\d+\n$/) as string,
    })
  })
  test('a child in a session of its own that holds the output is ended, and the failure is the program’s', async () => {
    // Held up it would be late, after thirty seconds.
    expect(await run('setsid sleep 61.25 & echo "$!"; exit 9', 30)).toMatchObject({
      kind: 'ended',
      code: 9,
      late: false,
    })
    expect(await run('ps -eo args | grep "sleep 61\\.2[5]"')).toMatchObject({ code: 1 })
  })
  test('nothing is left: no cgroup, no folder', async () => {
    const end = await run('setsid sleep 60 & grep ^0:: /proc/self/cgroup')
    const group = /\/(vps-test-run\.\w+)\n$/.exec(end.kind === 'ended' ? end.output : '')?.[1] ?? '.'
    expect([`${cgroupMount()}/${group}`, `/run/${group}`].map((path) => existsSync(path))).toEqual([false, false])
  })
  test('a place that cannot be entered is no word of the text', async () =>
    expect(await run('echo hi', 5, ['sh', '-c', 'echo no such place >&2; exit 1'])).toMatchObject({
      kind: 'not-started',
      why: 'no such place (exit 1)',
    }))
})

describe.skipIf(!isRoot)(`a program that the node cannot execute${needsRoot}`, () => {
  let box: Sandbox
  beforeAll(() => {
    box = sandbox()
  })
  afterAll(() => box.close())
  const program = async (path: string, before: string) => {
    const command = subjectRun({
      why: 'test',
      place: [],
      program: path,
      args: [],
      seconds: 5,
      output: { keep: 'end', bytes: 100 },
      confinedBy: null,
    })
    if (command.kind !== 'script') throw new Error('no script')
    const { stdout, stderr } = await box.run({ ...command, text: `${before}\n${command.text}` })
    return readSubjectRun(stdout, stderr, 5)
  }
  test('is the node’s matter: a file system without exec, a mode, no such file', async () => {
    const copy = 'mount -t tmpfs none /mnt; cp /bin/true /mnt/true; chmod 755 /mnt/true'
    expect(await program('/mnt/true', copy)).toMatchObject({ kind: 'ended', code: 0 })
    const why = expect.stringMatching(/^\/mnt\/true cannot be executed: .* \(exit 126\)$/) as string
    expect(await program('/mnt/true', `${copy}; mount -o remount,noexec /mnt`)).toEqual({ kind: 'not-started', why })
    expect(await program('/mnt/true', `${copy}; chmod 644 /mnt/true`)).toEqual({ kind: 'not-started', why })
    expect(await program('/mnt/true', '')).toEqual({ kind: 'not-started', why })
  })
  test('a node without a cgroup that can be written says so', async () => {
    // Where no cgroup2 is mounted, awk finds none.
    expect(await program('/bin/true', 'awk() { :; }')).toEqual({
      kind: 'not-started',
      why: 'no cgroup2 that can be written',
    })
  })
})

test('an answer of something else is no end', () => {
  expect(readSubjectRun('', '', 1)).toEqual({ kind: 'not-started', why: 'it said nothing' })
  expect(readSubjectRun('welcome\n', 'sh: not found\n', 1)).toEqual({ kind: 'not-started', why: 'sh: not found' })
})
test('what a login file prints before is none of it', () =>
  expect(readSubjectRun('welcome\nvps-test-run started 3 12 - \nout\n', '', 1)).toEqual({
    kind: 'ended',
    code: 3,
    late: false,
    sha256: null,
    output: 'out\n',
    errors: '',
  }))
