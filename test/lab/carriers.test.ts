/** Carriers, odd NATs and links that drop, as topologies ask for them: compiled, and every fault of theirs told. */
import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { Failure } from '../../src/domain/failure.ts'
import { labFleet } from '../../src/lab/fleet-file.ts'
import { layoutOf, owns } from '../../src/lab/layout.ts'
import { natRuleset, type BoxFacts } from '../../src/lab/nat.ts'
import { compileNetwork, namespacesOf } from '../../src/lab/network.ts'
import { compileShaping } from '../../src/lab/shaping.ts'
import { loadTopology, type Topology } from '../../src/lab/topology.ts'

const shipped = (name: string): Topology =>
  loadTopology(readFileSync(new URL(`../../fleets/${name}.topology.yaml`, import.meta.url), 'utf8'), name)
const l = layoutOf('t9')
const texts = (t: Topology): string =>
  compileNetwork(t, l)
    .flat()
    .map((s) => (s.kind === 'run' ? `${s.argv.join(' ')}\n${s.stdin ?? ''}` : ''))
    .join('')

describe('two nodes behind one carrier, and a double NAT', () => {
  const t = shipped('carriers')
  test('each subscriber has its block of ports, and its own address for SSH', () => {
    const text = texts(t)
    expect(text).toContain('ip saddr 100.64.4.10 meta l4proto { udp, tcp } snat to 198.18.61.10:2048-3071\n')
    expect(text).toContain('ip saddr 100.64.5.10 meta l4proto { udp, tcp } snat to 198.18.61.10:3072-4095\n')
    expect(text).toContain('route add 198.18.5.10/32 via 198.18.61.10\n')
    expect(text).toContain('iifname "wan" ip daddr 198.18.5.10 tcp dport 22 dnat to 100.64.5.10:22\n')
  })
  test('a home router behind a carrier translates to its address there', () =>
    expect(texts(t)).toContain('oifname "wan" meta l4proto { udp, tcp } snat to 100.64.6.10\n'))
  test('who shares a box is watched there', () => {
    const boxes = labFleet(t, l, { shaping: 'none', hostKeys: {} }).nodes.flatMap((n) =>
      n.natBox?.kind === 'orchestrator' ? [`${n.name} ${n.natBox.enter[1]}`] : [],
    )
    expect(boxes.slice(0, 3)).toEqual([
      'saorsa-4 --net=/run/netns/lab-t9-nat-carrier-61',
      'saorsa-5 --net=/run/netns/lab-t9-nat-carrier-61',
      'saorsa-6 --net=/run/netns/lab-t9-nat-saorsa-6',
    ])
    expect(namespacesOf(t, l).every((name) => owns(l, name))).toBe(true)
  })
})

describe('a box that computes its ports', () => {
  const rules = (facts: Partial<BoxFacts>): string =>
    natRuleset({
      kind: 'symmetric-seeded',
      outside: '198.18.4.10',
      inside: '192.168.4.10',
      mappingSeconds: 12,
      ...facts,
    })
  test('draws them from the seed, the same in every run', () => {
    expect(rules({ seed: 7 })).toContain(
      'jhash ip saddr . udp sport . ip daddr . udp dport mod 512 seed 7 map { 0 : 40000, ',
    )
    expect(rules({ seed: 7 })).toBe(rules({ seed: 7 }))
    expect(rules({ seed: 7 })).not.toBe(rules({ seed: 8 }))
  })
  test('counts them within its range', () =>
    expect(rules({ kind: 'symmetric-sequential', ports: [20_000, 20_001] })).toContain(
      'snat ip to 198.18.4.10 : numgen inc mod 2 map { 0 : 20000, 1 : 20001 }\n',
    ))
  test('takes no notice of the far port when it depends on addresses', () =>
    expect(rules({ kind: 'address-dependent' })).toContain('jhash ip saddr . udp sport . ip daddr mod 512'))
  test('hairpins by the address that others see', () => {
    const text = rules({ kind: 'port-restricted', hairpin: true })
    expect(text).toContain('iifname "lan" ip daddr 198.18.4.10 meta l4proto udp dnat ip to udp dport map @eim\n')
    expect(text).toContain('ip saddr 192.168.4.0/24 ip daddr 192.168.4.0/24 ct status dnat snat to 198.18.4.10\n')
  })
})

describe('links that do not carry everything', () => {
  const t = shipped('hard-links')
  test('drop at the router, both ways', () => {
    expect(texts(t)).toContain(
      [
        '    ip saddr 198.18.7.0/24 meta l4proto udp drop',
        '    ip daddr 198.18.7.0/24 meta l4proto udp drop',
        '    ip saddr 198.18.8.0/24 ip frag-off & 0x3fff != 0 drop',
      ].join('\n'),
    )
    expect(texts(shipped('lab'))).not.toContain(' drop\n    ip ')
  })
  test('are slow by a bucket, or by netem where the kernel has it', () => {
    const rate = (mode: 'netem' | 'nfqueue') =>
      compileShaping(t, l, mode)
        .flat()
        .flatMap((s) => (s.kind === 'run' ? (s.stdin ?? '').split('\n').filter((line) => line.includes('10mbit')) : []))
    expect(rate('nfqueue')).toEqual([
      'qdisc add dev w6 root tbf rate 10mbit burst 25000 latency 100ms',
      'qdisc add dev wan root tbf rate 10mbit burst 25000 latency 100ms',
    ])
    expect(rate('netem')).toEqual([
      'qdisc add dev w6 root netem delay 12ms loss 0% rate 10mbit limit 10000',
      'qdisc add dev wan root netem delay 12ms loss 0% rate 10mbit limit 10000',
    ])
  })
  test('a node without power is built and not started', () =>
    expect(t.nodes.filter((n) => !n.powered).map((n) => n.name)).toEqual(['saorsa-1']))
})

test('every fault of these is told at once', () => {
  let found: Failure | undefined
  try {
    loadTopology(
      [
        'name: x',
        'carriers: [{ name: c-9, nat: cone }]',
        'nodes:',
        '  - { name: a-1, region: A, role: nat, nat: symmetric, behind: c-8 }',
        '  - { name: a-2, region: A, role: nat, nat: symmetric, behind: c-9, delay_ms: 3 }',
        '  - { name: a-9, region: A, role: nat, nat: symmetric, port_range: [9, 8] }',
      ].join('\n'),
    )
  } catch (e) {
    found = e instanceof Failure ? e : undefined
  }
  expect(found?.facts.faults?.map((f) => f.at.path).toSorted()).toEqual([
    'carriers[0].name',
    'carriers[0].nat',
    'nodes[0].behind',
    'nodes[1].behind',
    'nodes[2].port_range',
  ])
})
