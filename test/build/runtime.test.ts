import { execFileSync } from 'node:child_process'
import { expect, test } from 'vitest'
import { render } from '../../src/commands/quote.ts'
import { askRuntime, readRuntime } from '../../src/commands/runtime.ts'

test('this machine answers', () => {
  const runtime = readRuntime(execFileSync('sh', ['-c', render(askRuntime)], { encoding: 'utf8' }))
  expect(runtime?.arch).toBe(execFileSync('uname', ['-m'], { encoding: 'utf8' }).trim())
  expect(runtime?.libc.kind).not.toBe('unknown')
})

test.each([
  ['arch x86_64\nglibc 2.31\n', { arch: 'x86_64', libc: { kind: 'glibc', version: '2.31' } }],
  ['arch aarch64\nmusl /lib/ld-musl-aarch64.so.1\n', { arch: 'aarch64', libc: { kind: 'musl' } }],
  ['arch x86_64\nglibc 2.36\nmusl /lib/ld-musl-x86_64.so.1\n', { arch: 'x86_64', libc: { kind: 'glibc', version: '2.36' } }],
  ['arch x86_64\nglibc 2.31; rm -rf /\n', { arch: 'x86_64', libc: { kind: 'unknown' } }],
  ['motd: welcome\narch riscv64\n', { arch: 'riscv64', libc: { kind: 'unknown' } }],
])('reads %j', (said, runtime) => {
  expect(readRuntime(said)).toEqual(runtime)
})

test('an answer without architecture is none', () => {
  expect(readRuntime('glibc 2.31\n')).toBeUndefined()
})
