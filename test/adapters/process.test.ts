/** One way to run a program: how it ended, what is kept, and that nothing of its group outlives it or us. */
import { execFile } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { afterAll, expect, test, vi } from 'vitest'
import { runAttached, runProcess, startProcess } from '../../src/adapters/process.ts'

const dir = mkdtempSync(join(tmpdir(), 'vps-test-process-'))
afterAll(() => {
  rmSync(dir, { recursive: true, force: true })
})
const never = new AbortController().signal
const sh = (text: string): readonly string[] => ['sh', '-c', text]
const limits = { timeoutMs: 20_000, signal: never }
const gone = (pid: number): boolean => {
  try {
    return readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]?.startsWith('Z') === true
  } catch {
    return true
  }
}
/** Milliseconds for what comes at once on an idle machine. */
const patient = 30_000
const pidIn = async (file: string): Promise<number> =>
  vi.waitFor(() => {
    const pid = existsSync(file) ? Number(readFileSync(file, 'utf8')) : 0
    expect(pid).toBeGreaterThan(1)
    return pid
  }, patient)

test('how a program ended is one of a few endings', async () => {
  const ending = async (argv: readonly string[], more = {}) => (await runProcess(argv, { ...limits, ...more })).ending
  expect(await ending(sh('exit 7'))).toEqual({ kind: 'exited', code: 7 })
  expect(await ending(sh('kill -KILL $$'))).toEqual({ kind: 'signalled', signal: 'SIGKILL' })
  expect(await ending(['vps-test-no-such-program'])).toMatchObject({ kind: 'not started', errno: 'ENOENT' })
  expect(await ending(['true'], { cwd: join(dir, 'no-such-folder') })).toMatchObject({ kind: 'not started' })
  expect(await ending(['a\0b'])).toMatchObject({ kind: 'not started' })
  expect(await ending(sh('sleep 60'), { timeoutMs: 200 })).toEqual({ kind: 'late' })
  expect(await ending(['yes'], { keepBytes: 1000, refuseMore: true })).toEqual({ kind: 'too much' })
})

test('input, environment and what encloses a program; the last bytes are kept', async () => {
  const cat = await runProcess(['cat'], { ...limits, input: 'in\0put' })
  expect(cat.stdout.toString()).toBe('in\0put')
  const env = await runProcess(sh('echo "$A-$HOME"'), { ...limits, env: { A: '1', PATH: process.env['PATH'] } })
  expect(env.stdout.toString()).toBe('1-\n')
  const within = await runProcess(sh('echo "$B"'), { ...limits, within: ['env', 'B=2'] })
  expect(within.stdout.toString()).toBe('2\n')
  const much = await runProcess(sh('seq 1 100000; echo end'), { ...limits, keepBytes: 100 })
  expect(much.stdout.length).toBe(100)
  expect(much.stdout.toString()).toMatch(/100000\nend\n$/)
  // A program that does not read its input is no error.
  expect((await runProcess(['true'], { ...limits, input: Buffer.alloc(1 << 20) })).ending).toEqual({
    kind: 'exited',
    code: 0,
  })
})

test('what a program leaves behind in its group ends with it, and does not hold its output open', async () => {
  const file = join(dir, 'left')
  const done = await runProcess(
    sh(`sh -c 'trap "" TERM; echo $$ >"${file}"; exec sleep 300' & until [ -s "${file}" ]; do :; done; echo out`),
    limits,
  )
  expect(done).toMatchObject({ ending: { kind: 'exited', code: 0 } })
  expect(done.stdout.toString()).toBe('out\n')
  expect(gone(await pidIn(file))).toBe(true)
})

test('an abort rejects with its reason when nothing of the group is left', async () => {
  const file = join(dir, 'aborted'),
    stop = new AbortController()
  const running = runProcess(sh(`trap '' TERM; echo $$ >"${file}"; while :; do sleep 1; done`), {
    timeoutMs: 60_000,
    signal: stop.signal,
  })
  const pid = await pidIn(file)
  stop.abort(new Error('enough'))
  await expect(running).rejects.toThrow('enough')
  expect(gone(pid)).toBe(true)
})

test('what a callback throws ends the program and is told', async () => {
  const run = runProcess(sh('echo x; exec sleep 60'), {
    ...limits,
    onOut: () => {
      throw new Error('mine')
    },
  })
  await expect(run).rejects.toThrow('mine')
})

test('groups that still live are ended when this process leaves', async () => {
  const file = join(dir, 'leaving')
  const module = pathToFileURL(join(import.meta.dirname, '../../src/adapters/process.ts')).href
  const text = `
    import { existsSync, statSync } from 'node:fs'
    import { startProcess } from ${JSON.stringify(module)}
    const file = ${JSON.stringify(file)}
    startProcess(['sh', '-c', 'trap "" TERM; echo $$ >' + file + '; sleep 300 & wait; sleep 300'])
    const look = setInterval(() => { if (existsSync(file) && statSync(file).size > 0) process.exit(3) }, 5)
    void look`
  const code = await new Promise((resolve) => {
    execFile(process.execPath, ['--input-type=module', '-e', text], (error) => resolve(error?.code))
  })
  expect(code).toBe(3)
  const pid = await pidIn(file)
  await vi.waitFor(() => {
    expect(gone(pid)).toBe(true)
  }, patient)
})

test('a stream of a program that runs, and its end', async () => {
  const child = startProcess(sh('read line; echo "got $line"; exec sleep 60'))
  child.stdin.write('word\n')
  const [first] = await new Promise<Buffer[]>((resolve) => {
    child.stdout.once('data', (chunk: Buffer) => resolve([chunk]))
  })
  expect(first?.toString()).toBe('got word\n')
  await child.end()
  expect(await child.exited).toEqual({ kind: 'signalled', signal: 'SIGTERM' })
})

test('a program that takes over the terminal: its exit code, or why it did not start', async () => {
  expect(await runAttached(['sh', '-c', 'exit 4'])).toEqual({ kind: 'exited', code: 4 })
  expect(await runAttached(['vps-test-no-such-program'])).toMatchObject({ kind: 'not started', errno: 'ENOENT' })
})

test('the dead of a group whom nobody collects are not waited for', async () => {
  // The middle one stays, in a group of its own, and never collects its child, which joined the leader's group.
  const program = `
import os, sys, time
leader = os.getpid()
told, tell = os.pipe()
if os.fork() == 0:
    os.setpgid(0, 0)
    if os.fork() == 0:
        os.setpgid(0, leader)
        os._exit(0)
    time.sleep(0.2)
    os.write(tell, b'x')
    for fd in (0, 1, 2): os.close(fd)
    time.sleep(20)
    os._exit(0)
os.read(told, 1)
os.write(1, b'left')
`
  let left = 0
  const end = await runProcess(['python3', '-c', program], {
    ...limits,
    onOut: () => {
      left = performance.now()
    },
  })
  const waited = performance.now() - left
  expect(end.ending).toEqual({ kind: 'exited', code: 0 })
  // As if it lived, it would be waited for after TERM and after KILL, and all that twice: eight seconds.
  expect(waited).toBeLessThan(6000)
})
