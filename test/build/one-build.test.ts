/** The lock of a target directory: one build after the other, and none that outlives its holder. */
import { spawn } from 'node:child_process'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { oneBuild } from '../../src/adapters/build/one-build.ts'
import { never, scratch } from './world.ts'

const options = (targetDir: string, told: string[] = [], timeoutMs = 60_000) => ({
  targetDir,
  timeoutMs,
  waits: () => told.push('waits'),
  signal: never,
})

test('a second build begins when the first has ended', async () => {
  const dir = join(scratch(), 'target')
  const done: string[] = []
  const first = Promise.withResolvers<undefined>()
  const begun = Promise.withResolvers<undefined>()
  const one = oneBuild(options(dir, done), async () => {
    begun.resolve(undefined)
    await first.promise
    done.push('first')
  })
  await begun.promise
  const waiting = Promise.withResolvers<undefined>()
  const two = oneBuild({ ...options(dir), waits: () => waiting.resolve(undefined) }, async () => done.push('second'))
  await waiting.promise
  expect(done).toEqual([])
  first.resolve(undefined)
  await Promise.all([one, two])
  expect(done).toEqual(['first', 'second'])
})

test('one that fails gives it back; another place is another lock', async () => {
  const dir = join(scratch(), 'target')
  await expect(oneBuild(options(dir), () => Promise.reject(new Error('no')))).rejects.toThrow('no')
  const told: string[] = []
  expect(await oneBuild(options(dir, told), () => oneBuild(options(`${dir}2`, told), async () => 7))).toBe(7)
  expect(told).toEqual([])
})

test('whoever does not end is named; whoever is killed has given it back', async () => {
  const dir = join(scratch(), 'target')
  const module = join(import.meta.dirname, '../../src/adapters/build/one-build.ts')
  const text = `import { oneBuild } from ${JSON.stringify(module)}
    const o = { targetDir: ${JSON.stringify(dir)}, timeoutMs: 60000, waits() {}, signal: new AbortController().signal }
    await oneBuild(o, () => new Promise(() => { console.log('has it'); setInterval(() => {}, 1000) }))`
  const holder = spawn(process.execPath, ['--input-type=module-typescript', '-e', text], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  try {
    await new Promise((resolve) => holder.stdout.once('data', resolve))
    await expect(oneBuild(options(dir, [], 1000), async () => 1)).rejects.toMatchObject({ facts: { code: 'B305' } })
  } finally {
    holder.kill('SIGKILL')
  }
  expect(await oneBuild(options(dir), async () => 2)).toBe(2)
})
