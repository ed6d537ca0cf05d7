/** The shipped profiles: the specification's table of projects, and the example's exact arguments. */
import { describe, expect, test } from 'vitest'
import { suites } from '../../src/domain/suites/registry.ts'
import { templateFaults } from '../../src/inputs/profile.ts'
import { filesIn, profiles } from './read.ts'

describe('the shipped profiles', () => {
  test('project, module, profile and focuses as specified', () => {
    expect(
      profiles.map((p) => [
        p.project,
        p.module,
        p.name,
        p.binary,
        p.servicePort,
        p.focuses.join(' '),
        suites.connectivity.unable(p) === null,
        suites.observed.unable(p) === null,
      ]),
    ).toEqual([
      ['ant-quic', 'ant-quic', 'ant-quic-cli', 'ant-quic', 9000, 'connectivity nat-traversal full-suite', true, false],
      [
        'ant-quic',
        'ant-quic',
        'ant-quic-cli-address',
        'ant-quic',
        9000,
        'connectivity nat-traversal full-suite',
        true,
        false,
      ],
      [
        'communitas-mcp',
        'communitas-test',
        'communitas-test',
        'communitas-test',
        11000,
        'gossip connectivity full-suite',
        false,
        false,
      ],
      ['saorsa-core', 'core-test', 'saorsa-core-test', 'saorsa-core-test', 9000, 'full-suite', false, false],
      [
        'saorsa-gossip',
        'gossip-test',
        'saorsa-gossip-test',
        'saorsa-gossip-test',
        9500,
        'gossip connectivity full-suite',
        false,
        false,
      ],
      [
        'saorsa-node',
        'node-test',
        'saorsa-node-test',
        'saorsa-node-test',
        10000,
        'connectivity throughput full-suite',
        false,
        false,
      ],
      [
        'ant-quic',
        'quic-test',
        'saorsa-quic-test',
        'saorsa-quic-test',
        9000,
        'connectivity nat-traversal gossip throughput full-suite',
        false,
        true,
      ],
      [
        'testnet',
        'testnet',
        'testnet',
        'testnet-peer',
        9000,
        'connectivity nat-traversal gossip throughput full-suite',
        true,
        false,
      ],
      ['testnet', 'testnet-mesh', 'testnet-mesh', 'testnet-peer', 9000, 'connectivity full-suite', false, true],
    ])
    expect(profiles.map((p) => `${p.name}.yaml`)).toEqual(filesIn('profiles'))
  })

  test('a project has one profile that is chosen without being named', () => {
    const chosen = profiles.filter((p) => p.onlyWhenNamed !== true).map((p) => p.project)
    expect(chosen).toEqual([...new Set(chosen)])
  })

  test('the example', () => {
    expect(profiles.find((p) => p.name === 'testnet')).toMatchObject({
      registry: {
        args: ['--registry', '--port', '{registryPort}'],
        httpPort: 8080,
        ready: { path: '/api/peers', list: '$', id: 'peer_id' },
        keep: ['/health', '/api/peers', '/api/results', '/api/stats'],
      },
      node: {
        args: ['--registry-url', '{registryUrl}', '--bind-port', '{servicePort}', '--data-dir', '{dataDir}', '--quiet'],
        bootstrapArgs: ['--relay'],
      },
      peerId: { kind: 'file', path: '{dataDir}/peer_id' },
      // Phases and payload sizes are tuned where they are measured; what must be asked for is not.
      dial: {
        kind: 'commanded',
        dialect: 'testnet-jsonl',
        args: expect.arrayContaining([
          'dial',
          '{registryUrl}',
          '{peerId}',
          '{localPort}',
          '--payload-stdin',
          '{nonce}',
          '{timeoutMs}',
        ]),
      },
      record: {
        kind: 'jsonl',
        path: '{dataDir}/received.jsonl',
        fields: {
          nonce: 'nonce',
          bytes: 'bytes',
          sha256: 'sha256',
          from: 'from',
          missing: 'missing',
          completedMs: 'completed_ms',
        },
      },
      payload: { kind: 'given', kept: '{dataDir}/payloads/{nonce}' },
    })
  })
})

test('placeholders are checked word by word', () => {
  expect(templateFaults('a{dataDir}/{nonce}', ['dataDir', 'nonce'])).toEqual([])
  expect(templateFaults('{datadir}{x}', ['dataDir'])).toEqual([
    'unknown placeholder {datadir}; did you mean "dataDir"?',
    'unknown placeholder {x}; known are dataDir',
  ])
  expect(
    ['{dataDir', 'dataDir}', '{{dataDir}}', '}{'].filter((word) => templateFaults(word, ['dataDir']).length === 0),
  ).toEqual([])
})
