import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { Failure } from '../../src/domain/failure.ts'
import { layoutOf, owns } from '../../src/lab/layout.ts'
import { loadTopology } from '../../src/lab/topology.ts'

const failure = (act: () => unknown): Failure => {
  try {
    act()
  } catch (e) {
    if (e instanceof Failure) return e
    throw e
  }
  throw new Error('nothing was thrown')
}

describe('the shipped topology', () => {
  const t = loadTopology(readFileSync(new URL('../../fleets/lab.topology.yaml', import.meta.url), 'utf8'))
  test('has the ten nodes of the real fleet with their roles and NATs', () => {
    expect(t.nodes.map((n) => `${n.name} ${n.role} ${n.nat}`)).toEqual([
      'saorsa-1 registry none',
      'saorsa-2 bootstrap none',
      'saorsa-3 bootstrap none',
      'saorsa-4 nat full-cone',
      'saorsa-5 nat address-restricted',
      'saorsa-6 nat port-restricted',
      'saorsa-7 test none',
      'saorsa-8 test none',
      'saorsa-9 test none',
      'saorsa-10 nat symmetric',
    ])
  })
  test('builds what it claims', () => expect(t.nodes.filter((n) => n.box !== n.nat)).toEqual([]))
  test('loses packets only on the far nodes', () =>
    expect(t.nodes.filter((n) => n.lossPercent > 0).map((n) => n.name)).toEqual(['saorsa-8', 'saorsa-9']))
})

test('a topology may lie on purpose', () => {
  const [n] = loadTopology(
    'name: x\nnodes: [{ name: saorsa-6, region: A, role: nat, nat: port-restricted, box: plain-masquerade }]',
  ).nodes
  expect(n).toMatchObject({ nat: 'port-restricted', box: 'plain-masquerade' })
})

test('every fault of a topology is told at once, with its line', () => {
  const found = failure(() =>
    loadTopology(
      [
        'name: lab',
        'speed: 1',
        'nat_timeout_factor: 0',
        'nodes:',
        '  - { name: "saorsa-1; rm", region: A, role: test }',
        '  - { name: saorsa-2, region: A, role: king, nat: cone }',
      ].join('\n'),
      'bad.yaml',
    ),
  )
  expect(found.facts).toMatchObject({ kind: 'usage', code: 'U201' })
  expect(found.facts.faults?.map((f) => [f.at.path, f.at.line]).toSorted()).toEqual([
    ['nat_timeout_factor', 3],
    ['nodes[0].name', 5],
    ['nodes[1].nat', 6],
    ['nodes[1].role', 6],
    ['speed', 2],
  ])
})

test('two nodes cannot share a number, which is their address', () => {
  const found = failure(() =>
    loadTopology('name: x\nnodes:\n  - { name: a-7, region: A, role: test }\n  - { name: b-7, region: A, role: test }'),
  )
  expect(found.facts.faults).toMatchObject([
    { at: { path: 'nodes[1].name', line: 4 }, message: 'has the same number as "a-7": both would be 198.18.7.10' },
  ])
})

test('text that is no YAML is refused', () => expect(failure(() => loadTopology('nodes: [')).facts.code).toBe('U201'))

describe('what belongs to a lab', () => {
  const lab = layoutOf(),
    other = layoutOf('t1')
  test.each(['lab-ix', 'lab-hq', 'lab-saorsa-4', 'lab-nat-saorsa-10'])("%s is the lab's", (name) => {
    expect([owns(lab, name), owns(other, name)]).toEqual([true, false])
  })
  test.each(['lab-t1-ix', 'lab-t1-hq', 'lab-t1-saorsa-4', 'lab-t1-nat-saorsa-10'])("%s is the other lab's", (name) => {
    expect([owns(lab, name), owns(other, name)]).toEqual([false, true])
  })
  test.each(['lab', 'lab-', 'lab-nat4', 'lab-pb-nat', 'lab-rx-addr', 'lab-saorsa-04', 'xlab-ix', 'lab-ix2'])(
    "%s is nobody's",
    (name) => {
      expect([owns(lab, name), owns(other, name)]).toEqual([false, false])
    },
  )
  test.each(['', 'nat', 'ix', 'hq', 'A', 'a-b', '../x', 'abcdefghi'])('%j is no id', (id) =>
    expect(failure(() => layoutOf(id)).facts.code).toBe('U202'),
  )
})
