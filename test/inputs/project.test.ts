/**
 * Both existing shapes load as they are, with exactly the documented defaults, and choose module and profile by the
 * project asked for.
 */
import { usualWishes } from '../../src/domain/notifications/wishes.ts'
import { describe, expect, test } from 'vitest'
import { findProjectFile, fleetNamed, parseProject, parseProjectAll } from '../../src/inputs/project.ts'
import { failureOf, faultsOf, fileText, profiles, saorsa } from './read.ts'

const workspace = fileText('test/inputs/files/workspace.yaml')
const project = fileText('test/inputs/files/project.yaml')
const context = { profiles, fleet: saorsa }

const defaults = {
  bootstrap: { registry: null, nodes: [], waitForRegistrationSeconds: 30 },
  tests: {
    connectivity: {
      enabled: true,
      criteria: { direct: 99, natTraversed: 85, relay: 100, sampleFloor: 10, coverage: 80, strict: false },
      sampleBeyondNodes: 40,
      cooloffSeconds: 30,
      timeoutSeconds: 10,
    },
    natMatrix: { enabled: false, types: ['full_cone', 'symmetric', 'port_restricted'] },
    throughput: { enabled: false, minMbps: 10, testSizeMb: 100 },
    messageDelivery: { enabled: false, successRate: 100, messageCount: 100 },
    crdtConsistency: { enabled: false, maxSyncSeconds: 30 },
    channelCreation: { enabled: false, channelsToCreate: 10 },
    capture: true,
    survival: { enabled: false, successRate: 100 },
    custom: [],
  },
  soak: {
    checkpoints: ['WAIT_1HR', 'WAIT_6HR'],
    regressionTolerance: 0,
    checkIntervalMinutes: 5,
    maxGrowthMbPerHour: null,
    maxGrowthFilesPerHour: null,
    maxRestarts: 3,
    preemptible: false,
  },
  notifications: usualWishes,
  fix: null,
  knownFailures: [],
  knownFailuresFile: null,
  answers: { focus: null, criteria: null, expression: null, proof: null },
  metrics: {
    prometheus: 'http://127.0.0.1:9090',
    stepSeconds: 15,
    queries: [
      { name: 'targets that answer', query: 'up' },
      { name: 'memory', query: 'process_resident_memory_bytes' },
      { name: 'processor', query: 'rate(process_cpu_seconds_total[1m])' },
    ],
  },
}
const zigbuild = ['cargo', 'zigbuild', '--release', '--target', 'x86_64-unknown-linux-gnu']

describe('the workspace shape', () => {
  test('the seed’s main config, word for word', () => {
    expect(parseProject(workspace, '.claude/vps-test/config.yaml', { ...context, project: 'ant-quic' })).toEqual({
      project: 'ant-quic',
      profile: 'saorsa-quic-test',
      origin: '.claude/vps-test/config.yaml (workspace shape, module quic-test)',
      warnings: [
        '`cargo zig build` is no cargo command: `cargo zigbuild` is run instead',
        expect.stringContaining('"~/Desktop/Devel/projects/saorsa-testnet" is one person\'s path'),
      ],
      moduleTests: ['connectivity', 'nat-traversal', 'throughput', 'gossip'],
      binary: {
        name: 'saorsa-quic-test',
        workspace: '.',
        build: ['cargo', 'zigbuild', '--manifest-path', 'crates/quic-test/Cargo.toml', ...zigbuild.slice(2)],
        localBuild: null,
        target: 'target/x86_64-unknown-linux-gnu/release/saorsa-quic-test',
        glibc: '2.31',
      },
      deploy: {
        installPath: '/opt/saorsa-test',
        serviceName: 'saorsa-test-quic-test',
        nodes: 'all',
        preDeploy: [],
        postDeploy: [],
        bootstrap: 'changed',
      },
      ...defaults,
      bootstrap: {
        registry: 'https://saorsa-1.saorsalabs.com',
        nodes: ['saorsa-2.saorsalabs.com:9000', 'saorsa-3.saorsalabs.com:9000'],
        waitForRegistrationSeconds: 30,
      },
    })
  })

  test('every module serves its project', () => {
    expect(
      parseProjectAll(workspace, 'f', context).map((c) => [c.project, c.profile, c.deploy.serviceName, c.binary.name]),
    ).toEqual([
      ['ant-quic', 'saorsa-quic-test', 'saorsa-test-quic-test', 'saorsa-quic-test'],
      ['saorsa-gossip', 'saorsa-gossip-test', 'saorsa-test-gossip-test', 'saorsa-gossip-test'],
      ['saorsa-core', 'saorsa-core-test', 'saorsa-test-core-test', 'saorsa-core-test'],
      ['saorsa-node', 'saorsa-node-test', 'saorsa-test-node-test', 'saorsa-node-test'],
    ])
  })

  test('a module’s own name, and the file’s own project, choose too', () => {
    expect(parseProject(workspace, 'f', { ...context, project: 'node-test' }).project).toBe('saorsa-node')
    expect(parseProject(`project: saorsa-core\n${workspace}`, 'f', context).binary.name).toBe('saorsa-core-test')
    expect(
      parseProject(`project: saorsa-core\n${workspace}`, 'f', { ...context, project: 'ant-quic' }).binary.name,
    ).toBe('saorsa-quic-test')
  })

  test('our own keys mix in', () => {
    const own = `workspace_dir: sub/tree/\nglibc: "2.35"\nanswers: { focus: gossip }\n${workspace.replace('nodes: all', 'nodes: all\n  bootstrap: never').replace('timeout_seconds: 10', 'timeout_seconds: 10\n    sample_floor: 3\n    coverage: 50\n    strict: true')}`
    expect(parseProject(own, 'f', { ...context, project: 'ant-quic' })).toMatchObject({
      binary: { workspace: 'sub/tree', glibc: '2.35' },
      deploy: { bootstrap: 'never' },
      answers: { focus: 'gossip' },
      tests: { connectivity: { criteria: { sampleFloor: 3, coverage: 50, strict: true } } },
    })
  })

  test('a module that no profile knows needs one named', () => {
    const text = 'modules: { mesh: { binary: mesh } }\ndeploy: { install_path: /opt/mesh, service_prefix: t }\n'
    expect(failureOf(() => parseProject(text, 'f', context))?.message).toBe(
      'f:1:1 modules: no module has a profile that says how it is started and tested; give one its "profile"',
    )
    const named = text.replace('binary: mesh', 'binary: mesh, profile: testnet')
    expect(parseProject(named, 'f', context)).toMatchObject({
      project: 'testnet',
      profile: 'testnet',
      binary: { build: zigbuild, target: 'target/x86_64-unknown-linux-gnu/release/mesh' },
      warnings: [],
    })
  })
})

describe('the project shape', () => {
  test('the projects’ own sample', () => {
    expect(parseProject(project, 'vps-test.yaml', context)).toEqual({
      project: 'ant-quic',
      profile: 'saorsa-quic-test',
      origin: 'vps-test.yaml (project shape)',
      warnings: ['`cargo zig build` is no cargo command: `cargo zigbuild` is run instead'],
      moduleTests: null,
      binary: {
        name: 'ant-quic-test',
        workspace: '.',
        build: [
          'cargo',
          'zigbuild',
          '--release',
          '-p',
          'ant-quic-test-network',
          '--target',
          'x86_64-unknown-linux-gnu',
        ],
        localBuild: null,
        target: 'target/x86_64-unknown-linux-gnu/release/ant-quic-test',
        glibc: '2.31',
      },
      deploy: {
        installPath: '/opt/ant-quic-test',
        serviceName: 'ant-quic-test',
        nodes: ['saorsa-2', 'saorsa-3', 'saorsa-7'],
        preDeploy: ['systemctl stop ant-quic-test'],
        postDeploy: [],
        bootstrap: 'changed',
      },
      ...defaults,
      bootstrap: { ...defaults.bootstrap, nodes: ['saorsa-2.saorsalabs.com:9000', 'saorsa-3.saorsalabs.com:9000'] },
      tests: {
        ...defaults.tests,
        natMatrix: { enabled: true, types: ['full_cone', 'symmetric', 'port_restricted'] },
        custom: [
          {
            name: 'version',
            command: '/opt/ant-quic-test/ant-quic-test --version',
            successPattern: '\\d+\\.\\d+',
            timeoutSeconds: 60,
            expectedExit: 0,
          },
        ],
      },
      soak: { ...defaults.soak, checkpoints: ['WAIT_1HR'] },
      notifications: { ...usualWishes, voice: false, onEvents: ['complete', 'error'] },
    })
  })

  test('a unit is named so that systemd reads its name alike in every place', () => {
    const named = (name: string) => () =>
      parseProject(
        `project: testnet\nbinary: { name: a, target: ./t/a }\ndeploy: { install_path: /opt/a/, service_name: ${JSON.stringify(name)} }\ntests: {}\n`,
        'f',
        context,
      )
    for (const name of [
      'peer:1',
      'peer@1',
      'peer@',
      '100%',
      'a\\x2d',
      '-a',
      '.a',
      'a b',
      'a/b',
      'root',
      'nobody.service',
    ])
      expect(named(name), name).toThrow(/systemd unit name/)
    for (const name of ['peer', 'peer-1.x_y', 'rooted', 'a.service']) expect(named(name), name).not.toThrow()
  })

  test('the least that is enough gets exactly the documented defaults', () => {
    const least =
      'project: testnet\nbinary: { name: a, target: ./t/a }\ndeploy: { install_path: /opt/a/, service_name: a.service }\ntests: {}\n'
    expect(parseProject(least, 'f', context)).toEqual({
      project: 'testnet',
      profile: 'testnet',
      origin: 'f (project shape)',
      warnings: [],
      moduleTests: null,
      binary: { name: 'a', workspace: '.', build: zigbuild, localBuild: null, target: 't/a', glibc: '2.31' },
      deploy: {
        installPath: '/opt/a',
        serviceName: 'a',
        nodes: 'all',
        preDeploy: [],
        postDeploy: [],
        bootstrap: 'changed',
      },
      ...defaults,
    })
  })

  test('the example’s own file', () => {
    expect(parseProject(fileText('examples/testnet/vps-test.yaml'), 'vps-test.yaml', context)).toMatchObject({
      project: 'testnet',
      profile: 'testnet',
      warnings: [],
      binary: {
        build: ['cargo', 'zigbuild', '--release', '-p', 'testnet-peer', '--target', 'x86_64-unknown-linux-gnu'],
      },
      tests: { connectivity: { cooloffSeconds: 3 } },
      soak: { checkpoints: [] },
      notifications: usualWishes,
      answers: { focus: 'connectivity', criteria: 'threshold', proof: 'all-evidence' },
    })
  })

  test('a crate is built alone, by its manifest or by its name, unless the command chooses for itself', () => {
    const built = (binary: string) =>
      parseProject(
        `project: testnet\nbinary: { name: a, target: t/a, ${binary} }\ndeploy: { install_path: /opt/a, service_name: a }\ntests: {}\n`,
        'f',
        context,
      ).binary
    expect(built('crate: crates/a').build.slice(1, 4)).toEqual(['zigbuild', '--manifest-path', 'crates/a/Cargo.toml'])
    expect(built('crate: a, build: cargo +nightly zig build').build).toEqual([
      'cargo',
      '+nightly',
      'zigbuild',
      '-p',
      'a',
    ])
    for (const chosen of ['-p b', '-pb', '--package=b', '--workspace', '--bin b', '--manifest-path b/Cargo.toml'])
      expect(built(`crate: a, build: cargo zigbuild ${chosen}`).build.join(' ')).toBe(`cargo zigbuild ${chosen}`)
    expect(built('crate: a, local_build: cargo build --release').localBuild).toEqual([
      'cargo',
      'build',
      '-p',
      'a',
      '--release',
    ])
  })

  test('a profile named by a parameter or the file is used; one that serves only when named is not chosen otherwise', () => {
    expect(parseProject(`profile: ant-quic-cli\n${project}`, 'f', context).profile).toBe('ant-quic-cli')
    expect(parseProject(project, 'f', { ...context, profile: 'ant-quic-cli' }).profile).toBe('ant-quic-cli')
    expect(
      parseProject(project.replace('project: ant-quic', 'project: mesh\nprofile: testnet'), 'f', context),
    ).toMatchObject({ project: 'mesh', profile: 'testnet' })
  })
})

test('the configuration is searched for in order', () => {
  const asked: string[] = []
  const never = (path: string): boolean => {
    asked.push(path)
    return false
  }
  expect(findProjectFile('/repo/', never)).toBeUndefined()
  const places = ['vps-test', '.claude/vps-test/config', '.claude/vps-test']
  expect(asked).toEqual(places.flatMap((p) => [`/repo/${p}.yaml`, `/repo/${p}.yml`]))
  expect(findProjectFile('/repo', (p) => p.includes('.claude') && p.endsWith('.yaml'))).toBe(
    '/repo/.claude/vps-test/config.yaml',
  )
  expect(findProjectFile('/repo', (p) => p === '/repo/vps-test.yml')).toBe('/repo/vps-test.yml')
  expect(() => findProjectFile('/repo', (p) => p.startsWith('/repo/vps-test.y'))).toThrow(
    '/repo/vps-test.yml: stands beside /repo/vps-test.yaml',
  )
})

describe('the fleet that a configuration names', () => {
  test.each([
    ['a name', 'fleet: saorsa\n', 'saorsa'],
    ['a file of the repository', 'fleet: ./fleets/mine.yaml\n', 'fleets/mine.yaml'],
    ['none', '', undefined],
    ['broken text', 'fleet: [\n', undefined],
  ])('%s', (_, first, name) => expect(fleetNamed(`${first}${project}`, 'f')).toBe(name))
  test('is a key of both shapes', () => {
    for (const text of [workspace, project])
      expect(parseProjectAll(`fleet: saorsa\n${text}`, 'f', context)).toEqual(parseProjectAll(text, 'f', context))
  })
  test('stays inside the repository', () =>
    expect(failureOf(() => parseProjectAll(`fleet: /etc/fleet.yaml\n${project}`, 'f', context))?.message).toMatch(
      /^f:1:8 fleet: must be a path below the repository/,
    ))
})

describe('what a fix may publish', () => {
  const fixed = (more: string) => `${project}\nfix: { command: mend, paths: [src/**]${more} }\n`
  const publish = (more: string) => parseProject(fixed(more), 'f', context).fix?.publish
  test('is nothing unless it is asked for, and then goes to the remote that is named', () => {
    expect(publish('')).toBeNull()
    expect(publish(', push: true, remote: origin')).toEqual({ remote: 'origin', pullRequest: false })
    expect(publish(', push: true, remote: origin, pull_request: true')).toEqual({ remote: 'origin', pullRequest: true })
  })
  test.each([
    [', push: true', 'must be named where push is true'],
    [', remote: origin', 'must be true where a remote is named'],
    [', pull_request: true', 'must be true where pull_request is'],
    [', push: true, remote: "--receive-pack=x"', 'must be the name of a remote'],
    [', push: true, remote: https://x/y', 'must be the name of a remote'],
  ])('%s is refused', (more, says) =>
    expect(faultsOf(() => parseProject(fixed(more), 'f', context))).toContainEqual(
      expect.objectContaining({ message: expect.stringContaining(says) }),
    ),
  )
})

describe('a limit of growth', () => {
  const soaked = (soak: string) =>
    parseProject(project.replace('soak: { wait_6hr: false }', `soak: { ${soak} }`), 'f', context).soak
      .checkIntervalMinutes
  test('is taken with the longest interval at which the first checkpoint has samples enough', () => {
    expect(soaked('check_interval_minutes: 7, max_growth_mb_per_hour: 10')).toBe(7)
    expect(soaked('wait_1hr: false, check_interval_minutes: 42, max_growth_files_per_hour: 10')).toBe(42)
  })
  test('asks nothing where there is none, or no checkpoint', () => {
    expect(soaked('check_interval_minutes: 60')).toBe(60)
    expect(soaked('wait_1hr: false, wait_6hr: false, check_interval_minutes: 60, max_growth_mb_per_hour: 1')).toBe(60)
  })
})
