/** The table of recovery rules: each row is fired somewhere; what fires is kept as it was. */
import { globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { entryShape } from '../../../src/domain/events/check.ts'
import { Failure, type FailureCode } from '../../../src/domain/failure.ts'
import { next } from '../../../src/domain/next.ts'
import { counted, firingOf, firingsOf, firingText, recoveriesText } from '../../../src/domain/recovery/firing.ts'
import { recoveryRules, ruleIds } from '../../../src/domain/recovery/rules.ts'
import { startRuleOf } from '../../../src/domain/recovery/start.ts'
import { firedBy } from '../../../src/domain/recovery/transition.ts'
import { fold } from '../../../src/domain/session.ts'
import { recoverySection } from '../../../src/report/sections/recoveries.ts'
import { machineWell } from '../../kit/post-mortem.ts'
import { entryAfter, story } from '../../kit/session.ts'
import type { Diagnosis, PortHolder } from '../../../src/domain/diagnosis.ts'

const root = join(import.meta.dirname, '../../..')

describe('the table', () => {
  test('every rule is fired by some place of the code', () => {
    const code = globSync('src/**/*.ts', { cwd: root })
      .filter((path) => !/^src\/domain\/recovery\/(?:build|node|reach|session|rules|rule)\.ts$/.test(path))
      .map((path) => readFileSync(join(root, path), 'utf8'))
      .join('\n')
    expect(ruleIds.filter((id) => !code.includes(`'${id}'`))).toEqual([])
  })
  test('only what is no recovery has no budget, and it is an alarm', () => {
    const none = ruleIds.filter((id) => recoveryRules[id].budget.times === 0)
    expect(none).toEqual(ruleIds.filter((id) => recoveryRules[id].alarm === true))
    expect(none).toEqual(['host-key-changed'])
  })
})

describe('a firing', () => {
  const hostile = 'x\u001b[2J\n| y'.repeat(200)
  const firing = firingOf('disk-full', { node: 'a', recognised: hostile, done: 'room', nth: 1 }, 5)
  test('is one short plain line', () => {
    expect(firing).toMatchObject({ rule: 'disk-full', node: 'a', nth: 1, of: 1, usedUp: false, at: 5 })
    expect(firing.recognised.length).toBeLessThanOrEqual(401)
    expect(firingText(firing)).not.toMatch(/[\n\u001b]/)
  })
  test('is taken by the ledger at an event of its own and at any other, and counted by the session', () => {
    const begun = story(['begin', 'confirmed'])
    const own = next(begun, fold('s', begun), { event: 'recovered', why: 'w', facts: {} }, 9, undefined, [
      firing,
      firing,
    ])
    const first = own ?? expect.fail('no entry')
    const ready = entryAfter([...begun, first], 'ready')
    const carried = next(
      [...begun, first],
      fold('s', [...begun, first]),
      { event: 'ready', why: 'r', facts: ready.facts as never },
      10,
      undefined,
      [firingOf('half-open', { recognised: 'r', done: 'd', nth: 2, usedUp: true }, 9)],
    )
    const all = [...begun, first, carried ?? expect.fail('no entry')]
    expect(all.map((e) => entryShape(JSON.parse(JSON.stringify(e))))).toEqual([null, null, null, null])
    expect(firingsOf(all).map((f) => f.rule)).toEqual(['disk-full', 'disk-full', 'half-open'])
    const session = fold('s', all)
    expect(session).toMatchObject({ state: 'BUILD', recoveries: { 'disk-full': 2, 'half-open': 1 } })
    expect(recoveriesText(session.recoveries)).toBe('disk-full × 2, half-open × 1')
  })
  test('of no rule is refused', () => {
    const begun = story(['begin', 'confirmed'])
    const entry = next(begun, fold('s', begun), { event: 'recovered', why: 'w', facts: {} }, 9, undefined, [
      { ...firing, rule: 'constructor' as never },
    ])
    expect(entryShape(JSON.parse(JSON.stringify(entry)))).toContain('is no recovery rule')
  })
  test('is listed by the proof; many of one rule on one node are counted', () => {
    const section = JSON.stringify(recoverySection({ recoveries: Array.from({ length: 9 }, () => firing) }))
    expect(section).toMatch(/"4",.{0,40}" more"/)
    expect(JSON.stringify(recoverySection({ recoveries: [] }))).toContain('None.')
    expect(counted({}, [firing])).toEqual({ 'disk-full': 1 })
  })
})

describe('a service that does not come up', () => {
  const diagnosis = (holder: PortHolder | null): Diagnosis => ({
    unit: 'peer',
    listens: { protocol: 'udp', port: 9000 },
    result: '',
    holder,
    releases: null,
    data: null,
    firewall: '',
    machine: machineWell,
    said: [],
  })
  const holder = (unit: string | null, project: string | null): PortHolder => ({
    pid: 7,
    program: 'x',
    unit,
    owner: project === null ? null : { project, session: 's0' },
  })
  const rule = (code: FailureCode, of: PortHolder | null = null) =>
    startRuleOf({ failure: new Failure({ code, message: 'm' }), diagnosis: diagnosis(of), project: 'mine' })
  test.each([
    ['crashes', rule('P011'), 'service-does-not-start', 'start again'],
    ['systemd cannot start', rule('I155'), 'service-does-not-start', 'start again'],
    ['was killed for want of memory', rule('I163'), 'out-of-memory', 'start again'],
    ['is in another network', rule('I161'), 'container-restarted', 'start again'],
    ['has no room', rule('I150'), 'disk-full', 'make room'],
    ['has its port taken by an old unit of ours', rule('I154', holder('old', 'mine')), 'port-taken', 'stop old unit'],
    ['has its port taken by another project', rule('I154', holder('old', 'theirs')), 'port-taken', 'name'],
    ['has its port taken by a stranger', rule('I154', holder('nginx', null)), 'port-taken', 'name'],
    ['has its port taken by a process of no unit', rule('I154', holder(null, 'mine')), 'port-taken', 'name'],
  ])('%s', (_, found, id, kind) => expect([found?.rule, found?.remedy.kind]).toEqual([id, kind]))
  test.each(['I157', 'I158', 'I159', 'T001', 'B011'] as const)('nothing is tried for %s', (code) =>
    expect(rule(code)).toBeNull(),
  )
})

describe('transitions that are rules', () => {
  const started = ['begin', 'confirmed', 'ready'] as const
  const at = (...steps: Parameters<typeof story>[0]) => fold('s', story(steps))
  const failed = { event: 'failed', why: 'E0308', facts: { code: 'P301', faults: [] } } as const
  test('the third failed build uses its budget up', () => {
    expect(firedBy(at(...started), failed, 'FIX')?.[1]).toMatchObject({ nth: 1 })
    expect(firedBy(at(...started), failed, 'STOPPED')?.[1]).toMatchObject({ nth: 3, usedUp: true })
  })
  test('an inconclusive test is once more, a second stops', () => {
    const tested = at(...started, 'built', 'deployed')
    const outcome = { event: 'inconclusive', why: 'w', facts: {} as never } as const
    expect(firedBy(tested, outcome, 'TEST')).toMatchObject(['test-inconclusive', { nth: 1 }])
    expect(firedBy(tested, outcome, 'STOPPED')?.[1].usedUp).toBe(true)
  })
  test('what goes well fires nothing', () =>
    expect(firedBy(at(...started), { event: 'built', why: 'w', facts: {} as never }, 'DEPLOY')).toBeNull())
})
