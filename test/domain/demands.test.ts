/** What a plan demands: a pull request that weakens its own profile or configuration is told of, whatever it weakens. */
import { describe, expect, test } from 'vitest'
import { demandsOf, weakerThan } from '../../src/domain/demands.ts'
import type { Plan } from '../../src/domain/plan.ts'
import type { PlannedProfile } from '../../src/domain/profile.ts'
import { planOf } from '../kit/plan.ts'

const plan = planOf()
const withProfile = (more: Partial<PlannedProfile>): Plan => ({ ...plan, profile: { ...plan.profile, ...more } })
const weaker = (now: Plan, base: Plan = plan): readonly string[] => weakerThan(demandsOf(now), demandsOf(base))
const line = { pattern: '(?<peer>[0-9a-f]+) connected', says: 'connected', method: null } as const
const figure = { path: '/api', list: 'a', field: 'b', atMost: 1 } as const
const window = { looks: [10, 60], minBytes: 20_000, sustainedSeconds: 20 }
const { payload, node, dial, claims, record } = plan.profile

test('a plan is as strict as itself', () => expect(weaker(plan)).toEqual([]))

describe('a profile that demands less', () => {
  test.each<[what: string, now: Partial<PlannedProfile>, base: Partial<PlannedProfile>, told: string]>([
    ['keeps no record', { record: { kind: 'none' } }, {}, "profile: receiver's record 0, was 1"],
    [
      'keeps no record, so the grade falls',
      { record: { kind: 'none' } },
      {},
      'profile: grade at best (A is 4) 2, was 4',
    ],
    [
      'keeps no payload',
      { payload: { ...(payload.kind === 'given' ? payload : never()), kept: null } },
      {},
      'profile: grade at best (A is 4) 3, was 4',
    ],
    [
      'sends less',
      { payload: { ...(payload.kind === 'given' ? payload : never()), minBytes: 100 } },
      {},
      'profile: bytes of a payload 100, was 24000',
    ],
    ['says nothing of its payload', { payload: { kind: 'opaque' } }, {}, 'profile: bytes of a payload 0, was 24000'],
    ['reads fewer claims', {}, { claims: { ...claims, log: [line] } }, 'profile: claims that are read 0, was 1'],
    [
      'bounds fewer figures',
      {},
      { claims: { ...claims, figures: [figure] } },
      'profile: claims that are read 0, was 1',
    ],
    [
      'is watched longer',
      { window: { ...window, looks: [10, 300] } },
      { window },
      'profile: window, seconds -300, was -60',
    ],
    ['delivers less', { window: { ...window, minBytes: 10 } }, { window }, 'profile: bytes each way 10, was 20000'],
    [
      'need not last',
      { window: { ...window, sustainedSeconds: 1 } },
      { window },
      'profile: seconds both ways 1, was 20',
    ],
    ['starts programs', { startsPrograms: true }, {}, 'profile: confined 0, was 1'],
    [
      'needs more of the network',
      { needs: { datagramBytes: 4096, ipv6: false } },
      {},
      'profile: datagram that must pass -4096, was -1200',
    ],
    ['needs IPv6', { needs: { datagramBytes: 1200, ipv6: true } }, {}, 'profile: goes without IPv6 0, was 1'],
    [
      'is dialled with other words',
      { dial: { ...(dial.kind === 'commanded' ? dial : never()), args: ['dial', '--lie'] } },
      {},
      'profile: dial is another',
    ],
    [
      'may end later',
      { dial: { ...(dial.kind === 'commanded' ? dial : never()), endSeconds: 600 } },
      {},
      'profile: seconds to end after a dial -600, was -',
    ],
    ['starts with other words', { node: { ...node, args: [...node.args, '--fake'] } }, {}, 'profile: node is another'],
    ['has another environment', { node: { ...node, environment: { FAKE: '1' } } }, {}, 'profile: node is another'],
    [
      'is read elsewhere',
      { record: { ...(record.kind === 'jsonl' ? record : never()), path: '/tmp/x' } },
      {},
      'profile: record is another',
    ],
    ['has another identity', { peerId: { kind: 'file', path: '/tmp/x' } }, {}, 'profile: peerId is another'],
    ['knows no gossip', { gossip: null }, {}, 'profile: gossip is another'],
    ['keeps no connection', { survival: null }, {}, 'profile: survival is another'],
    ['sends no bulk', { throughput: null }, {}, 'profile: megabytes at once 0, was 16'],
  ])('%s', (_, now, base, told) =>
    expect(weaker(withProfile(now), withProfile(base))).toContainEqual(expect.stringContaining(told)),
  )

  test('each field says something when it changes, but for names', () => {
    const full = withProfile({
      claims: { reports: null, log: [line], figures: [figure] },
      commands: [{ ...custom('check'), suite: 'health' }],
      window,
    })
    const silent = Object.entries(full.profile)
      .filter(([field, value]) => {
        const other = { ...full, profile: { ...full.profile, [field]: changed(value) } }
        return weaker(other, full).length === 0
      })
      .map(([field]) => field)
    expect(silent.toSorted()).toEqual(['focuses', 'module', 'name', 'project', 'title'])
  })
  test('a stricter one is not weaker', () => {
    expect(weaker(withProfile({}), withProfile({ startsPrograms: true }))).toEqual([])
    expect(weaker(withProfile({ needs: { datagramBytes: 600, ipv6: false } }))).toEqual([])
  })
})

describe('a configuration that demands less', () => {
  const { tests, soak } = plan.config
  test.each<[what: string, now: Parameters<typeof planOf>[0], base: Parameters<typeof planOf>[0], told: string]>([
    [
      'waits longer',
      { config: { tests: { ...tests, connectivity: { ...tests.connectivity, timeoutSeconds: 500 } } } },
      {},
      'connectivity: timeout, seconds -500, was -10',
    ],
    [
      'rests less',
      { config: { tests: { ...tests, connectivity: { ...tests.connectivity, cooloffSeconds: 0 } } } },
      {},
      'connectivity: cool-off, seconds 0, was 3',
    ],
    [
      'watches less',
      { config: { soak: { ...soak, checkIntervalMinutes: 60 } } },
      {},
      'soak: minutes between samples -60, was -5',
    ],
    [
      'lets memory grow',
      {},
      { config: { soak: { ...soak, maxGrowthMbPerHour: 10 } } },
      'soak: growth of memory not asked for, was -10',
    ],
    ['tolerates more', { config: { soak: { ...soak, regressionTolerance: 50 } } }, {}, 'soak: tolerance -50, was 0'],
    [
      'asks another command under one name',
      { config: { tests: { ...tests, custom: [custom('true')] } } },
      { config: { tests: { ...tests, custom: [custom('check')] } } },
      'command: smoke is another',
    ],
    [
      'asks for a command less',
      {},
      { config: { tests: { ...tests, custom: [custom('check')] } } },
      'command: smoke not asked for',
    ],
  ])('%s', (_, now, base, told) =>
    expect(weaker(planOf(now), planOf(base))).toContainEqual(expect.stringContaining(told)),
  )
  test('asks another expression, or none', () => {
    const asks = (expression: string | null): Plan => ({ ...plan, expression })
    expect(weaker(asks('true'), asks('rate > 0.9'))).toEqual(['expression is another'])
    expect(weaker(asks(null), asks('rate > 0.9'))).toEqual(['expression not asked for'])
  })
})

/** Each leaf another; a number less. */
function changed(value: unknown): unknown {
  if (typeof value === 'string') return `${value}x`
  if (typeof value === 'number') return value - 1
  if (Array.isArray(value)) return [...value.map(changed), 'x']
  return typeof value === 'object' && value !== null
    ? Object.fromEntries(Object.entries(value).map(([k, v]) => [k, k === 'kind' ? v : changed(v)]))
    : value
}
function custom(command: string) {
  return { name: 'smoke', command, successPattern: null, timeoutSeconds: 5, expectedExit: 0 }
}
function never(): never {
  throw new Error('the example has it')
}
