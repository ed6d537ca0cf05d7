/**
 * The shipped fleet is the specification's table; a fleet survives being written and read; enrolling a key changes only
 * that key.
 */
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { Fleet, FleetNode } from '../../src/domain/fleet.ts'
import { parseFleet, renderFleet } from '../../src/inputs/fleet.ts'
import { withHostKeys } from '../../src/inputs/host-keys.ts'
import { failureOf, fileText, saorsa } from './read.ts'

const key = 'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIOMqqnkVzrm0SdG6UOoqKLsabgH5C9okWi0dh2l9GKJl'

describe('fleets/saorsa.yaml', () => {
  test('holds the ten nodes', () => {
    expect(
      saorsa.nodes.map((n) => [n.name, n.ip, n.provider, n.region, n.role, n.nat, n.expectedRate ?? null]),
    ).toEqual([
      ['saorsa-1', '77.42.75.115', 'Hetzner', 'Helsinki', 'registry', 'none', null],
      ['saorsa-2', '142.93.199.50', 'DigitalOcean', 'NYC1', 'bootstrap', 'none', null],
      ['saorsa-3', '147.182.234.192', 'DigitalOcean', 'SFO3', 'bootstrap', 'none', null],
      ['saorsa-4', '206.189.7.117', 'DigitalOcean', 'AMS3', 'nat', 'full-cone', 95],
      ['saorsa-5', '144.126.230.161', 'DigitalOcean', 'LON1', 'nat', 'address-restricted', 85],
      ['saorsa-6', '65.21.157.229', 'Hetzner', 'Helsinki', 'nat', 'port-restricted', 85],
      ['saorsa-7', '116.203.101.172', 'Hetzner', 'Nuremberg', 'test', 'none', null],
      ['saorsa-8', '149.28.156.231', 'Vultr', 'Singapore', 'test', 'none', null],
      ['saorsa-9', '45.77.176.184', 'Vultr', 'Tokyo', 'test', 'none', null],
      ['saorsa-10', '77.42.39.239', 'Hetzner', 'Falkenstein', 'nat', 'symmetric', 70],
    ])
    for (const n of saorsa.nodes)
      expect(n).toMatchObject({ host: `${n.name}.saorsalabs.com`, sshPort: 22, user: 'root', hostKeys: [] })
  })

  test('says where services run and where addresses are translated', () => {
    const odd = saorsa.nodes.filter((n) => n.nat !== 'none').map((n) => [n.runtime, n.natBox])
    expect(odd).toEqual([
      [
        { kind: 'docker', container: 'node-fullcone' },
        { kind: 'docker', container: 'nat-fullcone' },
      ],
      [
        { kind: 'docker', container: 'node-restricted' },
        { kind: 'docker', container: 'nat-restricted' },
      ],
      [
        { kind: 'docker', container: 'node-portrestricted' },
        { kind: 'docker', container: 'nat-portrestricted' },
      ],
      [{ kind: 'netns', name: 'natbox' }, { kind: 'host' }],
    ])
    expect(
      saorsa.nodes.filter((n) => n.nat === 'none').every((n) => n.runtime.kind === 'systemd' && n.natBox === undefined),
    ).toBe(true)
    expect(saorsa).toMatchObject({
      registryUrl: 'https://saorsa-1.saorsalabs.com',
      ports: { 'ant-quic': 9000, 'saorsa-gossip': 9500, 'saorsa-node': 10000, 'communitas-mcp': 11000 },
    })
  })
})

describe('a fleet as a file', () => {
  const line = fc
    .string({ minLength: 1, maxLength: 30, unit: 'grapheme' })
    .filter((t) => !/[\p{C}\u2028\u2029]/u.test(t))
  const argv = fc.array(line, { minLength: 1, maxLength: 3 })
  const some = <T extends object>(value: fc.Arbitrary<T>) => fc.oneof(fc.constant({}), value)
  const proxy = fc.oneof(
    argv.map((a) => ({ kind: 'command' as const, argv: a })),
    fc.record({
      kind: fc.constant('jump' as const),
      host: fc.constant('jump.lab.invalid'),
      port: fc.integer({ min: 1, max: 65535 }),
      user: fc.constantFrom('root', 'lab'),
      hostKeys: fc.constantFrom([], [key]),
    }),
  )
  const node = (i: number): fc.Arbitrary<FleetNode> =>
    fc
      .tuple(
        fc.record({
          sshPort: fc.constantFrom(22, 2222),
          user: fc.constantFrom('root', 'admin'),
          provider: line,
          region: line,
          hostKeys: fc.constantFrom([], [key]),
          runtime: fc.constantFrom(
            { kind: 'systemd' as const },
            { kind: 'docker' as const, container: 'c_1' },
            { kind: 'netns' as const, name: 'n' },
          ),
        }),
        some(proxy.map((p) => ({ proxy: p }))),
        some(line.map((notes) => ({ notes }))),
        some(fc.integer({ min: 0, max: 100 }).map((expectedRate) => ({ expectedRate }))),
        some(
          fc
            .oneof(
              fc.constantFrom(
                { kind: 'host' as const },
                { kind: 'docker' as const, container: 'b' },
                { kind: 'netns' as const, name: 'b' },
              ),
              argv.map((enter) => ({ kind: 'orchestrator' as const, enter })),
            )
            .map((natBox) => ({ natBox })),
        ),
      )
      .map(
        ([n, ...more]) =>
          Object.assign(
            {
              name: `n-${i}`,
              host: `n-${i}.lab.invalid`,
              ip: `198.18.0.${i}`,
              role: (['registry', 'bootstrap', 'nat', 'test'] as const)[i] ?? 'test',
              nat: i === 2 ? ('symmetric' as const) : ('none' as const),
              ...n,
            },
            ...more,
          ) as FleetNode,
      )
  const fleet = fc
    .tuple(
      fc.tuple(node(0), node(1), node(2), node(3)),
      some(fc.constant({ identityFile: '~/.ssh/id' })),
      some(fc.constant({ registryUrl: 'http://198.18.0.0:8080' })),
      some(fc.constant({ lab: { natTimeoutFactor: 10, shaping: 'netem' as const } })),
      some(proxy.map((p) => ({ proxy: p }))),
    )
    .map(
      ([nodes, a, b, c, shared]) =>
        ({
          name: 'lab',
          ports: { 'ant-quic': 9000 },
          nodes: nodes.map((n) => ({ ...n, ...shared })),
          ...a,
          ...b,
          ...c,
        }) as Fleet,
    )

  test('is read back as it was written', () => {
    fc.assert(
      fc.property(fleet, (f) => {
        expect(parseFleet(renderFleet(f), 'lab.yaml')).toEqual(f)
      }),
      { numRuns: 200 },
    )
    expect(parseFleet(renderFleet(saorsa), 'again.yaml')).toEqual(saorsa)
  })

  test('names a way that all nodes share once', () => {
    const lab = {
      ...saorsa,
      nodes: saorsa.nodes.map((n) => ({
        ...n,
        proxy: { kind: 'command' as const, argv: ['ip', 'netns', 'exec', 'lab', 'nc', '%h', '%p'] },
      })),
    }
    expect(renderFleet(lab).match(/proxy:/g)).toHaveLength(1)
  })
})

describe('pinning keys', () => {
  const text = fileText('test/inputs/files/fleet.yaml')

  test('changes the lines of that node only, and keeps every comment', () => {
    const after = withHostKeys(text, 'saorsa-4', [key]).split('\n')
    const before = text.split('\n')
    const at = before.indexOf('  - name: saorsa-4')
    const list = before.findIndex((l, i) => i > at && l.includes('host_keys'))
    expect(after).toEqual([
      ...before.slice(0, list),
      '    host_keys:',
      '      # vps-test nodes trust',
      `      - ${key}`,
      ...before.slice(list + 1),
    ])
  })

  test('replaces, removes and adds the list', () => {
    const fleet = (t: string): readonly string[] | undefined => parseFleet(t, 'f').nodes[3]?.hostKeys
    const pinned = withHostKeys(text, 'saorsa-4', [key])
    expect(fleet(withHostKeys(pinned, 'saorsa-4', [key, key]))).toEqual([key, key])
    expect(fleet(withHostKeys(pinned, 'saorsa-4', []))).toEqual([])
    expect(fleet(withHostKeys(text.replaceAll(/ *host_keys.*\n/g, ''), 'saorsa-4', [key]))).toEqual([key])
  })

  const two = (a: string, b: string, lines = '\n'): string =>
    [
      'name: two # ours',
      'nodes:',
      `  - {  name: a1, host: 192.0.2.1, ip: 192.0.2.1, provider: P, region: R, role: registry, nat: none${a} } # x`,
      `  - { name: a2, host: 192.0.2.2, ip: 192.0.2.2,  provider: P, region: R, role: bootstrap, nat: none${b} }`,
      '',
    ].join(lines)
  const keysOf = (t: string): readonly (readonly string[])[] => parseFleet(t, 'f').nodes.map((n) => n.hostKeys)

  test('lists that nodes share by an anchor, wherever it stands', () => {
    const shared = two(', host_keys: &golden []', ', host_keys: *golden')
    const first = withHostKeys(shared, 'a1', [key])
    expect(keysOf(first)).toEqual([[key], []])
    expect(keysOf(withHostKeys(first, 'a2', [key, key]))).toEqual([[key], [key, key]])
    expect(keysOf(withHostKeys(shared, 'a2', [key]))).toEqual([[], [key]])
    const merged = two('', '').replace('- {  name: a1', '- &d {  name: a1').replace('{ name: a2', '{ <<: *d, name: a2')
    expect(keysOf(merged)).toEqual([[], []])
    expect(keysOf(withHostKeys(merged, 'a2', [key]))).toEqual([[], [key]])
    // The other would get the key as well.
    expect(failureOf(() => withHostKeys(merged, 'a1', [key]))?.facts.code).toBe('U012')
  })

  test('line ends, the byte order mark and spacing stay as they are', () => {
    for (const [before, after] of [
      ['', ', host_keys: []'],
      [', host_keys: [ ]', ''],
    ] as const) {
      const text = `\uFEFF${two(before, after, '\r\n')}`
      const pinned = withHostKeys(text, 'a1', [key])
      expect(pinned.replace(/,? ?host_keys: \["[^"]*"\]/, '')).toBe(text.replace(', host_keys: [ ]', ''))
      expect(keysOf(pinned)).toEqual([[key], []])
    }
    const lines = `\uFEFF${text.replaceAll('\n', '\r\n')}`
    const pinned = withHostKeys(lines, 'saorsa-4', [key])
    expect(pinned).toMatch(/^\uFEFF/)
    expect(pinned.replaceAll('\r\n', '').includes('\n')).toBe(false)
    expect(withHostKeys(pinned, 'saorsa-4', [])).toBe(lines)
  })

  test('refuses an unknown node and a key that could never match', () => {
    expect(failureOf(() => withHostKeys(text, 'sarsa-4', [key]))?.message).toContain(
      'no node "sarsa-4"; did you mean "saorsa-4"?',
    )
    expect(failureOf(() => withHostKeys(text, 'saorsa-4', ['ssh-ed25519 AAAA']))?.facts.code).toBe('U011')
  })
})

test("a service's port may be left to the service", () =>
  expect(parseFleet(fileText('fleets/saorsa.yaml').replace('ant-quic: 9000', 'ant-quic: 0'), 'f').ports).toMatchObject({
    'ant-quic': 0,
  }))
