/** What a plan of a ledger may make this machine do, and which fleets and services a verb that takes away may reach. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { logs } from '../../src/app/logs.ts'
import { remove } from '../../src/app/remove.ts'
import { rollback } from '../../src/app/rollback.ts'
import { cutOff, stop, wishOfEnded } from '../../src/app/stop.ts'
import type { Fleet } from '../../src/domain/fleet.ts'
import { memorySessions, quietContext } from '../kit/context.ts'
import { labFleet, planOf } from '../kit/plan.ts'
import { story } from '../kit/session.ts'

const dir = mkdtempSync(join(tmpdir(), 'plan-fleet-'))
afterAll(() => rmSync(dir, { recursive: true, force: true }))
const lab = labFleet(['saorsa-2'])
const steps = ['begin', 'confirmed', 'ready', 'built', 'deployed', 'stop'] as const
const contextOf = (fleets: readonly Fleet[], remote: boolean) => {
  const told = fleets.map((fleet, i) => {
    const session = `testnet-20260131-08000${i}-1f3a`
    const plan = planOf({ project: 'testnet', fleet, nodes: ['saorsa-2'] })
    return [session, story(steps, { session, plan, at: (n) => 1e12 + n })] as const
  })
  const sessions = memorySessions(dir, { testnet: Object.fromEntries(told) })
  const c = quietContext({
    dir,
    sessions: remote ? { ...sessions, remote: true } : sessions,
    say: () => undefined,
    now: () => 1e12 + 1e6,
  })
  return { ...c, writer: { kind: 'process' as const, host: 'h', pid: 1 } }
}
const withProxy: Fleet = {
  ...lab,
  nodes: lab.nodes.map((n) => ({ ...n, proxy: { kind: 'command', argv: ['false'] } })),
}
const { identityFile: _, ...keyless } = lab
const withKey: Fleet = {
  ...keyless,
  nodes: lab.nodes.map(({ proxy: _p, natBox: _n, ...n }) => n),
  identityFile: '/nowhere/key',
}

const verbs = { logs, rollback, remove, stop }
test.each(Object.entries(verbs))(
  '%s: a ledger elsewhere names no program and no key of this machine',
  async (_v, verb) => {
    for (const fleet of [withProxy, withKey])
      await expect(verb(contextOf([fleet], true), 'testnet', {})).rejects.toMatchObject({ facts: { code: 'U105' } })
  },
)

test('remove asks which of several fleets is meant', async () => {
  const fleets = [withKey, { ...withKey, name: 'other' }]
  await expect(remove(contextOf(fleets, false), 'testnet', { yes: true })).rejects.toMatchObject({
    facts: { code: 'U100' },
  })
})

test('stop on a session that ended keeps its service, unless it died with its lease in hand', () => {
  const held = (holder: string) =>
    new Map([['a', [{ service: 's', holder, fence: 1, until: 9, secondsLeft: 9, who: '', why: '' }]]])
  expect(wishOfEnded('me', new Map())).toBe('keep')
  expect(wishOfEnded('me', held('another'))).toBe('keep')
  expect(wishOfEnded('me', held('me'))).toBe('stop')
})

test('a stop of a session that had ended by itself, typed again after a failure, still keeps its services', () => {
  const of = (last: 'stop' | 'deployed') => ({
    entries: story(last === 'stop' ? steps : steps.slice(0, -1), {
      session: 's',
      plan: planOf({ project: 'testnet', fleet: lab, nodes: ['saorsa-2'] }),
    }),
  })
  expect([cutOff(true, of('stop')), cutOff(false, of('stop')), cutOff(true, of('deployed'))]).toEqual([
    true,
    false,
    false,
  ])
})
