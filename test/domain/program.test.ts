/** Argument templates: a value never becomes a second word, an unknown placeholder is our fault. */
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  bootstrapsFor,
  boundPorts,
  fillArguments,
  registryUrlOf,
  servicePortOf,
  withPorts,
} from '../../src/domain/program.ts'
import type { Plan } from '../../src/domain/plan.ts'
import { unitOf, listens } from '../../src/stages/parts/units.ts'
import { failureOf, profiles } from '../inputs/read.ts'
import { planOf } from '../kit/plan.ts'
import { nineNodes, nodeOf, proofOf } from './fixtures.ts'

describe('arguments', () => {
  test('placeholders become part of their word, several in one, again and again', () => {
    expect(
      fillArguments(['run', '--to={a}:{b}', '{a}{a}', '{}', '{a b}', '{1}'], { a: 'x y', b: '$1 $& {a}' }),
    ).toEqual(['run', '--to=x y:$1 $& {a}', 'x yx y', '{}', '{a b}', '{1}'])
  })
  test('as many words as the template has, whatever the values are', () => {
    fc.assert(
      fc.property(
        fc.array(fc.constantFrom('{a}', '--x={b}', 'plain', '')),
        fc.string(),
        fc.string(),
        (template, a, b) => {
          expect(fillArguments(template, { a, b })).toEqual(
            template.map((w) => (w === '{a}' ? a : w === '--x={b}' ? `--x=${b}` : w)),
          )
        },
      ),
    )
  })
  test.each(['nonce', 'constructor', 'toString', 'hasOwnProperty'])('{%s}, which is not known, is refused', (name) => {
    expect(failureOf(() => fillArguments([`{${name}}`], { a: '1' }))?.facts).toMatchObject({
      kind: 'harness',
      code: 'H003',
    })
  })
})

describe('the registry', () => {
  const plan = (registry: string | null, httpPort?: number) =>
    ({
      config: { bootstrap: { registry: registry ?? undefined } },
      profile: { registry: httpPort === undefined ? null : { httpPort } },
    }) as unknown as Pick<Plan, 'config' | 'profile'>
  const { lab: _, ...real } = nineNodes
  test("of a real fleet: the configuration's, else the fleet's, else the node's own address", () => {
    expect(registryUrlOf({ ...real, registryUrl: 'https://fleet' }, plan('https://config'))).toBe('https://config')
    expect(registryUrlOf({ ...real, registryUrl: 'https://fleet' }, plan(null))).toBe('https://fleet')
    expect(registryUrlOf(real, plan(null, 9999))).toBe('http://198.18.1.10:9999')
    expect(registryUrlOf(real, plan(null))).toBe('http://198.18.1.10:8080')
  })
  test('of a lab is never a real one', () => {
    expect(registryUrlOf(nineNodes, plan('https://saorsa-1.saorsalabs.com', 8080))).toBe('http://198.18.1.10:8080')
  })
})

const testnet = profiles.find((p) => p.name === 'testnet') ?? expect.fail('no profile testnet')
const { lab: __, ...real } = nineNodes

describe('the bootstrap nodes that a program is given', () => {
  const plan = (nodes: readonly string[], servicePort = 9000) =>
    ({ config: { bootstrap: { nodes } }, profile: { servicePort } }) as unknown as Pick<Plan, 'config' | 'profile'>
  test("are the configuration's, else the fleet's at the service's port", () => {
    expect(bootstrapsFor(real, plan(['b.example:9', '[::1]:7']))).toBe('b.example:9,[::1]:7')
    expect(bootstrapsFor(real, plan([], 7000))).toBe('198.18.2.10:7000,198.18.3.10:7000')
  })
  test('of a lab are never real ones', () =>
    expect(bootstrapsFor(nineNodes, plan(['b.example:9']))).toBe('198.18.2.10:9000,198.18.3.10:9000'))
  test('fill their place in the unit of a node', () => {
    const unit = unitOf(
      {
        fleet: real,
        config: {
          bootstrap: { nodes: ['b.example:9'], registry: null },
          deploy: { serviceName: 's', installPath: '/opt/p' },
          binary: { name: 'p' },
        },
        profile: { ...testnet, servicePort: 9000, node: { ...testnet.node, args: ['--bootstrap={bootstraps}'] } },
      } as unknown as Plan,
      nodeOf(7),
    )
    expect(unit?.unit.args).toEqual(['--bootstrap=b.example:9'])
  })
})

describe("the service's port", () => {
  const fleet = { ...real, ports: { mesh: 7000, other: 8000 } }
  test.each<[string, number | string, string, number]>([
    ["is the profile's number", 9000, 'unnamed', 9000],
    ["is the fleet's for the project, before the profile's number", 9000, 'mesh', 7000],
    ["is the fleet's by the key that the profile names", 'other', 'mesh', 8000],
    ['may be left to the program', 0, 'unnamed', 0],
  ])('%s', (_, servicePort, project, port) =>
    expect(servicePortOf({ ...testnet, servicePort }, project, fleet)).toBe(port),
  )
  test("of a registry is the fleet's for the project, in a lab as well, so that two projects share a node", () => {
    const shared = { ...nineNodes, ports: { other: 9100, 'other-registry': 8090 } }
    const at = (project: string) => {
      const profile = withPorts(testnet, project, shared)
      const { config } = planOf()
      const own = {
        config: { ...config, project, bootstrap: { ...config.bootstrap, nodes: [], registry: null } },
        profile,
      }
      return [profile.servicePort, profile.registry?.httpPort, new URL(registryUrlOf(shared, own)).port]
    }
    expect([at('mesh'), at('other')]).toEqual([
      [9000, 8080, '8080'],
      [9100, 8090, '8090'],
    ])
  })
  test("of a registry that the profile's arguments do not name is refused: it would listen elsewhere", () => {
    const fixed = {
      ...testnet,
      registry: {
        args: ['--port', '8080'],
        httpPort: 8080,
        ready: testnet.registry?.ready ?? expect.fail('no registry'),
        keep: [],
      },
    }
    const shared = { ...nineNodes, ports: { 'other-registry': 8090 } }
    expect(failureOf(() => withPorts(fixed, 'other', shared))?.facts.code).toBe('U104')
    expect(withPorts(fixed, 'mesh', shared).registry?.httpPort).toBe(8080)
  })
  test('that no fleet names is refused', () =>
    expect(failureOf(() => servicePortOf({ ...testnet, servicePort: 'none' }, 'mesh', fleet))?.facts.code).toBe('U047'))
})

describe('a service that binds a port of its own choice', () => {
  test('listens where it listens, and nowhere else is nowhere', () => {
    const udp = { protocol: 'udp', port: 40_123 } as const
    expect(listens([udp], { protocol: 'udp', port: 0 })).toBe(true)
    expect(listens([udp], { protocol: 'udp', port: 9000 })).toBe(false)
    expect(listens([{ protocol: 'tcp', port: 80 }], { protocol: 'udp', port: 0 })).toBe(false)
  })
  test('is dialled at the one port it was seen to have; two cannot be told apart', () => {
    const running = [
      { ...proofOf('saorsa-2'), udpPorts: [40_123] },
      { ...proofOf('saorsa-3'), udpPorts: [1, 2] },
      { ...proofOf('saorsa-4'), udpPorts: [] },
    ]
    expect([...boundPorts(0, running)]).toEqual([['saorsa-2', 40_123]])
    expect([...boundPorts(9000, running)]).toEqual([])
  })
})
