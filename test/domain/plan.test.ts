/**
 * The plan from real inputs: its digest follows what decides the run, and what cannot be done is refused before
 * anything is touched.
 */
import { describe, expect, test } from 'vitest'
import { planDigest, type Plan } from '../../src/domain/plan.ts'
import type { Profile } from '../../src/domain/profile.ts'
import { resolveAnswers } from '../../src/inputs/answers.ts'
import { parseProject } from '../../src/inputs/project.ts'
import { assemblePlan, type PlanInput } from '../../src/domain/assemble-plan.ts'
import { failureOf, fileText, profiles, saorsa } from '../inputs/read.ts'

const config = parseProject(fileText('examples/testnet/vps-test.yaml'), 'vps-test.yaml', { profiles })
const resolved = resolveAnswers({ parameters: {}, configs: [config] }, profiles)
if (!resolved.ok) throw new Error('the example has all answers')
const { answers, profile } = resolved
const input: PlanInput = {
  answers,
  config,
  profile,
  fleet: saorsa,
  source: { kind: 'build', workspace: '/w', revision: null },
  binaryBytes: null,
}
const plan = assemblePlan(input)
const answered = (more: Partial<Plan['answers']>): PlanInput => ({ ...input, answers: { ...answers, ...more } })

describe('the digest', () => {
  test('is of the content, not of the order of keys nor of where an answer came from', () => {
    expect(planDigest(assemblePlan(input))).toBe(planDigest(plan))
    expect(planDigest(Object.fromEntries(Object.entries(plan).reverse()) as unknown as Plan)).toBe(planDigest(plan))
    expect(planDigest(JSON.parse(JSON.stringify(plan)) as Plan)).toBe(planDigest(plan))
    expect(planDigest(assemblePlan(answered({ focus: { ...answers.focus, from: 'elsewhere' } })))).toBe(
      planDigest(plan),
    )
  })
  test.each([
    ['an answer', { answers: { ...answers, proof: { value: 'logs', from: 'x' } } }],
    [
      'a target',
      {
        suites: plan.suites.map((s) =>
          s.suite !== 'connectivity' ? s : { ...s, work: { ...s.work, targets: { ...s.work.targets, direct: 98 } } },
        ),
      },
    ],
    ['a node', { nodes: plan.nodes.slice(1) }],
    [
      'a host key',
      {
        fleet: {
          ...saorsa,
          nodes: saorsa.nodes.map((n, i) => (i === 0 ? { ...n, hostKeys: ['ssh-ed25519 AAAA'] } : n)),
        },
      },
    ],
    ['the source', { source: { kind: 'file', path: '/w', sha256: '0'.repeat(64) } }],
    ['the soak', { soak: ['WAIT_1HR'] }],
  ] satisfies readonly (readonly [string, Partial<Plan>])[])('changes with %s', (_, more) => {
    expect(planDigest({ ...plan, ...more })).not.toBe(planDigest(plan))
  })
})

describe('the plan', () => {
  test('has numbered steps, and its estimate is their sum', () => {
    expect(plan.steps.map((s) => `${s.id} ${s.title}`)).toEqual(['1 SETUP', '2 BUILD', '3 DEPLOY', '4 TEST', '5 PROOF'])
    expect(plan.estimate.seconds).toBe(plan.steps.reduce((n, s) => n + s.seconds, 0))
    expect(plan.estimate.attempts).toBeGreaterThanOrEqual(72)
  })
  test('counts the waiting between attempts of the same two peers', () => {
    const resting = (cooloffSeconds: number) =>
      assemblePlan({
        ...input,
        config: {
          ...config,
          tests: { ...config.tests, connectivity: { ...config.tests.connectivity, cooloffSeconds } },
        },
      })
    const [none, half] = [resting(0), resting(30)]
    expect(half.estimate.seconds - none.estimate.seconds).toBe(225)
    expect(half.steps.find((s) => s.title === 'TEST')?.detail).toContain('225 s of waiting')
    expect(none.steps.find((s) => s.title === 'TEST')?.detail).not.toContain('waiting')
  })
  test('says what is captured of pairs that fail, unless the configuration wants none', () => {
    const detail = (capture: boolean) =>
      assemblePlan({ ...input, config: { ...config, tests: { ...config.tests, capture } } }).steps.find(
        (s) => s.title === 'TEST',
      )?.detail
    expect(config.tests.capture).toBe(true)
    expect(detail(true)).toContain('6 at most) once more, outside of the rates, with the headers of their packets kept')
    expect(detail(false)).not.toContain('headers')
  })
  test("always has the registry and a bootstrap node, in the fleet's order", () => {
    const few = assemblePlan({
      ...input,
      config: { ...config, deploy: { ...config.deploy, nodes: ['saorsa-9', 'saorsa-6'] } },
    })
    expect(few.nodes).toEqual(['saorsa-1', 'saorsa-2', 'saorsa-6', 'saorsa-9'])
    expect(plan.nodes).toEqual(saorsa.nodes.map((n) => n.name))
  })
  test('soak in the order of its checkpoints', () => {
    expect(
      assemblePlan({ ...input, config: { ...config, soak: { ...config.soak, checkpoints: ['WAIT_1HR', 'WAIT_6HR'] } } })
        .soak,
    ).toEqual(['WAIT_1HR', 'WAIT_6HR'])
  })
  test('a key of the fleet gives the port that the plan has', () => {
    const fleet = { ...saorsa, ports: { testnet: 7000 } }
    expect([plan.profile.servicePort, assemblePlan({ ...input, fleet }).profile.servicePort]).toEqual([9000, 7000])
  })
  test('without a suite is refused', () => {
    const connectivity = { ...config.tests.connectivity, enabled: false }
    const off = { ...config, tests: { ...config.tests, connectivity } }
    expect(failureOf(() => assemblePlan({ ...input, config: off }))?.facts).toMatchObject({ code: 'U048' })
  })
  const custom = [{ name: 'v', command: 'p -V', successPattern: null, timeoutSeconds: 60, expectedExit: 0 }]
  test.each(['connectivity', 'full-suite'] as const)('has the commands of the configuration with focus %s', (focus) => {
    const asked = answered({ focus: { value: focus, from: 'x' } })
    const { suites, unsupported, estimate } = assemblePlan({
      ...asked,
      config: { ...config, tests: { ...config.tests, custom } },
    })
    const both = suites.filter((s) => s.suite === 'connectivity' || s.suite === 'command')
    expect(both.map((s) => [s.suite, s.attempts, s.detail])).toEqual([
      ['connectivity', plan.estimate.attempts, plan.suites[0]?.detail],
      ['command', 9, '1 command on 9 nodes'],
    ])
    expect(both[1]?.work).toEqual({ commands: custom })
    expect([unsupported.filter((u) => u.what.includes('custom')), estimate.attempts]).toEqual([
      [],
      suites.reduce((n, s) => n + s.attempts, 0),
    ])
  })
  test('has of a full suite every suite that a focus of the profile asks for', () => {
    const { suites } = assemblePlan(answered({ focus: { value: 'full-suite', from: 'x' } }))
    expect(suites.map((s) => s.suite)).toEqual(expect.arrayContaining(['connectivity', 'nat-traversal']))
  })
  test('has NAT traversal with its own focus, and with another where the configuration asks for it', () => {
    const suitesOf = (focus: 'connectivity' | 'nat-traversal', enabled: boolean) => {
      const natMatrix = { enabled, types: ['symmetric'] }
      const made = assemblePlan({
        ...answered({ focus: { value: focus, from: 'x' } }),
        config: { ...config, tests: { ...config.tests, natMatrix } },
      })
      return made.suites.map((s) => [s.suite, 'types' in s.work ? s.work.types : null])
    }
    expect(suitesOf('connectivity', false)).toEqual([['connectivity', null]])
    expect(suitesOf('nat-traversal', false)).toEqual([['nat-traversal', []]])
    expect(suitesOf('connectivity', true)).toEqual([
      ['connectivity', null],
      ['nat-traversal', ['symmetric']],
    ])
  })
  test('names the suite that a program cannot be measured by, beside commands that run; and not where it is switched off', () => {
    const unread = profiles.find((p) => p.name === 'saorsa-core-test') ?? expect.fail()
    const of = (enabled: boolean) => {
      const connectivity = { ...config.tests.connectivity, enabled }
      const made = assemblePlan({
        ...input,
        profile: unread,
        config: { ...config, tests: { ...config.tests, connectivity, custom } },
      })
      return [made.suites.map((s) => s.suite), made.unsupported.filter((u) => u.test).map((u) => u.what)]
    }
    expect(of(true)).toEqual([['command'], ['suite connectivity']])
    expect(of(false)).toEqual([['command'], []])
  })
  test('a program that connects by itself is watched, and that it cannot be told to dial is nothing left undone', () => {
    const profile = profiles.find((p) => p.name === 'saorsa-quic-test') ?? expect.fail()
    const { suites, unsupported, estimate } = assemblePlan({ ...input, profile })
    expect([suites.map((s) => s.suite), unsupported.filter((u) => u.test)]).toEqual([['observed'], []])
    // Nine peers: 36 pairs, of which one is left to a relay, so that ten windows reach its sample floor.
    expect([estimate.attempts, suites[0]?.detail]).toEqual([360, expect.stringContaining('10 windows of 50 s')])
    expect(suites[0]?.detail.split('; ').slice(2)).toEqual([
      'class relay has 1 pair and asks for 10 windows by tests.connectivity.sample_floor: 10, 8 more than any other class, 488 s',
      'class relay has 1 pair, saorsa-6 and saorsa-10: the verdict may hang on these two nodes alone',
    ])
  })
  test('a class of which nothing is required decides nothing, and classes that ask for as many windows are not told', () => {
    const profile = profiles.find((p) => p.name === 'saorsa-quic-test') ?? expect.fail()
    const of = (criteria: Partial<typeof config.tests.connectivity.criteria>) => {
      const connectivity = {
        ...config.tests.connectivity,
        criteria: { ...config.tests.connectivity.criteria, ...criteria },
      }
      const own = { ...config, tests: { ...config.tests, connectivity } }
      return assemblePlan({ ...input, profile, config: own })
        .suites[0]?.detail.split('; ')
        .slice(2)
    }
    expect(of({ relay: 0, sampleFloor: 1 })).toEqual([])
    expect(of({ sampleFloor: 2 })).toHaveLength(2)
  })
  test('the suites of its focus, each with its work', () => {
    expect(plan.suites.map((s) => [s.suite, s.attempts])).toEqual([['connectivity', plan.estimate.attempts]])
    expect(plan.suites[0]?.detail).toContain('class relay has 2 pairs, saorsa-6 and saorsa-10: the verdict may hang')
    expect(plan.suites[0]?.work).toMatchObject({ targets: config.tests.connectivity.criteria, timeoutSeconds: 10 })
  })
})

describe('refused in the plan, with the reason', () => {
  const refusal = (given: PlanInput) => {
    const facts = failureOf(() => assemblePlan(given))?.facts
    return facts === undefined ? undefined : [facts.kind, facts.code, facts.message]
  }
  test('focus throughput of a program whose profile says nothing of bulk transfers', () =>
    expect(
      refusal({
        ...answered({ focus: { value: 'throughput', from: 'x' } }),
        profile: { ...profile, throughput: null },
      }),
    ).toEqual(['usage', 'U040', expect.stringContaining('has no block throughput')]))
  const named = (name: string) => profiles.find((p) => p.name === name) ?? expect.fail(name)
  const speaking = (other: Profile, dialect: string): Profile =>
    other.dial.kind === 'commanded' ? { ...other, dial: { ...other.dial, dialect } } : other
  test.each([
    [
      'connects by itself for as long as nobody has said',
      named('saorsa-core-test'),
      'its profile names no window in which it could be watched',
    ],
    [
      'speaks a dialect that nothing reads',
      speaking(named('ant-quic-cli'), 'some-jsonl'),
      'nothing here reads the dialect some-jsonl',
    ],
  ])('a program that %s', (_, other, why) =>
    expect(refusal({ ...input, profile: other })).toEqual(['usage', 'U040', expect.stringContaining(why)]),
  )
  test('a node whose only address is IPv6 is refused by name, unless it is left out', () => {
    const fleet = {
      ...saorsa,
      nodes: saorsa.nodes.map((n) => (n.name === 'saorsa-3' ? { ...n, ip: '2001:db8::3' } : n)),
    }
    expect(refusal({ ...input, fleet })).toEqual(['usage', 'U078', expect.stringContaining('saorsa-3 (2001:db8::3)')])
    const without = { ...input.config, deploy: { ...input.config.deploy, nodes: ['saorsa-2', 'saorsa-4'] } }
    expect(assemblePlan({ ...input, fleet, config: without }).nodes).not.toContain('saorsa-3')
  })
  test('a program that uses a registry, on a fleet without one; one that uses none is planned', () => {
    const fleet = { ...saorsa, nodes: saorsa.nodes.filter((n) => n.role !== 'registry') }
    expect(refusal({ ...input, fleet })?.[1]).toBe('U049')
    expect(assemblePlan({ ...input, fleet, profile: { ...profile, registry: null } }).nodes).toEqual(
      fleet.nodes.map((n) => n.name),
    )
  })
  test('a program that is dialled by an id that nobody can read', () =>
    expect(refusal({ ...input, profile: { ...profile, peerId: { kind: 'none' } } })?.[2]).toContain('peer id'))
})
