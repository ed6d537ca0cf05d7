import { expect, test } from 'vitest'
import { nativeArgv, readBuildCommand, zigArgv, type CargoArgv } from '../../src/domain/cargo-argv.ts'

const parsed = (...argv: readonly string[]): CargoArgv => {
  const command = readBuildCommand(argv)
  if (typeof command === 'string') throw new Error(command)
  return command
}
const zig = { glibc: '2.31', targetDir: '/t', locked: true }

test('the glibc floor goes into the target', () => {
  expect(
    zigArgv(parsed('cargo', 'zigbuild', '--release', '-p', 'x', '--target', 'x86_64-unknown-linux-gnu'), zig),
  ).toEqual({
    argv: [
      'cargo',
      'zigbuild',
      '--release',
      '-p',
      'x',
      '--locked',
      '--message-format=json',
      '--target',
      'x86_64-unknown-linux-gnu.2.31',
      '--target-dir',
      '/t',
    ],
    glibc: '2.31',
  })
})

test.each([
  [['--target=aarch64-unknown-linux-gnu'], 'aarch64-unknown-linux-gnu.2.31', '2.31'],
  [['--target', 'x86_64-unknown-linux-gnu.2.17'], 'x86_64-unknown-linux-gnu.2.17', '2.17'],
  [['--target', 'x86_64-unknown-linux-musl'], 'x86_64-unknown-linux-musl', null],
  [[], 'x86_64-unknown-linux-gnu.2.31', '2.31'],
])('%j is built for %s', (options, target, glibc) => {
  const made = zigArgv(parsed('cargo', 'zigbuild', ...options), zig)
  expect(made.glibc).toBe(glibc)
  expect(made.argv[made.argv.indexOf('--target') + 1]).toBe(target)
  expect(made.argv.filter((w) => w.startsWith('--target')).length).toBe(2)
})

test('target directory and message format are ours; --locked is said once; cargo build becomes zigbuild', () => {
  const command = parsed(
    'cargo',
    '+1.90',
    'build',
    '--locked',
    '--target-dir=elsewhere',
    '--message-format',
    'short',
    '--bin',
    'x',
  )
  expect(zigArgv(command, zig).argv.slice(0, 7)).toEqual([
    'cargo',
    '+1.90',
    'zigbuild',
    '--locked',
    '--bin',
    'x',
    '--message-format=json',
  ])
})

test('the build host takes cargo build without glibc suffix and without --locked where there is no lock', () => {
  expect(
    nativeArgv(parsed('cargo', 'zigbuild', '--release', '--target', 'x86_64-unknown-linux-gnu.2.31'), false),
  ).toEqual(['cargo', 'build', '--release', '--message-format=json', '--target', 'x86_64-unknown-linux-gnu'])
})

test.each([
  [['make', 'all'], 'not `make`'],
  [['cargo', 'zig', 'build'], 'not `cargo zig`'],
  [['cargo', 'build', '--target'], '--target has no value'],
  [['cargo', 'build', '--target', 'a', '--target=b'], 'two targets'],
  [[], 'not ``'],
])('%j is refused', (argv, words) => {
  expect(readBuildCommand(argv)).toContain(words)
})
