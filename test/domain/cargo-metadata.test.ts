/** Whether a build command can make the program, and which files a build read: both in cargo's own words. */
import { expect, test } from 'vitest'
import { featureFault, programFault, readMetadata } from '../../src/domain/cargo-metadata.ts'
import { readDepInfo } from '../../src/domain/dep-info.ts'

const told = JSON.stringify({
  workspace_root: '/w',
  packages: [
    {
      name: 'peer',
      manifest_path: '/w/peer/Cargo.toml',
      default_run: null,
      features: { default: ['net'], net: [], cli: ['net'], full: ['cli', 'tls'], tls: [] },
      targets: [
        { name: 'peer', kind: ['lib'], 'required-features': [] },
        { name: 'peerd', kind: ['bin'], 'required-features': ['cli', 'net'] },
        { name: 'plain', kind: ['bin'] },
      ],
    },
  ],
})

test('required features of a program, and what a command enables', () => {
  const workspace = readMetadata(told)
  if (workspace === undefined) throw new Error('not read')
  const fault = (...options: readonly string[]): string | null => programFault(workspace, 'peerd', options)
  expect(fault('--release')).toBe(
    'the program peerd needs the feature cli (required-features), which the build command does not enable: add --features cli',
  )
  expect(fault('--no-default-features')).toContain('needs the features cli, net')
  for (const options of [
    ['--features', 'cli'],
    ['--features=full'],
    ['-F', 'tls,cli'],
    ['-Fcli'],
    ['--features', 'peer/cli'],
    ['--all-features'],
  ])
    expect([options, fault(...options)]).toEqual([options, null])
  expect(programFault(workspace, 'plain', [])).toBeNull()
  expect(programFault(workspace, 'peer', [])).toContain('has no program peer; it has peerd, plain')
})

test('a feature of an optional dependency brings the dependency, unless it is asked for weakly', () => {
  const program = { name: 'p', package: 'p', directory: '', preferred: false, requires: ['tls'] }
  const fault = (enables: string): string | null =>
    featureFault([{ ...program, features: { default: [enables] } }], 'p', [])
  expect([fault('tls/ring'), fault('tls')]).toEqual([null, null])
  expect(fault('tls?/ring')).toContain('needs the feature tls')
  expect(featureFault([], 'p', [])).toBeNull()
})

test('a text that is not of cargo is none', () => {
  for (const text of ['', 'x', '{}', '[]', '{"packages":3}']) expect(readMetadata(text)).toBeUndefined()
})

test('files of a build, with spaces, colons and more than one target', () => {
  expect(readDepInfo('/t/re lease/x: /w/a.rs /w/my\\ file.rs /w/c:d.rs\n\n/t/x.d: /w/a.rs\n')).toEqual([
    '/w/a.rs',
    '/w/c:d.rs',
    '/w/my file.rs',
  ])
  expect(readDepInfo('nothing')).toEqual([])
})
