/** Rust workspaces of several shapes become configurations that our own reader accepts. */
import { describe, expect, test } from 'vitest'
import { readCargo, type Tree } from '../../src/inputs/init-cargo.ts'
import { configFor } from '../../src/inputs/init-config.ts'
import { parseProject, parseProjectAll } from '../../src/inputs/project.ts'
import { profiles, saorsa } from './read.ts'

/** A checkout as a map of paths. */
const tree = (files: Readonly<Record<string, string>>): Tree => ({
  read: (path) => files[path],
  list: (path) => {
    const below = Object.keys(files)
      .filter((name) => path === '' || name.startsWith(`${path}/`))
      .map((name) => (path === '' ? name : name.slice(path.length + 1)))
    return {
      directories: [...new Set(below.filter((name) => name.includes('/')).map((name) => name.replace(/\/.*$/s, '')))],
      files: below.filter((name) => !name.includes('/')),
    }
  },
})
const programs = (files: Readonly<Record<string, string>>): readonly string[] =>
  readCargo(tree(files))?.programs.map((one) => one.name) ?? ['no Cargo.toml']
const configure = (files: Readonly<Record<string, string>>, hint = 'repo') => {
  const cargo = readCargo(tree(files))
  return cargo === undefined ? undefined : configFor(cargo, profiles, hint)
}
const context = { profiles, fleet: saorsa }
const pack = (name: string, more = ''): string => `[package]\nname = "${name}"\nversion = "0.1.0"\n${more}`

describe('programs of a workspace', () => {
  test('src/main.rs, src/bin, [[bin]] under another name, autobins off', () => {
    expect(programs({ 'Cargo.toml': pack('mesh'), 'src/main.rs': '' })).toEqual(['mesh'])
    expect(
      programs({
        'Cargo.toml': pack('mesh'),
        'src/lib.rs': '',
        'src/bin/a.rs': '',
        'src/bin/b/main.rs': '',
        'src/bin/c/mod.rs': '',
      }),
    ).toEqual(['a', 'b'])
    expect(
      programs({ 'Cargo.toml': pack('mesh', '[[bin]]\nname = "meshd"\npath = "src/main.rs"\n'), 'src/main.rs': '' }),
    ).toEqual(['meshd'])
    expect(
      programs({
        'Cargo.toml': pack('mesh', 'autobins = false\n[[bin]]\nname = \'one\'\npath = "x.rs"\n'),
        'src/main.rs': '',
        'src/bin/two.rs': '',
      }),
    ).toEqual(['one'])
  })
  test('members by name and by star, without the excluded ones; a list over several lines with comments', () => {
    expect(
      programs({
        'Cargo.toml':
          '[workspace]\nmembers = [\n  "crates/*", # all of "them"\n  "./tool/",\n]\nexclude = ["crates/old"]\n',
        'crates/a/Cargo.toml': pack('a'),
        'crates/a/src/main.rs': '',
        'crates/old/Cargo.toml': pack('old'),
        'crates/old/src/main.rs': '',
        'crates/notes/readme.md': '',
        'tool/Cargo.toml': pack('tool'),
        'tool/src/main.rs': '',
        'other/Cargo.toml': pack('other'),
        'other/src/main.rs': '',
      }),
    ).toEqual(['a', 'tool'])
  })
  test('inline tables, dotted keys, quoted keys and escapes are what they are in TOML', () => {
    expect(
      programs({
        'Cargo.toml': `bin = [{ name = "peerd", path = "src/peerd.rs" }]\n${pack('peer')}`,
        'src/peerd.rs': '',
      }),
    ).toEqual(['peerd'])
    expect(
      programs({
        'Cargo.toml': 'workspace.members = ["crates/*"]\nworkspace.resolver = "2"\n',
        'crates/node/Cargo.toml': '\uFEFFpackage.name = "no\\u0064e"\n',
        'crates/node/src/main.rs': '',
      }),
    ).toEqual(['node'])
    expect(
      programs({ 'Cargo.toml': `["package"]\r\n"name" = 'mesh'\r\n[[ bin ]]\r\nname = "meshd"\r\npath = "x.rs"\r\n` }),
    ).toEqual(['meshd'])
    expect(programs({ 'Cargo.toml': '[package\n', 'src/main.rs': '' })).toEqual([])
  })
  test('text that looks like a table is none; names that cargo would not take are none', () => {
    expect(
      programs({ 'Cargo.toml': pack('mesh', 'description = """\n[[bin]]\nname = "ghost"\n"""\n'), 'src/main.rs': '' }),
    ).toEqual(['mesh'])
    expect(
      programs({
        'Cargo.toml': pack('mesh', '[[bin]]\nname = "$(reboot)"\n[[bin]]\nname = "../up"\n'),
        'src/main.rs': '',
      }),
    ).toEqual(['mesh'])
    expect(programs({ 'Cargo.toml': '[workspace]\nmembers = ["../outside"]\n' })).toEqual([])
    expect(programs({})).toEqual(['no Cargo.toml'])
  })
})

describe('the configuration', () => {
  test('a program that a profile describes: its project and profile', () => {
    const made = configure({
      'Cargo.toml': '[workspace]\nmembers = ["crates/testnet-peer"]',
      'crates/testnet-peer/Cargo.toml': pack('testnet-peer'),
      'crates/testnet-peer/src/main.rs': '',
    })
    expect(made?.notes).toEqual([])
    expect(parseProject(made?.text ?? '', 'vps-test.yaml', context)).toMatchObject({
      project: 'testnet',
      profile: 'testnet',
      warnings: [],
      binary: { name: 'testnet-peer', target: 'target/x86_64-unknown-linux-gnu/release/testnet-peer' },
      deploy: { installPath: '/opt/testnet-peer', serviceName: 'testnet-peer' },
      soak: { checkpoints: ['WAIT_1HR', 'WAIT_6HR'] },
      answers: { focus: 'connectivity', criteria: 'threshold', proof: 'all-evidence' },
    })
  })
  test('the plain ant-quic program, whose profile must be named', () => {
    const made = configure({
      'Cargo.toml': `${pack('ant-quic')}[workspace]\nmembers = ["x"]\n`,
      'src/main.rs': '',
      'x/Cargo.toml': pack('x'),
      'x/src/lib.rs': '',
    })
    expect(parseProject(made?.text ?? '', 'vps-test.yaml', context)).toMatchObject({
      project: 'ant-quic',
      profile: 'ant-quic-cli',
      binary: { build: ['cargo', 'zigbuild', '--release', '-p', 'ant-quic', '--target', 'x86_64-unknown-linux-gnu'] },
    })
  })
  test('several modules: each a project; the focus is one that all have', () => {
    const made = configure({
      'Cargo.toml': '[workspace]\nmembers = ["crates/*"]\n',
      'crates/quic-test/Cargo.toml': pack('saorsa-quic-test'),
      'crates/quic-test/src/main.rs': '',
      'crates/core-test/Cargo.toml': pack('saorsa-core-test'),
      'crates/core-test/src/main.rs': '',
    })
    expect(made?.projects.toSorted()).toEqual(['ant-quic', 'saorsa-core'])
    expect(
      parseProjectAll(made?.text ?? '', 'vps-test.yaml', context)
        .map((one) => [one.project, one.profile, one.binary.name, one.answers.focus].join(' '))
        .toSorted(),
    ).toEqual([
      'ant-quic saorsa-quic-test saorsa-quic-test full-suite',
      'saorsa-core saorsa-core-test saorsa-core-test full-suite',
    ])
  })
  test('a program that no profile describes: a guess that says so, the default program first', () => {
    const files = {
      'Cargo.toml': pack('My_Mesh2', 'default-run = "two"\n'),
      'src/bin/one.rs': '',
      'src/bin/two.rs': '',
      'src/bin/repo.rs': '',
    }
    const made = configure(files)
    expect(made?.notes).toEqual([
      'no profile of vps-test describes two: look at "profile" in vps-test.yaml before the first run',
    ])
    expect(made?.text).toContain('# The workspace has more programs: one, repo.')
    expect(parseProject(made?.text ?? '', 'vps-test.yaml', context)).toMatchObject({
      project: 'two',
      profile: 'testnet',
      binary: { name: 'two' },
    })
    expect(parseProject(configure({ ...files, 'Cargo.toml': pack('x') })?.text ?? '', 'f', context).binary.name).toBe(
      'repo',
    )
    expect(
      parseProject(configure({ 'Cargo.toml': pack('9_Mesh'), 'src/main.rs': '' })?.text ?? '', 'f', context),
    ).toMatchObject({ project: 'mesh', binary: { name: '9_Mesh' }, deploy: { installPath: '/opt/mesh' } })
  })
  test('a library has none', () => expect(configure({ 'Cargo.toml': pack('lib'), 'src/lib.rs': '' })).toBeUndefined())
})
