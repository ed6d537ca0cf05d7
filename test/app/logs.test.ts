/** `logs` on a machine with a ledger and evidence, and without a node that answers. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Context } from '../../src/app/context.ts'
import { logs } from '../../src/app/logs.ts'
import { sessionById } from '../../src/app/named-session.ts'
import { Failure } from '../../src/domain/failure.ts'
import { labFleet, planOf } from '../kit/plan.ts'
import { story } from '../kit/session.ts'
import { memorySessions, quietContext } from '../kit/context.ts'

const dir = mkdtempSync(join(tmpdir(), 'logs-'))
afterAll(() => rmSync(dir, { recursive: true, force: true }))
const start = Date.parse('2026-01-31T08:00:00Z')
const id = 'testnet-20260131-080000-1f3a'
const plan = planOf({ project: 'testnet', fleet: labFleet(['saorsa-2', 'saorsa-3']), nodes: ['saorsa-2', 'saorsa-3'] })
const steps = ['begin', 'confirmed', 'ready', 'built', 'deployed', 'passed'] as const
const sessions = memorySessions(dir, {
  testnet: { [id]: story(steps, { session: id, plan, at: (n) => start + n * 60_000 }) },
})
let said: string[] = []
const context = (): Context => {
  said = []
  return quietContext({ dir, sessions, say: (t) => said.push(t), now: () => start + 3_600_000 })
}
beforeAll(() => {
  const folder = join(dir, 'testnet', 'sessions', id, 'test-1', 'evidence', 'logs')
  mkdirSync(folder, { recursive: true })
  const line = (second: number, text: string): string =>
    `2026-01-31T08:04:${second}.000000+0000 host peer[1]: ${text}\n`
  writeFileSync(join(folder, 'saorsa-2.log'), line(10, 'first') + line(30, '\u001b[2Jthird error\u202e'))
  writeFileSync(join(folder, 'saorsa-3.log'), line(20, '::error::second'))
})

const printed = (): readonly string[] => said.flatMap((t) => t.split('\n'))

test('from the evidence, merged by time with the steps of the session; nothing acts on a terminal', async () => {
  expect(await logs(context(), 'testnet', {})).toBe(0)
  const lines = printed().filter((l) => /first|second|third|→/.test(l))
  expect(lines.map((l) => l.slice(13).replace(/ +/g, ' '))).toEqual([
    'session IDLE → INTERVIEW: because begin',
    'session INTERVIEW → SETUP: because confirmed',
    'session SETUP → BUILD: because ready',
    'session BUILD → DEPLOY: because built',
    'session DEPLOY → TEST: because deployed',
    'saorsa-2 first',
    'saorsa-3 ::error::second',
    'saorsa-2 [2Jthird error',
    'session TEST → COMPLETE: because passed',
  ])
  expect(printed().join('')).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u202e]/)
})

test('one node, a pattern, a time; as JSON lines', async () => {
  await logs(context(), 'testnet', { node: ['saorsa-2'], grep: 'err', json: true })
  expect(
    printed()
      .filter((l) => l.startsWith('{'))
      .map((l) => JSON.parse(l) as unknown),
  ).toEqual([{ at: '2026-01-31T08:04:30.000Z', node: 'saorsa-2', text: '[2Jthird error' }])
  await logs(context(), 'testnet', { since: '2026-01-31T08:04:15', node: ['saorsa-2', 'saorsa-3'] })
  expect(printed().filter((l) => /first|second|third/.test(l))).toHaveLength(2)
})

const fault = async (flags: Parameters<typeof logs>[2], project = 'testnet'): Promise<string> =>
  logs(context(), project, flags).then(
    () => 'none',
    (error: unknown) => (error instanceof Failure ? `${error.facts.code} ${error.message}` : String(error)),
  )

test('what is mistyped is named, with what was likely meant', async () => {
  expect(await fault({ node: ['saorsa-22'] })).toMatch(/^U030 .*did you mean "saorsa-2/)
  expect(await fault({}, 'tesnet')).toMatch(/^U053 .*did you mean "testnet"/)
  expect(await fault({ session: `${id.slice(0, -1)}b` })).toMatch(/^U053 .*did you mean "testnet-20260131-080000-1f3a"/)
  expect(await fault({ since: 'yesterday' })).toMatch(/^U013 --since/)
  expect(await fault({ grep: '(a' })).toMatch(/^U013 --grep/)
  expect(await fault({ grep: '(?:a{1000}){1000}' })).toMatch(/^U013 --grep/)
  expect(await fault({ lines: '0' })).toMatch(/^U013 --lines/)
})

test('a session by its id, or by as much of it as is one session only', async () => {
  for (const words of [id, 'testnet-2026', '1f3a']) expect((await sessionById(context(), words)).session.id).toBe(id)
  await expect(sessionById(context(), 'nobody')).rejects.toMatchObject({ facts: { code: 'U053' } })
})
