/**
 * The lab's job becomes root by sudo: what its cancellation, its end and its death mean to the process of root, which
 * nobody but root may signal.
 */
import { spawn, type ChildProcess } from 'node:child_process'
import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { afterAll, afterEach, expect, test } from 'vitest'

const root = join(import.meta.dirname, '../..')
const dir = mkdtempSync(join(tmpdir(), 'vps-test-as-root-'))
const started: ChildProcess[] = []
afterEach(() => {
  for (const one of started.splice(0)) one.kill('SIGKILL')
})
afterAll(() => {
  rmSync(dir, { recursive: true, force: true })
})

const write = (name: string, text: string): string => {
  const path = join(dir, name)
  writeFileSync(path, text)
  return path
}
/** What runs as root: ends when it is told, and leaves a note of it. */
const entry = (note: string): string =>
  write(
    'entry.mjs',
    `
  import { writeFileSync } from 'node:fs'
  const waits = setInterval(() => undefined, 60_000)
  process.on('SIGTERM', () => { writeFileSync(${JSON.stringify(note)}, process.env.WORD); clearInterval(waits); process.exitCode = 7 })
  console.log('pid ' + process.pid)
`,
  )
const deaf = write(
  'deaf.mjs',
  `process.on('SIGTERM', () => console.log('heard')); setInterval(() => undefined, 60_000); console.log('pid ' + process.pid)`,
)
const short = write('short.mjs', 'process.exitCode = 5; console.log(`pid ${process.pid}`)')
/** Stays between the two, like sudo; and like sudo of another user it is reached by no signal. */
const sudo = write('sudo', '#!/bin/sh\ntrap "" TERM INT HUP\nshift\n"$@"\nexit $?\n')
chmodSync(sudo, 0o755)
/** As src/main.ts does it. */
const caller = (program: string): string =>
  write(
    'caller.mjs',
    `
  import { againAsRoot } from ${JSON.stringify(pathToFileURL(join(root, 'src/adapters/runner.ts')).href)}
  const abort = new AbortController()
  process.on('SIGINT', () => abort.abort(new Error('SIGINT')))
  process.exitCode = await againAsRoot(${JSON.stringify(root)}, ${JSON.stringify(program)}, { PATH: process.env.PATH, WORD: 'told' }, abort.signal)
`,
  )

interface Running {
  readonly child: ChildProcess
  readonly out: () => string
  readonly pid: () => Promise<number>
  readonly end: Promise<number | null>
}

function begin(args: readonly string[], input?: string): Running {
  const child = spawn(process.execPath, args, {
    stdio: ['pipe', 'pipe', 'inherit'],
    timeout: 20_000,
    env: { ...process.env, PATH: `${dir}:${process.env['PATH'] ?? ''}` },
  })
  started.push(child)
  let out = ''
  child.stdout.on('data', (d: Buffer) => {
    out += d.toString()
  })
  if (input !== undefined) child.stdin.write(input)
  const end = new Promise<number | null>((done) => {
    child.on('exit', (code) => {
      done(code)
    })
  })
  const pid = async (): Promise<number> => {
    await expect.poll(() => out, { timeout: 60_000, interval: 20 }).toMatch(/^pid \d+$/m)
    return Number(/^pid (\d+)$/m.exec(out)?.[1])
  }
  return { child, out: () => out, pid, end }
}

const asRoot = (program: string, patienceMs: number): Running =>
  begin(
    [join(root, 'scripts/runner.mjs'), 'as-root'],
    `${JSON.stringify({ env: { PATH: process.env['PATH'], WORD: 'told' }, argv: [process.execPath, program], patienceMs })}\n`,
  )
const alive = (pid: number): boolean => {
  try {
    process.kill(pid, 0)
    return true
  } catch {
    return false
  }
}

test('the end of stdin ends the program, which has its time; its exit code is passed on', async () => {
  const note = join(dir, 'note-1')
  const run = asRoot(entry(note), 60_000)
  await run.pid()
  run.child.stdin?.end()
  expect(await run.end).toBe(7)
  expect(readFileSync(note, 'utf8')).toBe('told')
})

test('a program that ends by itself: its exit code, while stdin is still open', async () => {
  const run = asRoot(short, 60_000)
  expect(await run.end).toBe(5)
  expect(run.child.stdin?.writableEnded).toBe(false)
})

test('a program that does not end in its time is killed', async () => {
  const run = asRoot(deaf, 500)
  const pid = await run.pid()
  run.child.stdin?.end()
  expect(await run.end).toBe(128 + 9)
  expect(run.out()).toContain('heard')
  expect(alive(pid)).toBe(false)
})

test('cancelled: the program is told, though no signal passes sudo; the job ends with its exit code', async () => {
  const note = join(dir, 'note-2')
  const run = begin([caller(entry(note))])
  await run.pid()
  run.child.kill('SIGINT')
  expect(await run.end).toBe(7)
  expect(readFileSync(note, 'utf8')).toBe('told')
})

test('not cancelled: the exit code passes sudo', async () => expect(await begin([caller(short)]).end).toBe(5))

test('a job that is killed tells nobody, and the program ends all the same', async () => {
  const note = join(dir, 'note-3')
  const run = begin([caller(entry(note))])
  const pid = await run.pid()
  run.child.kill('SIGKILL')
  await expect.poll(() => existsSync(note), { timeout: 60_000, interval: 20 }).toBe(true)
  await expect.poll(() => alive(pid), { timeout: 60_000, interval: 20 }).toBe(false)
})
