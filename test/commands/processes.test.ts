/** What runs at one look, with real processes in a cgroup of the test's own (root). */
import { spawn, type ChildProcess } from 'node:child_process'
import { copyFileSync, mkdirSync, mkdtempSync, readFileSync, rmdirSync, rmSync, writeFileSync } from 'node:fs'
import { createHash } from 'node:crypto'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { localRemote } from '../../src/adapters/local.ts'
import { lookAtProcesses, processesWord } from '../../src/commands/processes.ts'
import { parseProcesses } from '../../src/instruments/processes-reading.ts'
import { isRoot, needsRoot } from './sandbox.ts'

const mount = /^\S+ (\S+) cgroup2 /m.exec(readFileSync('/proc/mounts', 'utf8'))?.[1] ?? ''
const hashOf = (path: string): string => createHash('sha256').update(readFileSync(path)).digest('hex')

describe.skipIf(!isRoot)(`processes of a service${needsRoot}`, () => {
  const unit = `vtt-${process.pid}.a@b`
  const group = join(mount, `${unit}.service`)
  const dir = mkdtempSync(join(tmpdir(), 'processes-'))
  const started: ChildProcess[] = []
  beforeAll(() => mkdirSync(group))
  const inGroup = async (file: string, ...args: readonly string[]): Promise<ChildProcess> => {
    const child = spawn('sh', ['-c', 'echo 0 >"$0"; exec "$@"', join(group, 'cgroup.procs'), file, ...args], {
      stdio: ['pipe', 'pipe', 'ignore'],
    })
    started.push(child)
    await expect.poll(() => readFileSync(`/proc/${child.pid}/comm`, 'utf8')).not.toBe('sh\n')
    return child
  }
  const ended = async (child: ChildProcess): Promise<void> => {
    const end = new Promise((r) => child.once('exit', r))
    child.kill('SIGKILL')
    await end
  }
  afterAll(async () => {
    await Promise.all(started.filter((c) => c.exitCode === null && c.signalCode === null).map(ended))
    rmdirSync(group)
    rmSync(dir, { recursive: true })
  })
  const look = async (port = 0) => {
    const text = lookAtProcesses({ unit, port }).raw
    const { stdout } = await localRemote('here', []).run(
      { kind: 'script', why: 'look', idempotent: true, text },
      { timeoutMs: 30_000, signal: AbortSignal.timeout(30_000) },
    )
    const read = parseProcesses(stdout.trimEnd())
    return read.kind === 'there' ? read.value : expect.fail(stdout)
  }

  test('none; then one, by its file; then a deleted file beside it', async () => {
    expect(await look()).toEqual([])
    const sleep = await inGroup('/bin/sleep', '300')
    const one = { role: 'service', pid: sleep.pid, exeSha256: hashOf('/bin/sleep') }
    expect(await look()).toMatchObject([one])
    const gone = join(dir, 'gone')
    copyFileSync('/bin/sleep', gone)
    writeFileSync(gone, 'other bytes behind it', { flag: 'a' })
    const hash = hashOf(gone)
    const child = await inGroup(gone, '300')
    rmSync(gone)
    expect(await look()).toHaveLength(2)
    expect((await look()).find((l) => l.pid === child.pid)?.exeSha256).toBe(hash)
    await ended(child)
    expect(await look()).toMatchObject([one])
  })
  test('whoever has the port, of whatever cgroup', async () => {
    const bind = `const s = require('dgram').createSocket('udp4').bind(0, '127.0.0.1', () => console.log(s.address().port))`
    const owner = spawn(process.execPath, ['-e', bind], { stdio: ['ignore', 'pipe', 'ignore'] })
    started.push(owner)
    const port = await new Promise<number>((r) => owner.stdout.once('data', (d: Buffer) => r(Number(String(d)))))
    const found = (await look(port)).filter((l) => l.role === 'port-owner')
    expect(found).toMatchObject([{ pid: owner.pid, exeSha256: hashOf(process.execPath) }])
  })
  test('an execve changes the image, a look does not', async () => {
    const child = await inGroup('/bin/bash', '-c', 'read x; exec /bin/bash -c "echo again; read x; read x"')
    const imageOf = async () => (await look()).find((l) => l.pid === child.pid)
    const before = await imageOf()
    expect(await imageOf()).toEqual(before)
    const again = new Promise((r) => child.stdout?.once('data', r))
    child.stdin?.write('\n')
    await again
    const after = await imageOf()
    expect(after).toEqual({ ...before, image: after?.image })
    expect(after?.image).not.toBe(before?.image)
  })
  test('more files than are hashed are told as not read', async () => {
    const copies = ['a', 'b', 'c', 'd', 'e'].map((n) => join(dir, n))
    for (const copy of copies) {
      copyFileSync('/bin/sleep', copy)
      await inGroup(copy, '300')
    }
    expect((await look()).some((l) => l.exeSha256 === null)).toBe(true)
  })
})

test.each(['', `${processesWord}`, `${processesWord} service:1:2:3.4:-`, `${processesWord} other:1:2:3.4:- end`])(
  'a line that is not whole is no look: %s',
  (line) => expect(parseProcesses(line).kind).toBe('not-read'),
)
test('nothing of the service runs', () =>
  expect(parseProcesses(`${processesWord} end`)).toEqual({ kind: 'there', value: [] }))
