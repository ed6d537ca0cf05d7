/** Topologies whose nodes hold containers and namespaces, compiled: the shape of the real fleet, and what each node gets. */
import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { Failure } from '../../src/domain/failure.ts'
import { parseFleet } from '../../src/inputs/fleet.ts'
import { labFleet, fleetYaml } from '../../src/lab/fleet-file.ts'
import { compileInside } from '../../src/lab/inside.ts'
import { layoutOf } from '../../src/lab/layout.ts'
import { compileNetwork, namespacesOf } from '../../src/lab/network.ts'
import { loadTopology } from '../../src/lab/topology.ts'

const text = (path: string): string => readFileSync(new URL(`../../fleets/${path}`, import.meta.url), 'utf8')
const shaped = loadTopology(text('saorsa.topology.yaml'))
const l = layoutOf('t9')
const fleet = labFleet(shaped, l, { shaping: 'none', hostKeys: {} })

test('the lab of that name has the shape of the real fleet: names, roles, NATs, runtimes, boxes', () => {
  const real = parseFleet(text('saorsa.yaml'), 'saorsa.yaml')
  const shape = (f: typeof real) =>
    f.nodes.map(({ name, role, nat, expectedRate, runtime, natBox }) => ({
      name,
      role,
      nat,
      expectedRate,
      runtime,
      natBox,
    }))
  expect(shape(fleet)).toEqual(shape(real))
})
test('and the links of the plain lab', () => {
  const links = (file: string) =>
    loadTopology(text(file)).nodes.map((n) => [n.name, n.region, n.delayMs, n.lossPercent])
  expect(links('saorsa.topology.yaml')).toEqual(links('lab.topology.yaml'))
})
test('names only machines that cannot exist, and is read back as it was written', () => {
  for (const n of fleet.nodes) expect(`${n.host} ${n.ip}`).toMatch(/^saorsa-\d+\.lab\.invalid 198\.18\.\d+\.10$/)
  expect(parseFleet(fleetYaml(fleet), 'fleet.yaml')).toEqual(fleet)
})
test('no NAT stands before a node that has its own', () => expect(namespacesOf(shaped, l)).toHaveLength(12))

describe('a node with containers', () => {
  const [step] = compileInside(shaped, l)[0]?.filter((s) => s.why.endsWith(' saorsa-5')) ?? []
  const files = step?.kind === 'files' ? step.files : []
  const at = (end: string): string => files.find((f) => f.path.endsWith(end))?.text ?? ''
  test('its NAT is the one of its label, with the outer address that the router knows', () => {
    expect(at('/nat.nft')).toContain('oifname "wan" meta l4proto { udp, tcp } snat to 198.18.5.20\n')
    expect(at('/nat.nft')).toContain('udp dport . ip saddr @peers dnat ip to udp dport map @eim')
    expect(at('/nat.nft')).not.toContain('tcp dport 22')
    expect(
      compileNetwork(shaped, l)
        .flat()
        .some((s) => s.kind === 'run' && s.stdin?.includes('route add 198.18.5.20/32 via 198.18.5.10\n')),
    ).toBe(true)
  })
  test('each start of a container joins its new namespace to the networks: a hook, by an annotation', () => {
    expect(JSON.parse(at('/hooks/node.json'))).toEqual({
      version: '1.0.0',
      hook: { path: '/usr/local/lib/vps-test-lab/wire', args: ['wire', 'node'] },
      when: { annotations: { '^vps-test-lab\\.role$': '^node$' } },
      stages: ['prestart'],
    })
    expect(at('/wire')).toContain('at ip route add default via 192.168.5.1\n')
  })
  test('no registry is known, and the image is made of a program that is there', () => {
    expect(at('/registries.conf')).toBe('unqualified-search-registries=[]\n')
    expect(at('/start')).toContain('cp /bin/busybox')
    expect(at('/start')).toContain('for name in nat-restricted node-restricted; do')
  })
  test('directories that everybody must be able to pass say so, whatever the umask', () =>
    expect(new Set(step?.kind === 'files' ? step.directories?.map((d) => d.mode) : [])).toEqual(new Set([0o755])))
})

test('a machine that translates for a namespace leaves its own packets alone, and answers SSH', () => {
  const step = compileInside(shaped, l)[0]?.find((s) => s.why.endsWith(' saorsa-10'))
  const rules = step?.kind === 'files' ? (step.files.find((f) => f.path.endsWith('.nft'))?.text ?? '') : ''
  expect(rules).toContain(
    'oifname "eth0" ip saddr 192.168.10.0/24 meta l4proto { udp, tcp } snat to 198.18.10.10 random,fully-random\n',
  )
  expect(rules).toContain('iifname "eth0" tcp dport 22 accept\n')
})

test('a runtime, its box and its NAT go together', () => {
  const wrong = [
    'name: x',
    'nodes:',
    '  - { name: a-1, region: A, role: nat, nat: symmetric, runtime: { docker: c } }',
    '  - { name: a-2, region: A, role: nat, nat: symmetric, runtime: { netns: n }, nat_box: { docker: b } }',
    '  - { name: a-3, region: A, role: nat, nat: symmetric, nat_box: host }',
    '  - { name: a-4, region: A, role: nat, runtime: { netns: n }, nat_box: host }',
  ].join('\n')
  let found: Failure | undefined
  try {
    loadTopology(wrong)
  } catch (e) {
    found = e instanceof Failure ? e : undefined
  }
  expect(found?.facts.faults?.map((f) => `${f.at.path} ${f.message}`)).toEqual([
    'nodes[0].nat_box must be a container: `{ docker: … }` for this runtime',
    'nodes[1].nat_box must be `host` for this runtime',
    'nodes[2].nat_box must be left out for this runtime',
    'nodes[3].nat must be a NAT: a container and a namespace stand behind one',
  ])
})
